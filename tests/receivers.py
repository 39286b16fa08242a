"""Receivers of alarms for tests: a small mail server and a chat's address, both real sockets."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_string
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"


def set_alarms(settings: Any, **values: Any) -> None:
    settings.ALARMS = replace(settings.ALARMS, **values)


def set_urls(settings: Any, *urls: str, sales: Sequence[str] = ()) -> None:
    own = {"ALARM_URLS": list(urls), "ALARM_URLS_SALES": list(sales)}
    set_alarms(settings, urls={**{name: [] for name in settings.ALARMS.urls}, **own})


@dataclass(slots=True)
class Receiver:
    """``is_away``: it refuses. ``gate``: while closed, it takes what comes and does not answer."""

    url: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)
    is_away: bool = False
    gate: threading.Event = field(default_factory=threading.Event)


@contextmanager
def mail_server() -> Iterator[Receiver]:
    receiver = Receiver()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            receiver.gate.wait()
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                verb = line.split()[0].upper()
                if verb == "QUIT":
                    self.say("221 bye")
                    return
                if verb == "MAIL" and receiver.is_away:
                    self.say("451 try again later")
                elif verb == "DATA":
                    self.take()
                else:
                    self.say("250 ok")

        def take(self) -> None:
            self.say("354 go on")
            lines = iter(lambda: self.rfile.readline().decode().rstrip("\r\n"), ".")
            mail = message_from_string("\n".join(lines))
            receiver.received.append({"to": mail["To"], "subject": mail["Subject"], "mail": mail})
            self.say("250 taken")

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with _served(Server((HOST, 0), Session), receiver) as port:
        receiver.url = (
            f"mailto://{HOST}:{port}?from=portal@portal.example&to=it@portal.example&mode=insecure"
        )
        yield receiver


@contextmanager
def chat() -> Iterator[Receiver]:
    receiver = Receiver()

    class Asked(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.gate.wait()
            if not receiver.is_away:
                receiver.received.append(json.loads(body))
            self.send_response(503 if receiver.is_away else 200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with _served(ThreadingHTTPServer((HOST, 0), Asked), receiver) as port:
        receiver.url = f"json://{HOST}:{port}/secret-path"
        yield receiver


@contextmanager
def _served(server: socketserver.TCPServer, receiver: Receiver) -> Iterator[int]:
    receiver.gate.set()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield int(server.socket.getsockname()[1])
    finally:
        receiver.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()
