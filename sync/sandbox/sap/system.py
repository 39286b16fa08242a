"""The stand-in as one object: sessions, calls, commit and rollback; knows nothing of HTTP."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from . import dictionary
from .calls import Call
from .clock import Clock, utc_now
from .customising import Customising
from .exceptions import (
    ABAPApplicationError,
    ABAPRuntimeError,
    ErrorInfo,
    LogonError,
    communication_failure,
)
from .faults import ConnectionDropped, FaultPanel
from .release import release_from_environment
from .session import Session
from .settings import Settings
from .store import Store
from .values import decode, encode

logger = logging.getLogger(__name__)
SYSTEM_ID = "SBX"


class SapSystem:
    """A small SAP system whose data lie in ``data_dir``; safe from any thread.

    ``release`` is S4 or ECC, from the environment when blank.
    """

    def __init__(
        self,
        data_dir: Path | str,
        *,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
        release: str = "",
    ) -> None:
        zone = os.environ.get("SAP_STANDIN_TIMEZONE", "Europe/Berlin")
        self.clock = Clock(zone, now)
        self.release = release or release_from_environment()
        self.store = Store(Path(data_dir))
        self.customising = Customising.load()
        self.settings = Settings(self.store)
        self.faults = FaultPanel()
        self.sessions: dict[str, Session] = {}
        self._sleep = sleep
        self._lock = threading.RLock()

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    # ---- sessions
    def open_session(self, logon: dict[str, str]) -> dict[str, str]:
        """Log on; ``LogonError`` if refused."""
        expected = os.environ.get("SAP_STANDIN_PASSWORD", "")
        password = logon.get("passwd", "")
        refused = (
            not logon.get("user")
            or not password
            or password == "wrong"
            or (expected and password != expected)
        )
        if refused or self.faults.take("logon_refused"):
            raise LogonError("Name or password is incorrect (repeat logon)", 2, "RFC_LOGON_FAILURE")
        language = "D" if logon.get("lang", "EN").upper() in ("DE", "D") else "E"
        session = Session(
            logon["user"].upper(), logon.get("client", "100"), language, self.clock.now()
        )
        with self._lock:
            self.sessions[session.identity] = session
        return {
            "session": session.identity,
            "release": self.release,
            "dest": "",
            "host": "client",
            "partnerHost": logon.get("ashost", ""),
            "sysNumber": logon.get("sysnr", "00"),
            "sysId": SYSTEM_ID,
            "client": session.client,
            "user": session.user,
            "language": session.language,
            "isoLanguage": "DE" if language == "D" else "EN",
            "trace": "0",
            "codepage": "4103",
            "partnerCodepage": "4103",
            "rfcRole": "C",
            "type": "E",
            "partnerType": "3",
            "rel": "753",
            "partnerRel": "750",
            "kernelRel": "753",
            "progName": "SAPLSTANDIN",
        }

    def session(self, identity: str) -> Session:
        """The session; ``CommunicationError`` if it is gone."""
        try:
            return self.sessions[identity]
        except KeyError:
            raise communication_failure(
                "connection closed without message (CM_NO_DATA_RECEIVED)"
            ) from None

    def reset_session(self, identity: str) -> None:
        """Forget the unit of work."""
        self.session(identity).reset()

    def end_session(self, identity: str) -> None:
        """The connection is gone: so are buffer and locks."""
        with self._lock:
            self.sessions.pop(identity, None)

    def drop_all_sessions(self) -> None:
        """Every connection is lost."""
        with self._lock:
            self.sessions.clear()

    # ---- calls
    def call(self, identity: str, function: str, wire: dict[str, Any]) -> dict[str, Any]:
        """Run a function module; ``ConnectionDropped`` if a fault cuts the line."""
        session = self.session(identity)
        self._faults_before(session, function)
        module = dictionary.function_module(function, self.release)
        results: dict[str, Any] = {
            name: wire.get(name, [])
            for name, parameter in module.parameters.items()
            if parameter.direction in ("tables", "changing")
        }
        with self._lock:
            session.calls += 1
            session.last_function = function
            results.update(encode(module, self._run(session, function, decode(module, wire))))
        self._faults_after(session, function)
        return results

    def _run(self, session: Session, function: str, parameters: dict[str, Any]) -> dict[str, Any]:
        from .function_modules import HANDLERS  # the modules need the system's type

        self.run_updates()
        try:
            return HANDLERS[function](Call(self, session, function, parameters))
        except ABAPApplicationError:
            raise
        except Exception as error:
            logger.exception("stand-in failed in %s", function)
            self.end_session(session.identity)
            raise ABAPRuntimeError(
                ErrorInfo(
                    f"stand-in failed in {function}: {type(error).__name__}",
                    3,
                    "UNCAUGHT_EXCEPTION",
                )
            ) from error

    def _faults_before(self, session: Session, function: str) -> None:
        if fault := self.faults.take("latency", function):
            self._sleep(fault.seconds)
        if self.faults.take("drop_before", function):
            self.end_session(session.identity)
            raise ConnectionDropped
        if fault := self.faults.take("dump", function):
            self.end_session(session.identity)
            raise ABAPRuntimeError(ErrorInfo(f"Runtime error {fault.key}", 3, fault.key))

        if self.faults.take("abort", function):
            self.end_session(session.identity)
            text = "Termination on request"
            raise ABAPRuntimeError(ErrorInfo(text, 4, text, "00", "A", "398"))

    def _faults_after(self, session: Session, function: str) -> None:
        commit = function == "BAPI_TRANSACTION_COMMIT"
        lost = commit and self.faults.take("lost_commit_answer", function)
        if lost or self.faults.take("drop_after", function):
            self.end_session(session.identity)
            raise ConnectionDropped

    # ---- unit of work
    def run_updates(self) -> None:
        """Let the update task do what is due."""
        self.store.run_updates(self.clock.now())

    def commit(self, session: Session, *, wait: bool) -> str:
        """Save the session's work; returns the reason if the update was terminated."""
        with self._lock:
            if session.pending and self.faults.take("commit_error", "BAPI_TRANSACTION_COMMIT"):
                session.reset()
                return "SAPSQL_ARRAY_INSERT_DUPREC"
            with self.store.transaction():
                for number in session.deleted:
                    self.store.delete_order(number)
                if wait:
                    for document in session.pending:
                        self.store.save(document)
                elif session.pending:
                    due = self.clock.now() + timedelta(seconds=self.settings.update_delay)
                    self.store.add_update(due, list(session.pending))
            session.reset()
        return ""

    def lock_holder(self, number: str, session: Session | None = None) -> str:
        """The user who has the document locked against this session; blank if nobody."""
        user = self.store.user_locks().get(number, "")
        if user:
            return user
        for other in list(self.sessions.values()):
            if other is not session and number in other.locks:
                return other.user
        return "UPDATE_TASK" if number in self.store.numbers_in_update() else ""
