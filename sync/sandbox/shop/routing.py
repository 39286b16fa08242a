"""The table of REST routes: how a handler is registered, found and called."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sync.sandbox.shop import limits, projection, search
from sync.sandbox.shop.auth import Gate
from sync.sandbox.shop.binding import Reader
from sync.sandbox.shop.documents import Doc
from sync.sandbox.shop.errors import wrong_type
from sync.sandbox.shop.shop import Shop
from sync.sandbox.shop.versions import Version

SALES = "Magento_Sales::"
PUBLIC = ""


@dataclass
class Call:
    """One REST call: path values as text, decoded query pairs, decoded JSON body."""

    shop: Shop
    gate: Gate
    ids: tuple[str, ...]
    query: search.Query
    body: Any
    store: str = "default"  # the code in the path

    @property
    def sent(self) -> Reader:
        """The body, read as the shop's version reads it."""
        return Reader(self.body, self.shop.version.refuses_scripts)

    def id(self, at: int = 0) -> int:
        """A path value as a number. Raises ShopError 400 [179]."""
        text = self.ids[at]
        if not re.fullmatch(r"-?\d+", text):
            raise wrong_type(text, "int")
        return int(text)


Handler = Callable[[Call], Any]


@dataclass(frozen=True)
class Route:
    """``resource`` '' = open to all; ``operation`` is what faults name."""

    method: str
    pattern: re.Pattern[str]
    resource: str
    operation: str
    handler: Handler


ROUTES: list[Route] = []


def route(method: str, path: str, resource: str, operation: str) -> Callable[[Handler], Handler]:
    """Register a handler; ``:x`` in ``path`` stands for one path value."""
    pattern = re.compile(re.sub(r":\w+", "([^/]+)", path))

    def register(handler: Handler) -> Handler:
        ROUTES.append(Route(method, pattern, resource, operation, handler))
        return handler

    return register


def match(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    """The route of a path below /V1, without slashes at its ends."""
    for candidate in ROUTES:
        found = candidate.pattern.fullmatch(path)
        if found and candidate.method == method:
            return candidate, found.groups()
    return None


def rights(version: Version) -> list[str]:
    """The rights that open the routes on a version."""
    return sorted({version.right(one.resource) for one in ROUTES if one.resource != PUBLIC})


def page(call: Call, kind: str, shape: Callable[[Doc], Doc] | None = None) -> Doc:
    """One page of a search as every list route answers it."""
    criteria = search.parse(call.query)
    limits.check_page(criteria, call.shop.settings())
    with call.shop.store.reading() as books:
        found, total = search.run(books, kind, criteria)
    items = [shape(document) for document in found] if shape else found
    return {"items": items, "search_criteria": criteria.echo(), "total_count": total}


def comments(call: Call, items: list[Doc]) -> Doc:
    """The comments of one document as the comment lists answer them [288, 373, 401]."""
    wanted = {"field": "parent_id", "value": str(call.id()), "condition_type": "eq"}
    return {
        "items": items,
        "search_criteria": {"filter_groups": [{"filters": [wanted]}]},
        "total_count": len(items),
    }


def project(answer: Any, query: search.Query) -> Any:
    """The answer cut down by ``fields=``; nothing is left by one that cannot be read."""
    for name, value in query:
        if name == "fields" and value and isinstance(answer, dict | list):
            try:
                return projection.apply(answer, projection.parse(value))
            except projection.Malformed:
                return []
    return answer
