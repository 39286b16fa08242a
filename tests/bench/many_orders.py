"""Stands before the stand-in shop and answers searches for orders at once: thousands made from one.

So a measurement of intake is not one of the stand-in, and needs no thousands of orders placed.
Order n has the key n and was changed in the nth second. Everything else is passed on.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answer = tuple[int, str, bytes]
KEY, NUMBER, CHANGED, ITEM = (f"@{name}@" for name in ("key", "number", "changed", "item"))
MOST_ITEMS = 100


class ManyOrders:
    """So many orders like ``model``, the last of them changed at ``until``."""

    def __init__(self, model: dict[str, Any], count: int, until: datetime) -> None:
        self.count = count
        self._begin = until - timedelta(seconds=count)
        items = [{**item, "item_id": f"{ITEM}{at}"} for at, item in enumerate(model["items"])]
        named = {"entity_id": KEY, "increment_id": NUMBER, "updated_at": CHANGED, "items": items}
        self._model = model | named
        self._shapes: dict[str, str] = {}

    def answer(self, query: dict[str, str]) -> bytes:
        wanted = [*self._found(query)]
        size, page = (int(query[f"searchCriteria[{one}]"]) for one in ("pageSize", "currentPage"))
        shape = self._shape(query.get("fields", ""))
        rows = ",".join(self._row(shape, n) for n in wanted[(page - 1) * size : page * size])
        return f'{{"items":[{rows}],"total_count":{len(wanted)}}}'.encode()

    def _found(self, query: dict[str, str]) -> Iterable[int]:
        """Groups are AND-ed, the filters in a group OR-ed: what they say of a key and of a time of
        change comes to the same."""
        least, keys = 1, None
        groups: dict[str, list[int]] = {}
        for name, value in query.items():
            if (part := re.fullmatch(r"(.*\[filters\]\[\d+\])\[field\]", name)) is None:
                continue
            text, condition = query[f"{part[1]}[value]"], query[f"{part[1]}[condition_type]"]
            if condition == "in":
                keys = sorted(map(int, text.split(",")))
                continue
            at = int(text) if value == "entity_id" else self._second(text)
            first = {"gt": at + 1, "gteq": at}[condition]
            groups.setdefault(part[1].partition("[filters]")[0], []).append(first)
        least = max([least, *map(min, groups.values())])
        return (
            (key for key in keys if least <= key <= self.count)
            if keys
            else range(least, self.count + 1)
        )

    def _second(self, text: str) -> int:
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return round((moment - self._begin).total_seconds())

    def _shape(self, fields: str) -> str:
        if fields not in self._shapes:
            names = re.search(r"items\[([^\]]*)\]", fields)
            members = names[1].split(",") if names else list(self._model)
            shape = json.dumps({name: self._model.get(name) for name in members})
            self._shapes[fields] = shape.replace(f'"{KEY}"', KEY)
        return self._shapes[fields]

    def _row(self, shape: str, n: int) -> str:
        changed = (self._begin + timedelta(seconds=n)).strftime("%Y-%m-%d %H:%M:%S")
        row = shape.replace(KEY, str(n)).replace(NUMBER, f"{n:09}").replace(CHANGED, changed)
        return re.sub(rf'"{ITEM}(\d+)"', lambda at: str(n * MOST_ITEMS + int(at[1])), row)


class Handler(BaseHTTPRequestHandler):
    """Keeps connections open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    behind = ""
    orders: ManyOrders

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        if parts.path.endswith("/orders") and "searchCriteria[currentPage]" in query:
            answer = 200, "application/json", self.orders.answer(query)
        else:
            answer = self._fetched()
        status, kind, body = answer
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _fetched(self) -> Answer:
        headers = {name: self.headers[name] for name in ("Authorization", "Host", "Accept")
                   if name in self.headers}  # fmt: skip
        request = urllib.request.Request(self.behind + self.path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read()

    def log_message(self, *args: object) -> None:
        """Nothing."""


def main() -> None:
    port, Handler.behind, model, count = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
    until = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)
    Handler.orders = ManyOrders(json.loads(Path(model).read_text()), int(count), until)
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
