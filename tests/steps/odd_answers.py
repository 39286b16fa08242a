"""What stands before a shop, or is wrong in it for a moment, answers in its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from tests import wire

PAGE = "<!doctype html><title>One moment</title>"
DEADLOCK = "SQLSTATE[40001]: Serialization failure: 1213 Deadlock found"
ODD_ANSWERS: dict[str, tuple[int, str, str]] = {
    "token": (401, '{"message": "The consumer isn\'t authorized to access %resources."}', "json"),
    "waf": (403, PAGE, "html"),
    "maintenance": (302, "", "html"),
    "no route": (404, PAGE, "html"),
    "no route, json": (404, '{"message": "Request does not match any route."}', "json"),
    "no content": (204, "", "html"),
    "challenge": (200, PAGE, "html"),
    "challenge called json": (200, PAGE, "json"),
    "nothing": (200, "", "json"),
    "an empty list": (200, "[]", "json"),
    "null": (200, "null", "json"),
    "a word": (200, '"ok"', "json"),
    "a message": (200, '{"message": "Please wait"}', "json"),
    "deadlock": (400, json.dumps({"message": DEADLOCK}), "json"),
    "an empty page with a total": (200, '{"items": [], "total_count": 3}', "json"),
    "an error": (500, '{"message": "Internal Error"}', "json"),
    "a gateway": (502, PAGE, "html"),
    "slow down": (429, PAGE, "html"),
}


def answer(name: str, **headers: str) -> requests.Response:
    """One of the odd answers."""
    status, body, kind = ODD_ANSWERS[name]
    made = requests.Response()
    made.status_code, made._content = status, body.encode()
    content_type = {"json": "application/json; charset=utf-8", "html": "text/html"}[kind]
    made.headers.update({"Content-Type": content_type, **headers})
    return made


@dataclass
class Spell:
    """How many answers are still odd; over when there are none."""

    left: int

    def end(self) -> None:
        """The shop answers for itself again."""
        self.left = 0


FOR_A_WHILE = 9_999


def instead(
    monkeypatch: Any,
    made: requests.Response,
    when: Callable[[requests.PreparedRequest], bool],
    times: int = 1,
) -> Spell:
    """The next calls that fit are answered by something that stands before the shop."""
    real, spell = wire.WsgiAdapter.send, Spell(times)

    def send(
        self: Any, request: requests.PreparedRequest, *args: Any, **more: Any
    ) -> requests.Response:
        if spell.left and when(request):
            spell.left -= 1
            made.request, made.url = request, str(request.url)
            return made
        return real(self, request, *args, **more)

    monkeypatch.setattr(wire.WsgiAdapter, "send", send)
    return spell


def lists_orders(request: requests.PreparedRequest) -> bool:
    """Whether a request is the search a fetch of web orders makes."""
    return "/V1/orders?" in str(request.url)
