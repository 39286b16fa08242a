"""Calls to SAP over borrowed sessions: checked, failures translated, no second use of a session
after a doubtful end."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any, NoReturn

from sync.causes.sap import SapCause
from sync.errors import OutcomeUnknown, RemoteUnavailable, SyncError
from sync.exchanges import SENT, Exchange, Observer
from sync.fence import refuse_if_late
from sync.lending import Lent
from sync.sap import ledger
from sync.sap.failures import Failure, read_failure
from sync.sap.interface import PROCESS_CACHE, Interface, InterfaceCache
from sync.sap.options import SapOptions
from sync.sap.returns import read_return
from sync.sap.sessions import OpenSession, SapSessions
from sync.told import told

SYSTEM = "sap"


def _anyone(seen: dict[str, str]) -> None:
    """Accepts whatever system answers."""


SHORT_IDLE_SECONDS = 10  # a gateway may cut a connection idle for longer: repeat a read


class SapSession:
    """One thread's way to call SAP: a session is borrowed for each call, or held for several.

    After any exception except a clean refusal the connection is closed and never used again: pyrfc
    would open a new, empty session on it, where a commit reports success and saves nothing.
    """

    def __init__(
        self,
        sessions: SapSessions,
        options: SapOptions,
        observe: Observer = ledger.silent,
        interfaces: InterfaceCache = PROCESS_CACHE,
    ) -> None:
        self._sessions = sessions
        self.options = options
        self.parcels_name_deliveries = True  # until an answer shows otherwise (unconfirmed)
        self._observe = observe
        self._interfaces = interfaces
        self.recognise: Callable[[dict[str, str]], None] = _anyone
        self._lent: Lent[OpenSession] | None = None
        self._is_held = False
        self._paid_for = 0  # calls whose turn has come already
        self._busy = Lock()
        self.is_usable = True
        self.is_in_unit = False
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
            self._wait_for_turn()
            self.was_cut_at_first = False
            with self._borrowed() as session:
                checked = self._interface(session, function).checked(arguments, optional)
                return self._send(session, function, checked, changes=changes)

    def interface(self, function: str) -> Interface:
        with self._one_at_a_time(), self._borrowed() as session:
            return self._interface(session, function)

    @contextmanager
    def held(self, calls: int = 0) -> Iterator[None]:
        """All calls inside go over one session, borrowed now; the first ``calls`` of them need not
        wait for their turn."""
        if self._is_held:
            yield
            return
        for _ in range(calls):
            self._sessions.limits.pace.wait()
        with self._borrowed():
            self._is_held, self._paid_for = True, calls
            try:
                yield
            finally:
                self._is_held, self._paid_for = False, 0

    @contextmanager
    def held_until_rolled_back(self) -> Iterator[None]:
        """As ``held``; after an exception the session is closed, for nobody knows what it still
        holds."""
        with self.held():
            is_clean = False
            try:
                yield
                is_clean = True
            finally:
                if not is_clean:
                    self._drop()

    def _wait_for_turn(self) -> None:
        if self._paid_for:
            self._paid_for -= 1
        else:
            self._sessions.limits.pace.wait()

    def _send(
        self, session: OpenSession, function: str, checked: dict[str, Any], *, changes: bool
    ) -> dict[str, Any]:
        exchange = _leaving(function, checked, changes=changes)
        if changes:
            self._observe(exchange)
            refuse_if_late()
        started = time.monotonic()
        answer: dict[str, Any] | None = None
        outcome = "unknown" if changes else "unavailable"
        try:
            answer = session.connection.call(
                function, options={"timeout": self.options.call_timeout_seconds}, **checked
            )
            session.has_answered = True
            refused = any(message.is_failure for message in read_return(answer))
            outcome = "refused" if refused else "ok"
        except Exception as exc:
            failure = read_failure(exc, function, changes=changes)
            outcome = failure.outcome
            self._raise(session, failure, exc)
            raise
        except BaseException:
            # A stopped worker: the answer is lost, and pyrfc may have cancelled half-way.
            self.quarantine()
            raise
        finally:
            self._observe(
                replace(
                    exchange,
                    duration_seconds=time.monotonic() - started,
                    outcome=outcome,
                    answer=ledger.answer(checked, answer),
                )
            )
        return answer

    def _raise(self, session: OpenSession, failure: Failure, exc: Exception) -> None:
        self.was_cut_at_first = failure.was_cut and not session.has_answered
        if not failure.keeps_session:
            self.quarantine()
        if self.was_cut_at_first:  # those that were idle for longer will be cut as well
            self._sessions.renew()
        if failure.error is not None:
            raise failure.error from exc

    def _interface(self, session: OpenSession, function: str) -> Interface:
        def read() -> Any:
            return session.connection.get_function_description(function)

        try:
            return self._interfaces.get(self._sessions.system, function, read)
        except Exception as exc:
            # The look-up runs before the call: whatever went wrong, the function did not run.
            self._raise(session, read_failure(exc, function, changes=False), exc)
            raise

    def __reduce__(self) -> NoReturn:
        raise TypeError("An SAP session belongs to its process and cannot be pickled or copied.")

    def quarantine(self) -> None:
        """Close the connection and refuse every further use of this object."""
        self.is_usable = False
        self._drop()

    def close(self) -> None:
        self.is_usable = False
        self._drop()

    def renew(self) -> None:
        """Go on with another session after SAP refused a read before running it. Never call this
        inside a unit of work."""
        self._drop()
        self.is_usable = True

    def log_on_anew(self) -> None:
        """No session opened so far is lent again, to anybody."""
        self._sessions.renew()

    def _drop(self) -> None:
        lent, self._lent = self._lent, None
        if lent is not None:
            lent.is_doubtful = True
            self._sessions.give_back(lent)

    @contextmanager
    def _borrowed(self) -> Iterator[OpenSession]:
        if not self.is_usable:
            raise RemoteUnavailable(
                told("This SAP session was closed or thrown away; a new one is needed."),
                cause=SapCause.SESSION_GONE,
            )
        if self._lent is not None:
            yield self._lent.thing
            return
        self._lent = lent = self._sessions.take()
        try:
            if lent.idle_seconds > SHORT_IDLE_SECONDS:
                lent.thing.has_answered = False
            self._recognised(lent.thing)
            yield lent.thing
        finally:
            if self._lent is not None:
                self._lent = None
                self._sessions.give_back(lent)

    def _recognised(self, session: OpenSession) -> None:
        """Uses what the library was told at the logon, so this costs no call."""
        if session.is_recognised or self.recognise is _anyone:
            return
        try:
            told = session.connection.get_connection_attributes()
            self.recognise(
                {
                    "system_id": str(told.get("sysId", "")).strip(),
                    "client": str(told.get("client", "")).strip(),
                }
            )
            session.is_recognised = True
        except Exception as exc:
            self.quarantine()  # never use a session of an unknown system
            if not isinstance(exc, SyncError):
                self._raise(session, read_failure(exc, "the logon", changes=False), exc)
            raise

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        if not self._busy.acquire(blocking=False):
            raise RuntimeError("An SAP session was used by two threads at once.")
        try:
            yield
        finally:
            self._busy.release()


def _leaving(function: str, checked: dict[str, Any], *, changes: bool) -> Exchange:
    return Exchange(
        system=SYSTEM,
        operation=function,
        is_write=changes,
        started_at=datetime.now(UTC),
        duration_seconds=0,
        outcome=SENT,
        request=ledger.request(checked),
        answer=None,
    )


def doubtful(error: SyncError, *, reference: str) -> OutcomeUnknown:
    """Any failure of a commit, whatever it says: SAP may have saved."""
    if isinstance(error, OutcomeUnknown):
        error.reference = reference
        return error
    return OutcomeUnknown(
        told("The commit did not come back with a clear answer."),
        cause=SapCause.OUTCOME_UNKNOWN if error.remote_is_away else SapCause.BROKE_OFF,
        reference=reference,
    )
