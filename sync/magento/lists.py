"""A whole list of the shop, page by page; each page starts after the last key read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from sync.magento.members import key_of
from sync.magento.narrowing import NO_DOUBTS, Doubts, Narrowing, parsed
from sync.magento.paging import USUAL, PageSize, is_last, page_of
from sync.magento.refusals import PageTooLarge
from sync.magento.search import Filter, Groups, Page, Query, Search
from sync.reading import Read, UnreadableRecord

Record = TypeVar("Record")
Get = Callable[[str, Query], Any]


@dataclass(frozen=True, slots=True)
class RecordList:
    """The records of a route that match some filters, oldest first."""

    get: Get
    sizes: PageSize
    route: str
    groups: Groups
    doubts: Doubts = NO_DOUBTS
    fields: str = ""
    most: int = 0  # how many records there can be, where that is known

    def read(self, parse: Callable[[Any], Record]) -> Read[Record]:
        """A record that spoils its page is reported as unreadable, and the page read without it."""
        narrowing = Narrowing(self.route, self._page, self.doubts)
        kind = self.route.removesuffix("s")
        pages = self._pages(narrowing.page)
        return sum((parsed(rows, parse, kind) for rows in pages), Read[Record]())

    def records(self, parse: Callable[[Any], Record]) -> list[Record]:
        """Raises for the first record that cannot be read, or spoils its page."""

        def page(search: Search) -> Page:
            return self._page(search.query())

        return [parse(row) for rows in self._pages(page) for row in rows.records]

    def _pages(self, page: Callable[[Search], Page | UnreadableRecord]) -> Iterator[Read[Any]]:
        behind = listed = 0
        while True:
            size = self.sizes.fitting(max(self.most, USUAL))
            groups, sort = self.groups + _behind(behind), ("entity_id",)
            search = Search(groups, sort, size, fields=self.fields)
            try:
                found = page(search)
            except PageTooLarge as refusal:
                self.sizes.learn(refusal, size)
                continue
            if isinstance(found, UnreadableRecord):
                yield Read((), (found,))
                continue
            fresh = tuple(row for row in found.rows if not 0 < _key(row) <= behind)
            yield Read(fresh)
            listed += len(fresh)
            if self.most and listed >= self.most:
                return
            furthest = max(map(_key, found.rows), default=0)
            if is_last(found, size) or furthest <= behind:
                return
            behind = furthest

    def _page(self, query: Query) -> Page:
        return page_of(self.get(self.route, query), self.route)


def _key(row: Any) -> int:
    """Lists are sorted by it; a product calls it ``id``. 0 where a row has none."""
    if not isinstance(row, dict):
        return 0
    return key_of(row) or key_of({"entity_id": row.get("id")}) or 0


def _behind(key: int) -> Groups:
    return ((Filter("entity_id", "gt", str(key)),),) if key else ()
