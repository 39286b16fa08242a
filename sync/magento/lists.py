"""A whole list of the shop, page by page, cut behind the last key read as that of orders is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from sync.errors import UnexpectedRecord
from sync.magento.narrowing import Doubts, Fetch, Narrowing, Page, key_of, number_of
from sync.magento.paging import PageSize, is_last, rows_of
from sync.magento.records import UnreadableRecord
from sync.magento.refusals import PageTooLarge
from sync.magento.search import Filter, Search

Record = TypeVar("Record")
Unreadable = list[UnreadableRecord]
PAGE = 100


@dataclass(frozen=True, slots=True)
class RecordList:
    """The records of a route that fit some filters, oldest first."""

    route: str
    groups: tuple[tuple[Filter, ...], ...]
    fetch: Fetch
    is_repeated: bool = False

    def records(
        self,
        parse: Callable[[Any], Record],
        sizes: PageSize,
        unreadable: Unreadable | None = None,
    ) -> list[Record]:
        """All of them. Those that cannot be read, or spoil their page, are added to
        ``unreadable``; without it the first one raises."""
        records: list[Record] = []
        for rows in self._pages(sizes, unreadable):
            records += _parsed(rows, parse, unreadable)
        return records

    def _pages(self, sizes: PageSize, unreadable: Unreadable | None) -> Iterator[list[Any]]:
        narrowing = Narrowing(self.route, self.fetch, Doubts(is_repeated=self.is_repeated))
        behind = 0
        while True:
            size = sizes.fitting(PAGE)
            search = Search(self.groups + _behind(behind), sort=("entity_id",), page_size=size)
            try:
                found = self._page(search) if unreadable is None else narrowing.page(search)
            except PageTooLarge as refusal:
                sizes.learn(refusal, size)
                continue
            if isinstance(found, UnreadableRecord):
                _note(found, unreadable)
                continue
            answer, rows = found
            yield [row for row in rows if not 0 < _key(row) <= behind]
            furthest = max(map(_key, rows), default=0)
            if is_last(answer, rows, size) or furthest <= behind:
                return
            behind = furthest

    def _page(self, search: Search) -> Page | UnreadableRecord:
        answer = self.fetch(search.query())
        return answer, rows_of(answer, self.route)


def _parsed(
    rows: list[Any], parse: Callable[[Any], Record], unreadable: Unreadable | None
) -> Iterator[Record]:
    for row in rows:
        try:
            yield parse(row)
        except UnexpectedRecord as error:
            if unreadable is None:
                raise
            _note(UnreadableRecord(key_of(row), number_of(row), error), unreadable)


def _note(record: UnreadableRecord, unreadable: Unreadable | None) -> None:
    if unreadable is not None:
        unreadable.append(record)


def _key(row: Any) -> int:
    """What a list is sorted by; a product calls it ``id``. 0 where a row does not tell."""
    if not isinstance(row, dict):
        return 0
    return key_of(row) or key_of({"entity_id": row.get("id")}) or 0


def _behind(key: int) -> tuple[tuple[Filter, ...], ...]:
    return ((Filter("entity_id", "gt", str(key)),),) if key else ()
