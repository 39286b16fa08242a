"""A connection with pyrfc's ``call`` contract that talks to the stand-in (pyrfc sheet)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, NoReturn

from . import dictionary
from .description import FunctionDescription
from .exceptions import (
    ABAPApplicationError,
    ErrorInfo,
    ExternalRuntimeError,
    RFCError,
    RFCLibError,
    field_not_found,
)
from .fill import NOT_SET, Filler
from .release import S4
from .system import SapSystem
from .transport import HttpTransport, InProcessTransport, Transport
from .wrap import Wrapper

DEFAULT_URL = "http://127.0.0.1:8002"
_OWN = {"session", "release"}  # attributes pyrfc does not have
_CONFIG: dict[str, Any] = {
    "rstrip": True,
    "return_import_params": False,
    "dtime": False,
    "check_date": True,
    "check_time": True,
    "timeout": None,
}


def connect(config: dict[str, Any] | None = None, **params: str) -> Connection:
    """Open a session on the stand-in at ``standin_url``; otherwise as ``pyrfc.Connection``."""
    _check_parameters(params)
    url = params.pop("standin_url", DEFAULT_URL)
    return Connection(lambda: HttpTransport(url), params, config)


def connect_in_process(
    system: SapSystem, config: dict[str, Any] | None = None, **params: str
) -> Connection:
    """The same on a system in this process; logon data may be left out."""
    logon = {
        "ashost": "in-process",
        "sysnr": "00",
        "client": "100",
        "user": "PORTAL",
        "passwd": "secret",
        "lang": "EN",
        **params,
    }
    _check_parameters(logon)
    return Connection(lambda: InProcessTransport(system), logon, config)


def _check_parameters(params: dict[str, Any]) -> None:
    if not params:
        raise RFCError("Connection parameters missing")
    for name, value in params.items():
        if type(value) is not str:  # real pyrfc may kill the process here
            raise RFCError(
                f"connection parameter '{name}' must be exactly str, not {type(value).__name__}"
            )
    if not params.get("ashost") and not params.get("mshost") and not params.get("dest"):
        raise ExternalRuntimeError(
            "Parameter ASHOST, GWHOST, MSHOST or SERVER_PORT is missing.",
            20,
            "RFC_INVALID_PARAMETER",
        )


class Connection:
    """One connection, one ABAP session, one thread at a time.

    As pyrfc's it cannot be pickled, copied, weakly referenced or given attributes.
    """

    __slots__ = (
        "_attributes",
        "_filler",
        "_in_use",
        "_is_dead",
        "_make_transport",
        "_params",
        "_transport",
        "_with_imports",
        "_wrapper",
        "options",
    )

    def __init__(
        self,
        make_transport: Callable[[], Transport],
        params: dict[str, str],
        config: dict[str, Any] | None = None,
    ) -> None:
        unknown = set(config or {}) - set(_CONFIG)
        if unknown:
            raise RFCError(f"Connection configuration option '{unknown.pop()}' is not supported")
        self.options = {**_CONFIG, **(config or {})}
        options = self.options
        self._with_imports = bool(options["return_import_params"])
        self._filler = Filler(check_date=options["check_date"], check_time=options["check_time"])
        self._wrapper = Wrapper(rstrip=options["rstrip"], dtime=options["dtime"])
        self._make_transport = make_transport
        self._params: dict[str, str] | None = dict(params)
        self._transport: Transport | None = None
        self._is_dead = False  # the library's handle is invalid, and pyrfc does not know
        self._in_use = threading.Lock()
        self._attributes: dict[str, str] = {}
        self.open()

    # ---- life
    def open(self) -> None:
        """Open a session, if none is open."""
        if self._params is None:
            raise RFCError("Connection parameters missing")
        if self._transport is None:
            transport = self._make_transport()
            try:
                self._attributes = transport.open(self._params)
            except RFCLibError:
                transport.close()
                raise
            self._transport, self._is_dead = transport, False

    def reopen(self) -> None:
        """A new, empty session on the same object."""
        self.close()
        self.open()

    def close(self) -> None:
        """End the session; uncommitted work and locks are gone."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    def free(self) -> None:
        """Close for good: the parameters are destroyed."""
        self.close()
        self._params = None

    @property
    def alive(self) -> bool:
        """Whether a handle is held; says nothing about the partner."""
        return self._transport is not None

    def is_valid(self) -> bool:
        """The library's opinion, without network."""
        return self.alive and not self._is_dead

    def __bool__(self) -> bool:
        return self.alive

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("no default __reduce__ due to non-trivial __cinit__")

    # ---- use
    def ping(self) -> None:
        """Ask the partner; ``ExternalRuntimeError`` 13 on a closed object. Never reopens."""
        with _Exclusive(self._in_use):
            self._outside_a_call(self._handle().ping)

    def reset_server_context(self) -> None:
        """Clear the ABAP session, keep the connection."""
        with _Exclusive(self._in_use):
            self._outside_a_call(self._handle().reset)

    def cancel(self) -> None:
        """From another thread; on an idle connection it leaves a dead handle behind."""
        self._is_dead = True

    def _outside_a_call(self, use: Callable[[], None]) -> None:
        try:
            use()
        except RFCLibError:
            self._is_dead = True
            raise

    def get_connection_attributes(self) -> dict[str, str]:
        """Who is connected to what."""
        self._handle()
        return {key: value for key, value in self._attributes.items() if key not in _OWN}

    def get_function_description(self, func_name: str) -> FunctionDescription:
        """The interface of a function module; the name is upper-cased."""
        self._handle()
        return FunctionDescription(self._module(func_name.upper()))

    def call(
        self, func_name: str, options: dict[str, Any] | None = None, **params: Any
    ) -> dict[str, Any]:
        """Run a function module; see the pyrfc sheet for what is refused and raised."""
        with _Exclusive(self._in_use):
            if self._transport is None:
                raise RFCError(
                    f"Remote function call '{func_name}' rejected because the connection is closed"
                )
            self._handle()
            given = options or {}
            module = self._module(func_name)
            skipped = set(given.get("not_requested") or ())
            wire = self._filled(module, params, skipped)
            timeout = given["timeout"] if "timeout" in given else self.options["timeout"]
            answer = self._invoke(func_name, wire, timeout)
            return self._wrapped(module, answer, skipped)

    def _filled(
        self, module: dictionary.FunctionModule, params: dict[str, Any], skipped: set[str]
    ) -> dict[str, Any]:
        for name in (*skipped, *params):
            if name not in module.parameters:
                raise field_not_found(name)
        wire = {}
        for name, value in params.items():
            filled = self._filler.parameter(module.parameters[name], value)
            if filled is not NOT_SET and name not in skipped:
                wire[name] = filled
        return wire

    def _invoke(self, name: str, wire: dict[str, Any], timeout: float | None) -> dict[str, Any]:
        assert self._transport is not None
        try:
            return self._transport.call(name, wire, timeout)
        except ABAPApplicationError:
            raise
        except RFCLibError:
            self.reopen()  # silently, and before raising; its own failure takes over
            raise

    def _wrapped(
        self, module: dictionary.FunctionModule, answer: dict[str, Any], skipped: set[str]
    ) -> dict[str, Any]:
        return {
            name: self._wrapper.parameter(parameter, answer.get(name))
            for name, parameter in module.parameters.items()
            if name not in skipped and (self._with_imports or parameter.direction != "import")
        }

    def _module(self, name: str) -> dictionary.FunctionModule:
        try:
            return dictionary.function_module(name, self._attributes.get("release", S4))
        except KeyError:
            raise ABAPApplicationError(
                ErrorInfo(
                    f"ID:FL Type:E Number:046 {name}",
                    5,
                    "FU_NOT_FOUND",
                    "FL",
                    "E",
                    "046",
                    name,
                )
            ) from None

    def _handle(self) -> Transport:
        if self._transport is None or self._is_dead:
            raise ExternalRuntimeError(
                "An invalid handle was passed to the API call", 13, "RFC_INVALID_HANDLE"
            )
        return self._transport


class _Exclusive:
    """Refuses a second thread; with real pyrfc the two calls would destroy each other."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise ExternalRuntimeError(
                "connection is used by another thread", 13, "RFC_INVALID_HANDLE"
            )

    def __exit__(self, *_: object) -> None:
        self._lock.release()
