"""How a connection reaches the stand-in: over HTTP, or within the process for tests."""

from __future__ import annotations

import http.client
import json
import threading
from typing import Any, Protocol
from urllib.parse import urlsplit

from .calling import call
from .exceptions import CommunicationError, communication_failure, error_from_dict
from .faults import ConnectionDropped
from .system import SapSystem

_JSON = {"Content-Type": "application/json"}


class Transport(Protocol):
    """One ABAP session; gone when ``close`` is called or the wire breaks."""

    def open(self, logon: dict[str, str]) -> dict[str, str]:
        """Log on; returns the attributes of the session."""

    def call(self, function: str, wire: dict[str, Any], timeout: float | None) -> dict[str, Any]:
        """Run a function module; raises the errors of ``exceptions``."""

    def reset(self) -> None:
        """Forget the unit of work, keep the session."""

    def ping(self) -> None:
        """Raise if the session is gone."""

    def close(self) -> None:
        """End the session."""


def cancelled() -> CommunicationError:
    """The client gave up waiting."""
    return CommunicationError("Connection was canceled: 1. New handle: 2", 7, "RFC_CANCELED")


class HttpTransport:
    """One keep-alive HTTP connection = one ABAP session."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._partner = f"{parts.hostname}:{parts.port or 80}"
        self._http = http.client.HTTPConnection(parts.hostname or "", parts.port or 80)
        self._session = ""

    def open(self, logon: dict[str, str]) -> dict[str, str]:
        try:
            self._http.connect()
        except OSError:
            raise communication_failure(
                f"\nLOCATION    CPIC (TCP/IP) on local host\nERROR       partner "
                f"'{self._partner}' not reached\n"
            ) from None
        self._http.auto_open = 0  # a lost connection is a lost session
        attributes: dict[str, str] = self._post("open", logon)
        self._session = attributes["session"]
        return attributes

    def call(self, function: str, wire: dict[str, Any], timeout: float | None) -> dict[str, Any]:
        if timeout is not None and timeout <= 0:
            raise cancelled()
        if self._http.sock is not None:
            self._http.sock.settimeout(timeout)
        body = {"session": self._session, "function": function, "parameters": wire}
        result: dict[str, Any] = self._post("call", body)
        return result

    def reset(self) -> None:
        self._post("reset", {"session": self._session})

    def ping(self) -> None:
        self._post("ping", {"session": self._session})

    def close(self) -> None:
        self._http.close()

    def _post(self, verb: str, body: dict[str, Any]) -> Any:
        try:
            self._http.request("POST", f"/rfc/{verb}", json.dumps(body), _JSON)
            answer = json.loads(self._http.getresponse().read())
        except TimeoutError:
            self._http.close()
            raise cancelled() from None
        except (OSError, http.client.HTTPException, ValueError):
            self._http.close()
            raise communication_failure(f"connection to partner '{self._partner}' broken") from None
        if "error" in answer:
            raise error_from_dict(answer["error"])
        return answer["result"]


class InProcessTransport:
    """A session of a system that lives in this process."""

    def __init__(self, system: SapSystem) -> None:
        self._system = system
        self._session = ""

    def open(self, logon: dict[str, str]) -> dict[str, str]:
        attributes = self._system.open_session(logon)
        self._session = attributes["session"]
        return attributes

    def call(self, function: str, wire: dict[str, Any], timeout: float | None) -> dict[str, Any]:
        if timeout is None:
            return self._run(function, wire)
        if timeout <= 0:
            raise cancelled()
        outcome: list[Any] = []
        worker = threading.Thread(target=self._keep, args=(outcome, function, wire), daemon=True)
        worker.start()
        worker.join(timeout)
        if not outcome:
            raise cancelled()
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        result: dict[str, Any] = outcome[0]
        return result

    def reset(self) -> None:
        self._system.reset_session(self._session)

    def ping(self) -> None:
        self._system.session(self._session)

    def close(self) -> None:
        self._system.end_session(self._session)

    def _run(self, function: str, wire: dict[str, Any]) -> dict[str, Any]:
        try:
            sent = json.loads(json.dumps(wire))
            answer = json.dumps(call(self._system, self._session, function, sent))
        except ConnectionDropped:
            self._system.end_session(self._session)
            raise communication_failure("connection to partner 'in-process' broken") from None
        result: dict[str, Any] = json.loads(answer)
        return result

    def _keep(self, outcome: list[Any], function: str, wire: dict[str, Any]) -> None:
        try:
            outcome.append(self._run(function, wire))
        except Exception as error:  # noqa: BLE001 - handed over to the waiting thread
            outcome.append(error)
