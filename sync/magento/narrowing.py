"""Finds the one record that spoils its page, so that the others can be read without it.

A shop answers a whole page with "The product that was requested doesn't exist." because of one
order on it. The page is asked for again by ranges of ``entity_id``, halving each time, until one
record is left; from then on the list is read without that one. Whether a record or the whole shop
is to blame is found out first, in a handful of calls.

A half tells as much as the page: what is among the first records of a list is among the first of
each part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from sync.causes.shop import ShopCause
from sync.errors import (
    RemoteMisconfigured,
    RemoteRejected,
    RemoteUnavailable,
    SyncError,
    UnexpectedRecord,
)
from sync.magento.members import key_of, number_of
from sync.magento.refusals import PageTooLarge
from sync.magento.search import Filter, Groups, Page, Query, Search
from sync.reading import Read, UnreadableRecord
from sync.told import told

Record = TypeVar("Record")
Fetch = Callable[[Query], Page]

NAMES: Final = "items[entity_id,increment_id]"
LARGEST_KEY: Final = 2**32 - 1  # entity_id is an unsigned integer of four bytes
REACHES: Final = (64, 4096, LARGEST_KEY)  # keys searched around the last one read
MOST_CALLS: Final = 150  # of one search; the next one leaves out what was found so far
FIRST_FEW: Final = 3
MOST_SUSPECTS: Final = 40  # tried one by one; older ones are left out as they are


class _WholeShop(Exception):
    """No part of the list is answered: no single record is to blame."""


class _TooMany(Exception):
    """This search has used up its calls."""


def may_be_its_content(error: SyncError) -> bool:
    """Whether reading the list may have failed because of one record on it."""
    if isinstance(error, PageTooLarge) or error.retry_after is not None:
        return False
    if isinstance(error, RemoteUnavailable):
        return not error.remote_is_away or error.cause is ShopCause.BROKE_OFF
    if isinstance(error, RemoteMisconfigured):
        return error.cause is ShopCause.ANSWERS_STRANGELY
    return isinstance(error, RemoteRejected | UnexpectedRecord)


def parsed(rows: Read[Any], parse: Callable[[Any], Record], kind: str) -> Read[Record]:
    """Unreadable rows are reported with whatever identifies them."""
    records, unreadable = [], [*rows.unreadable]
    for row in rows.records:
        try:
            records.append(parse(row))
        except UnexpectedRecord as error:
            unreadable.append(UnreadableRecord(kind, number_of(row), error, key_of(row)))
    return Read(tuple(records), tuple(unreadable))


@dataclass(frozen=True, slots=True)
class Doubts:
    """What is known about a list before it is read: keys that could not be read (tried first), a
    key near its newest, and whether reading it has just failed. A failure that may be gone at the
    next try (a deadlock answers 500 too) is narrowed down only when it is repeated. Unless a list
    ``may_hide`` its records, one that counts some and shows none has failed."""

    suspects: Collection[int] = ()
    near: int = 0
    is_repeated: bool = False
    may_hide: bool = True


NO_DOUBTS: Final = Doubts()


def _is_nameless(row: Any) -> bool:
    return key_of(row) is None and not number_of(row)


class Narrowing:
    """Reads the pages of one list, leaving out the records that spoil it."""

    def __init__(self, route: str, fetch: Fetch, doubts: Doubts = NO_DOUBTS) -> None:
        self._route = route
        self._fetch = fetch
        self._suspects = sorted(set(doubts.suspects), reverse=True)
        self._near = doubts.near
        self._is_repeated = doubts.is_repeated
        self._may_hide = doubts.may_hide
        self._unreadable: list[int] = []
        self._calls_left = MOST_CALLS
        self._is_answered = False
        self._takes_strangers = False
        self._has_passed = False

    def page(self, search: Search) -> Page | UnreadableRecord:
        """The page, or one record that spoils it: then ask for the page again.

        Raises the page's own error where no single record is to blame, and ``RemoteUnavailable``
        where there are too many such records for one search.
        """
        search = replace(search, groups=(*search.groups, *self._left_out()))
        try:
            page = self._fetched(search)
        except SyncError as error:
            may_pass = isinstance(error, RemoteUnavailable) and not self._is_repeated
            if may_pass or not may_be_its_content(error):
                raise
            return self._unreadable_on(search, error)
        if not self._takes_strangers and any(_is_nameless(row) for row in page.rows):
            return self._without_strangers(search, page)
        self._learn(page.rows)
        return page

    def _without_strangers(self, search: Search, page: Page) -> Page | UnreadableRecord:
        """A row without key or number is found by its range; where that fails it stays as it is."""
        error = UnexpectedRecord(
            told(
                "The shop's answer to GET {route} has a row that is no record.", route=self._route
            ),
            cause=ShopCause.UNREADABLE,
            detail="row",
        )
        try:
            return self._unreadable_on(search, error)
        except (UnexpectedRecord, RemoteMisconfigured, RemoteUnavailable):
            self._takes_strangers = True
            return page

    def _unreadable_on(self, search: Search, error: SyncError) -> Page | UnreadableRecord:
        if older := self._suspects[MOST_SUSPECTS:]:
            self._unreadable += older
            del self._suspects[MOST_SUSPECTS:]
            return self.page(search)
        try:
            found = self._found(search)
        except _WholeShop:
            raise _of_the_whole_shop(error) from None
        except _TooMany:
            raise self._too_many() from error
        if found is not None:
            return found
        if self._has_passed:
            raise error
        self._has_passed = True  # the failure went away by itself: read once more, not twice
        return self.page(search)

    def _found(self, search: Search) -> UnreadableRecord | None:
        if not self._is_answered:
            self._must_answer(search)
        while self._suspects:
            suspect = self._suspects.pop(0)
            if (failure := self._failure(_between(search, suspect, suspect))) is not None:
                return self._left(suspect, "", failure)
        return self._hunted(search)

    def _hunted(self, search: Search) -> UnreadableRecord | None:
        named = replace(search, fields=NAMES)
        names = self._names(named)
        keys: Sequence[int] = sorted(names)
        if not keys:  # even names cannot be read: then they tell as much as records
            search = named
            keys = self._range(search)
        self._is_answered = False
        while len(keys) > 1:
            half = keys[: len(keys) // 2]
            failed = self._failure(_between(search, half[0], half[-1])) is not None
            keys = half if failed else keys[len(half) :]
        if not keys or (failure := self._failure(_between(search, keys[0], keys[0]))) is None:
            return None
        if not self._is_answered:  # the shop may have gone away meanwhile
            self._must_answer(search)
        return self._left(keys[0], names.get(keys[0], ""), failure)

    def _left(self, key: int, number: str, failure: SyncError) -> UnreadableRecord:
        self._unreadable.append(key)
        cause, detail = failure.cause, failure.detail
        if cause is not ShopCause.UNREADABLE:  # this answer tells nothing about the record
            cause, detail = ShopCause.SPOILS_ITS_LIST, failure.cause_key
        error = UnexpectedRecord(failure.message, cause=cause, detail=detail)
        return UnreadableRecord(self._route.removesuffix("s"), number, error, entity_id=key)

    def _names(self, search: Search) -> dict[int, str]:
        """Keys and numbers of the page's records, which the shop may still give where it cannot
        show the records; empty where it cannot give even these."""
        try:
            rows = self._rows(search)
        except SyncError as error:
            if not may_be_its_content(error):
                raise
            return {}
        keys = {key: number_of(row) for row in rows if (key := key_of(row)) is not None}
        return keys if len(keys) == len(rows) else {}

    def _range(self, search: Search) -> Sequence[int]:
        """The keys that may hold the record: near the last one read, or anywhere."""
        for reach in REACHES:
            low, high = max(1, self._near - reach), min(self._near + reach, LARGEST_KEY)
            if self._failure(_between(search, low, high)) is not None:
                return range(low, high + 1)
        return ()

    def _must_answer(self, search: Search) -> None:
        """Raises ``_WholeShop`` unless the shop's oldest record, or one of the first on the list,
        can be read."""
        unknown = [*self._unreadable, *self._suspects]
        oldest = Search(_leaving_out(unknown), sort=("entity_id",), page_size=1)
        if self._failure(oldest) is None and self._is_answered:
            return
        for at in range(1, FIRST_FEW + 1):
            if self._failure(replace(search, page_size=1, page=at)) is None:
                self._is_answered = True
                return
        raise _WholeShop

    def _failure(self, search: Search) -> SyncError | None:
        try:
            rows = self._rows(search)
        except SyncError as error:
            if not may_be_its_content(error):
                raise
            return error
        if not any(_is_nameless(row) for row in rows):
            self._is_answered = self._is_answered or bool(rows)
            return None
        return UnexpectedRecord(
            told("the shop shows something that is no record in its place."),
            cause=ShopCause.UNREADABLE,
            detail="row",
        )

    def _rows(self, search: Search) -> list[Any]:
        if not self._calls_left:
            raise _TooMany
        self._calls_left -= 1
        return self._fetched(search).rows

    def _fetched(self, search: Search) -> Page:
        """A first page that counts records but shows none hides them all: that must not be taken
        for an empty list."""
        page = self._fetch(search.query())
        if search.page == 1 and not self._may_hide and page.counted and not page.rows:
            raise UnexpectedRecord(
                told(
                    "The shop counts {count} records for GET {route} and shows none of them.",
                    count=page.counted,
                    route=self._route,
                ),
                cause=ShopCause.HIDDEN,
                detail=self._route,
            )
        return page

    def _learn(self, rows: list[Any]) -> None:
        keys = [key for row in rows if (key := key_of(row)) is not None]
        self._is_answered = self._is_answered or bool(keys)
        self._near = max(keys, default=self._near)

    def _left_out(self) -> Groups:
        return _leaving_out(self._unreadable)

    def _too_many(self) -> RemoteUnavailable:
        return RemoteUnavailable(
            told(
                "The shop cannot list many of its {route}; {count} of them were "
                "found, and the next attempt looks for the others.",
                route=self._route,
                count=len(self._unreadable),
            ),
            cause=ShopCause.MANY_UNREADABLE,
        )


def _of_the_whole_shop(error: SyncError) -> SyncError:
    """The error of a page where no other part of the list can be read either."""
    if isinstance(error, RemoteUnavailable):
        return RemoteUnavailable(error.message, cause=ShopCause.NO_LIST_ANSWERED)
    cause = ShopCause.NO_LIST_READABLE
    return RemoteMisconfigured(error.message, cause=cause, detail=error.cause_key)


def _between(search: Search, low: int, high: int) -> Search:
    part = ((Filter("entity_id", "gteq", str(low)),), (Filter("entity_id", "lteq", str(high)),))
    return replace(search, groups=(*search.groups, *part), page=1)


def _leaving_out(keys: Collection[int]) -> Groups:
    if not keys:
        return ()
    return ((Filter("entity_id", "nin", ",".join(str(key) for key in keys)),),)
