"""What may answer in a shop's place: a proxy, a firewall, a shop that is being changed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

PAGE = "<!doctype html><title>One moment, please</title>"
JSON, HTML = "application/json; charset=utf-8", "text/html; charset=UTF-8"
NOT_ALLOWED = {
    "message": "The consumer isn't authorized to access %resources.",
    "parameters": {"resources": "Magento_Sales::actions_view"},
}
DEADLOCK = {
    "message": "SQLSTATE[40001]: Serialization failure: 1213 Deadlock found when trying to get "
    "lock; try restarting transaction"
}
# By name: status, reason, kind and body.
ODD_ANSWERS: dict[str, tuple[int, str, str, str]] = {
    "not_allowed": (401, "Unauthorized", JSON, json.dumps(NOT_ALLOWED)),
    "firewall": (403, "Forbidden", HTML, PAGE),
    "redirect": (302, "Found", HTML, ""),
    "not_found": (404, "Not Found", HTML, PAGE),
    "no_content": (204, "No Content", HTML, ""),
    "web_page": (200, "OK", HTML, PAGE),
    "empty_list": (200, "OK", JSON, "[]"),
    "deadlock": (400, "Bad Request", JSON, json.dumps(DEADLOCK)),
    "empty_page": (200, "OK", JSON, '{"items": [], "total_count": 7}'),
}


def odd_answer(name: str, start: StartResponse) -> Iterable[bytes]:
    """Answer in this way; nothing of the shop is asked."""
    status, reason, kind, body = ODD_ANSWERS[name]
    headers = [("Content-Type", kind)]
    if status == 302:
        headers.append(("Location", "https://maintenance.test/"))
    if status != 204:
        headers.append(("Content-Length", str(len(body))))
    start(f"{status} {reason}", headers)
    return [body.encode()]
