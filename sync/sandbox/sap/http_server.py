"""The stand-in as a web server: RFC over HTTP, the control API, the pages.

One TCP connection is one ABAP session: when it breaks, buffer and locks are gone.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from typing import Any

from flask import Flask, Request, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .autopilot import Autopilot
from .control_api import blueprint as control_api
from .exceptions import RFCLibError, error_as_dict
from .faults import ConnectionDropped
from .pages import blueprint as pages
from .system import SapSystem

logger = logging.getLogger(__name__)


class SessionHandler(WSGIRequestHandler):
    """Speaks HTTP/1.1 with keep-alive and ends the ABAP session with its connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or every answer waits for a delayed acknowledgement

    def make_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().make_environ()
        self.sessions: set[str] = getattr(self, "sessions", set())
        environ["sap.sessions"] = self.sessions
        return environ

    def send_header(self, keyword: str, value: str) -> None:
        """Werkzeug closes after every answer; RFC calls read their whole body and may go on."""
        if keyword.lower() != "connection" or not self.path.startswith("/rfc/"):
            super().send_header(keyword, value)

    def finish(self) -> None:
        try:
            super().finish()
        except OSError:
            logger.debug("connection was already gone")
        application: Any = self.server.app
        for identity in getattr(self, "sessions", set()):
            application.config["system"].end_session(identity)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Requests are not logged: they carry customer data and come by the thousand."""


def create_app(system: SapSystem, server: SapServer | None = None) -> Flask:
    """The web application on a system."""
    app = Flask(__name__)
    app.config["system"] = system
    app.config["server"] = server
    app.register_blueprint(control_api)
    app.register_blueprint(pages)
    app.add_url_rule("/rfc/<verb>", "rfc", lambda verb: _rfc(system, verb), methods=["POST"])
    return app


def _rfc(system: SapSystem, verb: str) -> Any:
    body = request.get_json()
    try:
        return {"result": _answer(system, verb, body)}
    except RFCLibError as error:
        return {"error": error_as_dict(error)}
    except ConnectionDropped:
        _cut(request)
        return ""


def _answer(system: SapSystem, verb: str, body: dict[str, Any]) -> Any:
    if verb == "open":
        attributes = system.open_session(body)
        request.environ["sap.sessions"].add(attributes["session"])
        return attributes
    identity = body["session"]
    if verb == "call":
        return system.call(identity, body["function"], body["parameters"])
    system.session(identity)
    if verb == "reset":
        system.reset_session(identity)
    return {}


def _cut(current: Request) -> None:
    connection: socket.socket = current.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)


class SapServer:
    """Listens, and can really stop listening for a while."""

    def __init__(self, system: SapSystem, host: str, port: int) -> None:
        self.system = system
        self._host, self._port = host, port
        self._app = create_app(system, self)
        self._stopped = threading.Event()
        self._refuse_until = 0.0
        self._autopilot = Autopilot(system)
        self._server: BaseWSGIServer = self._listen()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    def run(self) -> None:
        """Serve until ``stop``."""
        self._autopilot.start()
        while not self._stopped.is_set():
            self._server.serve_forever(poll_interval=0.1)
            self._server.server_close()
            self._stopped.wait(max(0.0, self._refuse_until - time.monotonic()))
            if not self._stopped.is_set():
                self._server = self._listen()
        self._autopilot.stop()

    def stop(self) -> None:
        """End ``run``; to be called from another thread."""
        self._stopped.set()
        self._server.shutdown()

    def refuse(self, seconds: float) -> None:
        """Close the listening socket and drop all sessions, then listen again."""
        self._refuse_until = time.monotonic() + seconds
        self.system.drop_all_sessions()
        threading.Thread(target=self._server.shutdown, daemon=True).start()

    def _listen(self) -> BaseWSGIServer:
        server = make_server(self._host, self._port, self._app, threaded=True,
                             request_handler=SessionHandler)
        self._port = server.server_port
        return server
