"""The stand-in as one object: sessions, commit and rollback; knows nothing of HTTP."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from .clock import Clock, utc_now
from .customising import Customising
from .exceptions import LogonError, communication_failure
from .faults import FaultPanel
from .release import release_from_environment
from .session import Session
from .settings import Settings
from .store import Store

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
        self.sleep = sleep
        self.lock = threading.RLock()

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
        with self.lock:
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
        with self.lock:
            self.sessions.pop(identity, None)

    def drop_all_sessions(self) -> None:
        """Every connection is lost."""
        with self.lock:
            self.sessions.clear()

    # ---- unit of work
    def run_updates(self) -> None:
        """Let the update task do what is due."""
        self.store.run_updates(self.clock.now())

    def commit(self, session: Session, *, wait: bool) -> str:
        """Save the session's work; returns the reason if the update was terminated."""
        with self.lock:
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
