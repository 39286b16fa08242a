"""Searches changed orders page by page, missing none although the shop keeps changing them.

A page starts after the last record seen (updated_at, entity_id), not at a page number: an order
that changes meanwhile moves to the end, which would shift every later page by one and hide a
record. Several orders can share a second, so the key has both parts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sync.causes.shop import ShopCause
from sync.errors import UnexpectedRecord
from sync.magento.members import Members
from sync.magento.narrowing import Narrowing, parsed
from sync.magento.paging import PageSize, is_last
from sync.magento.refusals import PageTooLarge
from sync.magento.search import Filter, Search, shop_time
from sync.reading import Read, UnreadableRecord
from sync.told import told

Key = tuple[datetime, int]
Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class OrderSearch:
    """Orders changed at or after a moment, in some stores or (empty) in all."""

    updated_from: datetime
    store_ids: tuple[int, ...]
    page_size: int
    fields: str = ""

    def records(
        self,
        narrowing: Narrowing,
        parse: Callable[[Any], Record],
        after: Key | None,
        sizes: PageSize,
    ) -> Iterator[Read[Record]]:
        """Each state of each order once, oldest change first, a page at a time.

        Pages are as large as the shop allows. A record that spoils its page is yielded by itself,
        and the page is read without it.
        """
        seen: set[str] = set()
        key, page, before = after, 1, 0
        while True:
            size = sizes.fitting(self.page_size)
            try:
                found = narrowing.page(self._search(key, page, size))
            except PageTooLarge as refusal:
                sizes.learn(refusal, size)
                page, before = 1, 0
                continue
            if isinstance(found, UnreadableRecord):
                yield Read((), (found,))
                continue
            fresh = tuple(row for row in found.rows if _identity(row) not in seen)
            seen = {_identity(row) for row in found.rows}
            if fresh:
                yield parsed(Read(fresh), parse, "order")
            if is_last(found, size, before):
                return
            if not fresh:
                raise _stuck()
            key, page = _next(key, page, found.rows)
            before = 0 if page == 1 else before + len(found.rows)

    def _search(self, key: Key | None, page: int, size: int) -> Search:
        groups: list[tuple[Filter, ...]] = []
        start = shop_time(max(self.updated_from, key[0]) if key else self.updated_from)
        groups.append((Filter("updated_at", "gteq", start),))
        if key:
            moment, entity_id = shop_time(key[0]), str(key[1])
            groups.append(
                (Filter("updated_at", "gt", moment), Filter("entity_id", "gt", entity_id))
            )
        if self.store_ids:
            stores = ",".join(str(store_id) for store_id in self.store_ids)
            groups.append((Filter("store_id", "in", stores),))
        sort = ("updated_at", "entity_id")
        return Search(tuple(groups), sort, size, page, self.fields)


def _next(key: Key | None, page: int, rows: list[Any]) -> tuple[Key | None, int]:
    keys = [found for found in map(_key, rows) if found]
    furthest = max(keys, default=None)
    if furthest and (key is None or furthest > key):
        return furthest, 1
    return key, page + 1


def _key(row: Any) -> Key | None:
    if not isinstance(row, dict):
        return None
    try:
        members = Members(row)
        return members.moment("updated_at"), members.identifier("entity_id")
    except UnexpectedRecord:
        return None


def _identity(row: Any) -> str:
    key = _key(row)
    return f"{key[1]}@{key[0].isoformat()}" if key else json.dumps(row, default=str)


def _stuck() -> UnexpectedRecord:
    return UnexpectedRecord(
        told("The shop sends the same page of orders again and again."), cause=ShopCause.SAME_PAGE
    )
