"""Faults on demand: slow, refused, broken and lost answers, each for one operation or for all."""

from __future__ import annotations

import io
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sync.sandbox.shop.gateway import ANSWERS as GATEWAY_ANSWERS
from sync.sandbox.shop.odd_answers import ODD_ANSWERS, odd_answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KINDS = {
    "latency": "Answer late: the call waits before it is worked on",
    "refuse": "Close the port: connections are refused until the time is over",
    "server_error": "Answer 500 (JSON) or 503 (page); nothing is done",
    "drop_before": "Close the connection without an answer; nothing is done",
    "drop_after_write": "Do the work, then close the connection without an answer",
    "slow_after_write": "Do the work, answer only after the time",
    "odd_answer": "Answer a search as something else would: a firewall, a web page, an empty list",
    "gateway": "The payment gateway answers a capture otherwise than with yes",
}
ANSWERS_OF: dict[str, Collection[str]] = {"odd_answer": ODD_ANSWERS, "gateway": GATEWAY_ANSWERS}
INSIDE = ("ship", "invoice", "refund")  # these wait inside, while the order is in flight
PAGE_503 = b"<!doctype html>\n<html>\n<head><title>Error 503: Service Unavailable</title></head>\n<body></body>\n</html>\n"  # noqa: E501


class BadFault(ValueError):
    """A fault that cannot be: unknown kind, no time where one is needed."""


@dataclass
class Fault:
    """``times`` 0 = until deleted; ``operation`` '' = any; ``status`` for server_error, ``answer``
    for odd_answer and gateway."""

    id: int
    kind: str
    times: int = 0
    seconds: float = 0.0
    operation: str = ""
    status: int = 500
    answer: str = ""


class Faults:
    """The faults in force. Safe to call from many threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)
        self._refused_until = 0.0
        self.on_refuse: Callable[[float], None] = lambda seconds: None

    def add(self, wanted: dict[str, Any]) -> Fault:
        """Put a fault in force. Raises BadFault."""
        kind = str(wanted.get("kind", ""))
        if kind not in KINDS:
            raise BadFault(f"kind must be one of {', '.join(KINDS)}")
        try:
            times, status = int(wanted.get("times") or 0), int(wanted.get("status") or 500)
            seconds = float(wanted.get("seconds") or 0)
        except (TypeError, ValueError) as error:
            raise BadFault("times, seconds and status are numbers") from error
        if kind in ("latency", "refuse", "slow_after_write") and seconds <= 0:
            raise BadFault(f"{kind} needs seconds")
        operation, answer = (str(wanted.get(name) or "") for name in ("operation", "answer"))
        if kind in ANSWERS_OF and answer not in ANSWERS_OF[kind]:
            raise BadFault(f"answer must be one of {', '.join(ANSWERS_OF[kind])}")
        answer = answer if kind in ANSWERS_OF else ""
        fault = Fault(next(self._ids), kind, times, seconds, operation, status, answer)
        if kind == "refuse":
            self._refused_until = time.monotonic() + seconds
            self.on_refuse(seconds)
            return fault
        with self._guard:
            self._faults.append(fault)
        return fault

    def listed(self) -> list[dict[str, Any]]:
        """What is in force."""
        with self._guard:
            return [asdict(fault) for fault in self._faults]

    def clear(self) -> None:
        """Take all faults away."""
        with self._guard:
            self._faults.clear()

    @property
    def refusing(self) -> bool:
        """True while the port is closed; open connections get no answers either."""
        return time.monotonic() < self._refused_until

    def take(self, kind: str, operation: str) -> Fault | None:
        """The fault of this kind for an operation, counted down."""
        with self._guard:
            for fault in self._faults:
                if fault.kind == kind and fault.operation in ("", operation):
                    if fault.times:
                        fault.times -= 1
                        if not fault.times:
                            self._faults.remove(fault)
                    return fault
        return None

    def gateway_answer(self) -> str:
        """How the gateway answers a capture now; empty: it captures."""
        fault = self.take("gateway", "invoice")
        return fault.answer if fault is not None else ""

    def pause(self, operation: str) -> None:
        """Wait as a latency fault demands."""
        fault = self.take("latency", operation)
        if fault is not None:
            time.sleep(fault.seconds)


class FaultyAnswers:
    """WSGI layer that spoils the answers of REST calls; ``operation_of`` gives None for others."""

    def __init__(
        self,
        app: WSGIApplication,
        faults: Faults,
        operation_of: Callable[[WSGIEnvironment], str | None],
    ) -> None:
        self._app = app
        self._faults = faults
        self._operation_of = operation_of

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        _read_body(environ)
        operation = self._operation_of(environ)
        if operation is None:
            return self._app(environ, start)
        if self._faults.refusing or self._faults.take("drop_before", operation):
            drop(environ)
        broken = self._faults.take("server_error", operation)
        if broken is not None:
            return _server_error(broken.status, start)
        odd = self._faults.take("odd_answer", operation) if _is_search(environ) else None
        if odd is not None:
            return odd_answer(odd.answer, start)
        if operation not in INSIDE:
            self._faults.pause(operation)
        answer = self._app(environ, start)
        if self._faults.take("drop_after_write", operation):
            drop(environ)
        slow = self._faults.take("slow_after_write", operation)
        if slow is not None:
            time.sleep(slow.seconds)
        return answer


def _is_search(environ: WSGIEnvironment) -> bool:
    """Whether a list is asked for, as a fetch does."""
    return environ["REQUEST_METHOD"] == "GET" and "searchCriteria" in environ["QUERY_STRING"]


def _read_body(environ: WSGIEnvironment) -> None:
    """Take the whole body off the wire, so that a kept connection is never out of step."""
    length = str(environ.get("CONTENT_LENGTH") or "")
    if length.isdigit() and int(length):
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(length)))


def drop(environ: WSGIEnvironment) -> None:
    """Close the caller's connection without an answer. Raises ConnectionResetError."""
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError("connection dropped on demand")


def _server_error(status: int, start: StartResponse) -> Iterable[bytes]:
    if status == 503:
        start("503 Service Unavailable", [
            ("Content-Type", "text/html; charset=UTF-8"), ("Content-Length", str(len(PAGE_503))),
        ])  # fmt: skip
        return [PAGE_503]
    message = "Internal Error. Details are available in Magento log file. Report ID: webapi-demand"
    body = json.dumps({"message": message}).encode()
    start(f"{status} Internal Server Error", [
        ("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(body))),
    ])  # fmt: skip
    return [body]
