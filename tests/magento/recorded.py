"""Recorded exchanges of real shops, replayed at the edge.

Those of 2.4.7 are in tests/exchanges/magento, those of 2.4.8 in tests/exchanges/magento-2.4.8.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import responses

from sync.magento.records import MagentoOrder
from sync.reading import Read

FOLDER = Path(__file__).parent.parent / "exchanges" / "magento"
NEWER = Path(__file__).parent.parent / "exchanges" / "magento-2.4.8"
NEWER_NUMBERS = "248-"
SHOP = "http://magento.test"


@cache
def _files() -> dict[str, Path]:
    files = sorted(FOLDER.glob("[0-9]*.json"))
    by_number = Counter(file.stem.split("-")[0] for file in files)
    numbers = ((file, file.stem.split("-")[0]) for file in files)
    older = {number if by_number[number] == 1 else file.stem: file for file, number in numbers}
    newer = {"-".join(file.stem.split("-")[:2]): file for file in sorted(NEWER.glob("*.json"))}
    return older | newer


def names() -> list[str]:
    """The names of all exchanges: the number, or the whole name of those that share one.

    A number of 2.4.8 is 248-214; its relative of 2.4.7 is 214.
    """
    return list(_files())


def version_of(name: str) -> str:
    """The version of Magento an exchange was recorded from, as the stand-in names it."""
    return "2.4.8" if name.startswith(NEWER_NUMBERS) else "2.4.7"


def exchange(name: str) -> dict[str, Any]:
    """The exchange of that name, such as "214" or "900-race-ship-full-order"."""
    return json.loads(_files()[name].read_text("utf-8"))  # type: ignore[no-any-return]


def answer_body(number: str) -> Any:
    """The answer of an exchange as the client would see it: amounts as Decimal."""
    text = json.dumps(exchange(number)["response"]["body"])
    return json.loads(text, parse_float=Decimal)


def recorded_orders() -> list[dict[str, Any]]:
    """The 63 orders of orders.json."""
    text = (FOLDER / "orders.json").read_text("utf-8")
    return json.loads(text, parse_float=Decimal)["items"]  # type: ignore[no-any-return]


def answer_as_recorded(mock: responses.RequestsMock, number: str, route: str = "") -> None:
    """Let the mocked shop answer as in an exchange, at its own route or at another."""
    recorded = exchange(number)
    request, response = recorded["request"], recorded["response"]
    path = f"/rest/V1/{route}" if route else request["path"].split("?")[0]
    body = response["body"]
    headers = {k: v for k, v in response["headers"].items() if k not in SKIPPED_HEADERS}
    is_text = isinstance(body, str) and "html" in response["headers"].get("Content-Type", "")
    mock.add(
        request["method"],
        f"{SHOP}{path}",
        body=body if is_text else json.dumps(body),
        status=response["status"],
        headers=headers,
        content_type=response["headers"].get("Content-Type", "application/json"),
    )


SKIPPED_HEADERS = frozenset({"Content-Encoding", "Content-Type", "Set-Cookie"})


def numbers_where(method: str, path_part: str, status: int) -> list[str]:
    """The numbers of all exchanges with that method, part of the path, and status."""
    found = []
    for name in names():
        recorded: Mapping[str, Any] = exchange(name)
        request = recorded["request"]
        fits = request["method"] == method and path_part in request["path"]
        if fits and recorded["response"]["status"] == status:
            found.append(name)
    return found


def joined(pages: Iterable[Read[MagentoOrder]]) -> Read[MagentoOrder]:
    """All pages of a search as one."""
    return sum(pages, Read[MagentoOrder]())
