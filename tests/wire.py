"""The wire between portal and stand-ins: what it carries, and where it can be cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3.exceptions import ProtocolError
from urllib3.response import HTTPResponse
from werkzeug.test import Client

from sync.sandbox.sap.connection import Connection


class Killed(BaseException):
    """The worker's process is gone, in the middle of whatever it did."""


def _nothing(name: str) -> None:
    """Where nobody listens."""


@dataclass
class Line:
    """The wire to the remotes: counts calls, tells ``on_call`` their names before they go out, and
    can kill the worker before or after one."""

    calls: int = 0
    kill_at: int = 0
    is_answered: bool = False
    is_dead: bool = False
    on_call: Callable[[str], None] = _nothing

    def carry(self, name: str, call: Callable[[], Any]) -> Any:
        """Do one remote call, unless the worker is (or now gets) killed."""
        if self.is_dead:
            raise Killed
        self.calls += 1
        self.on_call(name)
        if self.calls != self.kill_at:
            return call()
        self.is_dead = True
        if self.is_answered:
            call()
        raise Killed

    def kill(self, at: int, *, is_answered: bool) -> None:
        """Arm the line: the ``at``-th call from now ends the worker, before or after its work."""
        self.calls, self.kill_at, self.is_answered = 0, at, is_answered

    def mend(self) -> None:
        """A new worker, and nothing armed."""
        self.calls = self.kill_at = 0
        self.is_dead = False
        self.on_call = _nothing


class WsgiAdapter(BaseAdapter):
    """Carries requests into a WSGI application; a dropped connection looks as it does on TCP."""

    def __init__(self, app: Any, line: Line) -> None:
        super().__init__()
        self._client = Client(app)
        self._line = line

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """Answer as the application does."""
        try:
            answer = self._line.carry(
                f"{request.method} {request.path_url}", lambda: self._open(request)
            )
        except ConnectionResetError as error:
            cut = ProtocolError("Connection aborted.", error)
            raise requests.ConnectionError(cut, request=request) from error
        raw = HTTPResponse(
            BytesIO(answer.data),
            headers=dict(answer.headers),
            status=answer.status_code,
            preload_content=False,
        )
        return requests.adapters.HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        """Nothing is held open."""

    def _open(self, request: requests.PreparedRequest) -> Any:
        parts = urlsplit(str(request.url))
        return self._client.open(
            path=parts.path,
            base_url=f"{parts.scheme}://{parts.netloc}",
            query_string=parts.query,
            method=request.method,
            headers={_text(name): _text(value) for name, value in request.headers.items()},
            data=request.body,
        )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


class WiredConnection:
    """The stand-in's RFC connection behind the wire that can kill the worker."""

    def __init__(self, connection: Connection, line: Line) -> None:
        self._connection = connection
        self._line = line

    def call(self, func_name: str, *args: Any, **parameters: Any) -> Any:
        """One function module."""
        return self._line.carry(
            func_name, partial(self._connection.call, func_name, *args, **parameters)
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)
