"""One RFC session: checked calls, translated failures, and no second use after a doubtful end."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Lock
from typing import Any, NoReturn

from sync.causes.sap import SapCause
from sync.errors import OutcomeUnknown, RemoteUnavailable, SyncError
from sync.exchanges import Exchange, Observer
from sync.fence import refuse_if_late
from sync.sap import ledger
from sync.sap.connection import Connect, RfcConnection, open_connection
from sync.sap.failures import Failure, read_failure
from sync.sap.interface import PROCESS_CACHE, Interface, InterfaceCache
from sync.sap.options import SapOptions
from sync.sap.returns import read_return

SYSTEM = "sap"


def _anyone(seen: dict[str, str]) -> None:
    """Accepts whatever system answers."""


SHORT_IDLE_SECONDS = 10  # a gateway may cut a connection idle for longer: repeat a read
SECRETS = {"user", "passwd", "lang", "mysapsso2", "x509cert", "trace"}
# A forked child must neither use nor close its parent's connection (pyrfc sheet 8).
_inherited: list[RfcConnection] = []


class SapSession:
    """A connection and its ABAP session, opened at the first call; one thread at a time.

    After any exception except a clean refusal the connection is closed and never used again: pyrfc
    would open a new, empty session on it, where a commit reports success and saves nothing.

    A connection that was idle for too long is not used again: gateways and firewalls cut it, and
    the first call on it fails (SAP sheet 13.16).
    """

    def __init__(
        self,
        connect: Connect,
        parameters: Mapping[str, str],
        options: SapOptions,
        observe: Observer = ledger.silent,
        interfaces: InterfaceCache = PROCESS_CACHE,
    ) -> None:
        self._connect = connect
        self._parameters = dict(parameters)
        self.options = options
        self.parcels_name_deliveries = True  # until an answer shows otherwise (unconfirmed)
        self._observe = observe
        self._interfaces = interfaces
        self._system: Hashable = (
            connect,
            tuple(sorted((k, str(v)) for k, v in parameters.items() if k not in SECRETS)),
        )
        self.recognise: Callable[[dict[str, str]], None] = _anyone
        self._connection: RfcConnection | None = None
        self._opened_by = 0
        self._busy = Lock()
        self.is_usable = True
        self.is_in_unit = False
        self._used_at = 0.0
        self._has_answered = False
        self.was_cut_at_first = False

    def call(
        self,
        function: str,
        arguments: Mapping[str, Any],
        *,
        changes: bool = False,
        optional: Collection[str] = (),
    ) -> dict[str, Any]:
        """Check and send; the answer is returned as it came, and the caller judges its RETURN.

        ``changes`` marks a function that may save: when its end is doubtful, OutcomeUnknown is
        raised. Raises SapFieldRefused or SapFieldMissing before anything is sent.
        """
        with self._one_at_a_time():
            self.was_cut_at_first = False
            connection = self._opened()
            checked = self._interface(connection, function).checked(arguments, optional)
            return self._send(connection, function, checked, changes=changes)

    def interface(self, function: str) -> Interface:
        with self._one_at_a_time():
            return self._interface(self._opened(), function)

    def _send(
        self, connection: RfcConnection, function: str, checked: dict[str, Any], *, changes: bool
    ) -> dict[str, Any]:
        if changes:
            refuse_if_late()
        started_at, started = datetime.now(UTC), time.monotonic()
        answer: dict[str, Any] | None = None
        outcome = "unknown" if changes else "unavailable"
        try:
            answer = connection.call(
                function, options={"timeout": self.options.call_timeout_seconds}, **checked
            )
            self._has_answered = True
            refused = any(message.is_failure for message in read_return(answer))
            outcome = "refused" if refused else "ok"
        except Exception as exc:
            failure = read_failure(exc, function, changes=changes)
            outcome = failure.outcome
            self._raise(failure, exc)
            raise
        except BaseException:
            # A stopped worker: the answer is lost, and pyrfc may have cancelled half-way.
            self.quarantine()
            raise
        finally:
            self._used_at = time.monotonic()
            self._observe(
                Exchange(
                    system=SYSTEM,
                    operation=function,
                    is_write=changes,
                    started_at=started_at,
                    duration_seconds=time.monotonic() - started,
                    outcome=outcome,
                    request=ledger.request(checked),
                    answer=ledger.answer(checked, answer),
                )
            )
        return answer

    def _raise(self, failure: Failure, exc: Exception) -> None:
        self.was_cut_at_first = failure.was_cut and not self._has_answered
        if not failure.keeps_session:
            self.quarantine()
        if failure.error is not None:
            raise failure.error from exc

    def _interface(self, connection: RfcConnection, function: str) -> Interface:
        def read() -> Any:
            return connection.get_function_description(function)

        try:
            return self._interfaces.get(self._system, function, read)
        except Exception as exc:
            # The look-up runs before the call: whatever went wrong, the function did not run.
            self._raise(read_failure(exc, function, changes=False), exc)
            raise

    def __reduce__(self) -> NoReturn:
        raise TypeError("An SAP session belongs to its process and cannot be pickled or copied.")

    def quarantine(self) -> None:
        """Close the connection and refuse every further use of this session."""
        self.is_usable = False
        self._drop()

    def close(self) -> None:
        self.is_usable = False
        self._drop()

    def renew(self) -> None:
        """Go on with a fresh connection after SAP refused a read before running it. Never call this
        inside a unit of work."""
        self._drop()
        self.is_usable = True

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._opened_by != os.getpid():
            _inherited.append(connection)
            return
        # The session is given up either way; a failing close changes nothing.
        with suppress(Exception):
            connection.close()

    def _opened(self) -> RfcConnection:
        if not self.is_usable:
            raise RemoteUnavailable(
                "This SAP session was closed or thrown away; a new one is needed.",
                cause=SapCause.SESSION_GONE,
            )
        if self._connection is not None and self._opened_by != os.getpid():
            self._drop()
        idle = time.monotonic() - self._used_at
        if idle > SHORT_IDLE_SECONDS:
            self._has_answered = False
        if idle > self.options.longest_idle_seconds and not self.is_in_unit:
            self._drop()
        if self._connection is None:
            self._connection = open_connection(self._connect, self._parameters)
            self._opened_by = os.getpid()
            self._used_at = time.monotonic()
            self._has_answered = False
            self._recognised(self._connection)
        return self._connection

    def _recognised(self, connection: RfcConnection) -> None:
        """Uses what the library was told at the logon, so this costs no call."""
        if self.recognise is _anyone:
            return
        try:
            told = connection.get_connection_attributes()
            self.recognise(
                {
                    "system_id": str(told.get("sysId", "")).strip(),
                    "client": str(told.get("client", "")).strip(),
                }
            )
        except Exception as exc:
            self.quarantine()  # never use a session of an unknown system
            if not isinstance(exc, SyncError):
                self._raise(read_failure(exc, "the logon", changes=False), exc)
            raise

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        if not self._busy.acquire(blocking=False):
            raise RuntimeError("An SAP session was used by two threads at once.")
        try:
            yield
        finally:
            self._busy.release()


def doubtful(error: SyncError, *, reference: str) -> OutcomeUnknown:
    """Any failure of a commit, whatever it says: SAP may have saved."""
    if isinstance(error, OutcomeUnknown):
        error.reference = reference
        return error
    return OutcomeUnknown(
        "The commit did not come back with a clear answer.",
        cause=SapCause.OUTCOME_UNKNOWN if error.remote_is_away else SapCause.BROKE_OFF,
        reference=reference,
    )
