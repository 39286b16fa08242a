"""Pages of a search: how large the shop lets them be, and which one is the last.

A shop may limit its input (``webapi/validation/input_limit_enabled``): it refuses a larger page and
names the largest size it takes [557]. A module may cut pages silently, as the default page size
does where none is asked for [559]; only ``total_count`` tells then.
"""

from __future__ import annotations

from typing import Any, TypeVar

from sync.causes.shop import ShopCause
from sync.errors import RemoteMisconfigured, UnexpectedRecord
from sync.magento.refusals import PageTooLarge, refusal_text
from sync.magento.search import Page
from sync.told import told

Record = TypeVar("Record")
USUAL = 100  # records on a page


class PageSize:
    """The largest page a shop allows, learnt from its refusals."""

    def __init__(self) -> None:
        self._largest: int | None = None

    def fitting(self, wanted: int) -> int:
        return wanted if self._largest is None else min(wanted, self._largest)

    def learn(self, refusal: PageTooLarge, tried: int) -> None:
        """Raises ``RemoteMisconfigured`` where the limit the shop names makes no sense, and the
        page was no larger than usual."""
        if not 0 < refusal.maximum < tried:
            if tried > USUAL:
                self._largest = USUAL
                return
            raise RemoteMisconfigured(
                told(
                    "{message} Its webapi/validation/maximum_page_size makes no sense.",
                    message=refusal.message,
                ),
                cause=ShopCause.PAGE_SIZE,
            ) from refusal
        self._largest = refusal.maximum


def page_of(answer: Any, route: str) -> Page:
    """A null stands for an empty list under a projection (README bite 6)."""
    if not isinstance(answer, dict) or "items" not in answer:
        raise no_list(route, answer)
    rows = [] if answer["items"] is None else answer["items"]
    if not isinstance(rows, list):
        raise no_list(route, answer)
    counted = answer.get("total_count")
    return Page(rows, counted if type(counted) is int else 0)


def is_last(page: Page, size: int, before: int = 0) -> bool:
    """``before`` counts the rows of earlier pages."""
    count = len(page.rows)
    return not count or (count < size and before + count >= page.counted)


def record_of(answer: Any, route: str) -> dict[str, Any]:
    """Raises unless the answer is an object: any other answer does not come from the route and says
    nothing about the record."""
    if isinstance(answer, dict):
        return answer
    error = _not_a("record", route, answer)
    raise RemoteMisconfigured(error.message, cause=ShopCause.ANSWERS_STRANGELY)


def of_order(record: Record, order_entity_id: int, asked_for: int, what: str) -> Record:
    """Raises if the record belongs to another order: we would write to the wrong one."""
    if order_entity_id != asked_for:
        raise UnexpectedRecord(
            told("The shop answered with the {what} of another order than asked for.", what=what),
            cause=ShopCause.UNREADABLE,
            detail=what,
        )
    return record


def no_list(route: str, answer: Any = None) -> UnexpectedRecord:
    return _not_a("list", route, answer)


def _not_a(what: str, route: str, answer: Any) -> UnexpectedRecord:
    words = refusal_text(answer)
    message = told("The shop's answer to GET {route} is not a {what}.", route=route, what=what)
    return UnexpectedRecord(
        told("{message} It says: {words}", message=message, words=words) if words else message,
        cause=ShopCause.UNREADABLE,
        detail=what,
    )
