"""The stand-in as a web server: RFC over HTTP, the control API, the pages.

One TCP connection is one ABAP session: when it breaks, buffer and locks are gone.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from typing import Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .autopilot import Autopilot
from .calling import call
from .control_api import blueprint as control_api
from .exceptions import RFCLibError, error_as_dict
from .faults import ConnectionDropped
from .pages import blueprint as pages
from .system import SapSystem


class SessionHandler(WSGIRequestHandler):
    """Speaks HTTP/1.1, answers RFC itself, ends the ABAP sessions with their connection.

    Werkzeug closes the connection after every answer (and drains it), so RFC calls, which need
    it to stay open, do not go through WSGI; everything else does.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or every answer waits for a delayed acknowledgement

    def setup(self) -> None:
        super().setup()
        self.sessions: set[str] = set()

    def run_wsgi(self) -> None:
        if not self.path.startswith("/rfc/"):
            super().run_wsgi()
            return
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        answer = self._rfc(self.path.removeprefix("/rfc/"), body)
        if answer is None:
            self.close_connection = True
            return
        data = json.dumps(answer).encode()
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\n\r\n"
        )
        try:
            self.wfile.write(head.encode() + data)
        except OSError:
            self.close_connection = True  # the caller gave up waiting

    def _rfc(self, verb: str, body: dict[str, Any]) -> dict[str, Any] | None:
        application: Any = self.server.app
        system: SapSystem = application.config["system"]
        try:
            return {"result": self._answer(system, verb, body)}
        except RFCLibError as error:
            return {"error": error_as_dict(error)}
        except ConnectionDropped:
            return None

    def _answer(self, system: SapSystem, verb: str, body: dict[str, Any]) -> Any:
        if verb == "open":
            attributes = system.open_session(body)
            self.sessions.add(attributes["session"])
            return attributes
        identity = body["session"]
        if verb == "call":
            return call(system, identity, body["function"], body["parameters"])
        system.session(identity)
        if verb == "reset":
            system.reset_session(identity)
        return {}

    def finish(self) -> None:
        application: Any = self.server.app
        for identity in self.sessions:
            application.config["system"].end_session(identity)
        with contextlib.suppress(OSError):  # the connection may already be gone
            super().finish()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Requests are not logged: they carry customer data and come by the thousand."""


def create_app(system: SapSystem, server: SapServer | None = None) -> Flask:
    """The web application on a system."""
    app = Flask(__name__)
    app.config["system"] = system
    app.config["server"] = server
    app.register_blueprint(control_api)
    app.register_blueprint(pages)
    return app


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
        server = make_server(
            self._host, self._port, self._app, threaded=True, request_handler=SessionHandler
        )
        self._port = server.server_port
        return server
