"""Pages of a search: how large the shop lets them be, and which one is the last.

A shop may limit its input (``webapi/validation/input_limit_enabled``): a larger page is refused
with the largest size it takes [557]. A module before it may cut pages without a word, as the
default page size does where none is asked for [559]; only ``total_count`` tells then.
"""

from __future__ import annotations

from typing import Any

from sync.causes.shop import ShopCause
from sync.errors import RemoteMisconfigured, UnexpectedRecord
from sync.magento.refusals import PageTooLarge, refusal_text


class PageSize:
    """The largest page a shop takes, learnt from its refusals."""

    def __init__(self) -> None:
        self._largest: int | None = None

    def fitting(self, wanted: int) -> int:
        """``wanted``, or the shop's largest."""
        return wanted if self._largest is None else min(wanted, self._largest)

    def learn(self, refusal: PageTooLarge, tried: int) -> None:
        """Remember the shop's largest; ``RemoteMisconfigured`` where that leads nowhere."""
        if not 0 < refusal.maximum < tried:
            raise RemoteMisconfigured(
                f"{refusal.message} Its webapi/validation/maximum_page_size makes no sense.",
                cause=ShopCause.PAGE_SIZE,
            ) from refusal
        self._largest = refusal.maximum


def rows_of(answer: Any, route: str) -> list[Any]:
    """The rows of a page; null stands for an empty list under a projection (README bite 6)."""
    if not isinstance(answer, dict) or "items" not in answer:
        raise no_list(route, answer)
    rows = [] if answer["items"] is None else answer["items"]
    if not isinstance(rows, list):
        raise no_list(route, answer)
    return rows


def refuse_hidden(answer: Any, rows: list[Any], route: str) -> None:
    """A first page that shows none of the records it counts hides them all: no fetch may take it
    for the news that there are none. Raises ``UnexpectedRecord``."""
    if not rows and _counted(answer):
        raise UnexpectedRecord(
            f"The shop counts {_counted(answer)} records for GET {route} and shows none of them.",
            cause=ShopCause.HIDDEN,
            detail=route,
        )


def _counted(answer: Any) -> int:
    total = answer.get("total_count") if isinstance(answer, dict) else None
    return total if isinstance(total, int) and not isinstance(total, bool) else 0


def is_last(answer: Any, rows: list[Any], size: int, before: int = 0) -> bool:
    """Whether nothing comes after these rows, of which ``before`` others were read."""
    return not rows or (len(rows) < size and before + len(rows) >= _counted(answer))


def record_of(answer: Any, route: str) -> dict[str, Any]:
    """A single record; what is no object at all is something else's answer, and says nothing about
    the record."""
    if isinstance(answer, dict):
        return answer
    error = _not_a("record", route, answer)
    raise RemoteMisconfigured(error.message, cause=ShopCause.ANSWERS_STRANGELY)


def no_list(route: str, answer: Any = None) -> UnexpectedRecord:
    """The error of an answer that should have been a list, with what the shop says instead."""
    return _not_a("list", route, answer)


def _not_a(what: str, route: str, answer: Any) -> UnexpectedRecord:
    words = refusal_text(answer)
    says = f" It says: {words}" if words else ""
    return UnexpectedRecord(
        f"The shop's answer to GET {route} is not a {what}.{says}",
        cause=ShopCause.UNREADABLE,
        detail=what,
    )
