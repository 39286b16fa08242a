"""Opening a connection to SAP; the only importer of pyrfc."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from sync.causes.sap import SapCause
from sync.errors import LogonRefused, RemoteMisconfigured, RemoteUnavailable, SyncError
from sync.told import told

INVALID_PARAMETER = 20


class RfcConnection(Protocol):
    """What we use of pyrfc's connection; the stand-in keeps the same contract."""

    def call(self, name: str, /, **parameters: Any) -> dict[str, Any]:
        """Call a function module."""

    def get_function_description(self, name: str, /) -> Any:
        """The interface of a function module."""

    def get_connection_attributes(self) -> Mapping[str, Any]:
        """Who is connected to what, as told at the logon."""

    def close(self) -> None:
        """End the ABAP session."""


Connect = Callable[..., Any]


def connect(**parameters: str) -> Any:
    try:
        # Imported late: the SDK behind pyrfc is absent in development and CI. Asking for the class,
        # not the package, is the test: `import pyrfc` succeeds without the library.
        from pyrfc import Connection
    except ImportError as exc:
        raise RemoteMisconfigured(
            told("SAP's RFC library is not installed."), cause=SapCause.PYRFC_MISSING
        ) from exc
    return Connection(**parameters)


def exact_parameters(parameters: Mapping[str, str | None]) -> dict[str, str]:
    """Connection parameters as exact ``str``: anything else kills the process inside pyrfc."""
    exact = {}  # str() would leave a subclass of str as it is
    for name, value in parameters.items():
        if value is None:
            continue
        if not isinstance(value, str):
            raise RemoteMisconfigured(
                told("The SAP connection parameter {name} must be text.", name=name),
                cause=SapCause.PARAMETERS,
            )
        exact[str.__str__(name)] = str.__str__(value)
    return exact


def open_connection(connect: Connect, parameters: Mapping[str, str | None]) -> RfcConnection:
    """A failure here is safe to repeat, since nothing was called yet."""
    exact = exact_parameters(parameters)
    try:
        return cast(RfcConnection, connect(**exact))
    except SyncError:
        raise
    except Exception as exc:
        error = _opening_error(exc)
        if error is None:
            raise
        raise error from exc


def class_names(exc: BaseException) -> set[str]:
    """Compare exceptions by these: pyrfc and the stand-in share names, not classes."""
    return {ancestor.__name__ for ancestor in type(exc).__mro__}


def _opening_error(exc: Exception) -> SyncError | None:
    """``None`` for an exception that is not the remote's."""
    names, code = class_names(exc), getattr(exc, "code", None)
    if "LogonError" in names or "ExternalAuthorizationError" in names:
        return LogonRefused(told("SAP refused the logon."), cause=SapCause.LOGON)
    if code == INVALID_PARAMETER or (names & {"RFCError"} and "RFCLibError" not in names):
        return RemoteMisconfigured(
            told("SAP's RFC library refused the connection parameters."), cause=SapCause.PARAMETERS
        )
    if "RFCLibError" in names or isinstance(exc, OSError):
        return RemoteUnavailable(told("SAP could not be reached."), cause=SapCause.UNREACHABLE)
    return None
