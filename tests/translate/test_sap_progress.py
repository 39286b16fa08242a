"""What SAP still has to do, by statuses and quantities: blank is never open, and never enough."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest

from sync.translate.sap_progress import (
    DELIVERY,
    NOT_TOLD,
    NOTHING,
    ORDER,
    DeliveryProgress,
    ItemUnit,
    SapLine,
    SapProgress,
    billed_from,
    left_to_bill,
    left_to_deliver,
)

NUMBER = "0080000012"


def quantities(given: dict[ItemUnit, int]) -> defaultdict[ItemUnit, Decimal]:
    return defaultdict(Decimal, {key: Decimal(value) for key, value in given.items()})


def a_line(source: str = DELIVERY, quantity: int = 2, *, is_rejected: bool = False) -> SapLine:
    return SapLine(10, Decimal(quantity), "ST", source, is_rejected)


def in_sap(
    *lines: SapLine,
    goods: str = "C",
    billing: str = "C",
    delivered: dict[ItemUnit, int] | None = None,
    billed: dict[ItemUnit, int] | None = None,
) -> SapProgress:
    return SapProgress(
        list(lines),
        {NUMBER: DeliveryProgress(NUMBER, goods, billing)},
        quantities(delivered or {}),
        quantities(billed or {}),
    )


@pytest.mark.parametrize(
    ("relevance", "source"),
    [
        ("A", DELIVERY),
        ("K", DELIVERY),
        ("B", ORDER),
        ("C", ORDER),
        ("I", ORDER),
        ("", NOTHING),
        ("D", NOTHING),
        ("F", NOT_TOLD),
        (None, NOT_TOLD),
    ],
)
def test_the_billing_relevance_names_the_document_that_is_billed(
    relevance: str | None, source: str
) -> None:
    assert billed_from(relevance) == source


@pytest.mark.parametrize(
    ("status", "is_open"), [("A", True), ("B", True), ("C", False), ("", False)]
)
def test_the_order_s_delivery_status_says_whether_anything_is_left_to_deliver(
    status: str, is_open: bool
) -> None:
    assert bool(left_to_deliver(status, in_sap())) == is_open


@pytest.mark.parametrize(("delivered", "is_open"), [(0, True), (1, True), (2, False), (3, False)])
def test_goods_are_counted_where_sap_sends_no_delivery_status(
    delivered: int, is_open: bool
) -> None:
    found = in_sap(a_line(), delivered={(10, "ST"): delivered} if delivered else {})

    assert bool(left_to_deliver("", found)) == is_open


@pytest.mark.parametrize(
    "line", [a_line(ORDER), a_line(NOTHING), a_line(NOT_TOLD), a_line(is_rejected=True)]
)
@pytest.mark.parametrize("status", ["", "C"])
def test_services_and_rejected_lines_wait_for_no_delivery(line: SapLine, status: str) -> None:
    assert left_to_deliver(status, SapProgress([line])) == ""


def test_everything_delivered_is_not_believed_before_a_delivery_is_known() -> None:
    assert left_to_deliver("C", SapProgress([a_line()])) != ""
    assert left_to_deliver("C", in_sap(a_line(), delivered={(10, "ST"): 1})) == ""


@pytest.mark.parametrize(
    ("goods", "is_open"), [("A", True), ("B", True), ("C", False), ("", False)]
)
def test_goods_that_have_not_left_or_came_back_are_left_to_deliver(
    goods: str, is_open: bool
) -> None:
    assert (NUMBER in left_to_deliver("C", in_sap(goods=goods))) == is_open


@pytest.mark.parametrize(
    ("status", "is_open"), [("A", True), ("B", True), ("C", False), ("", False)]
)
def test_each_delivery_says_whether_it_is_billed(status: str, is_open: bool) -> None:
    assert (NUMBER in left_to_bill("", in_sap(billing=status))) == is_open


@pytest.mark.parametrize(
    ("status", "is_open"), [("A", True), ("B", True), ("C", False), ("", False)]
)
def test_the_order_says_whether_what_it_bills_itself_is_billed(status: str, is_open: bool) -> None:
    assert bool(left_to_bill(status, in_sap())) == is_open


def test_statuses_are_not_believed_before_the_billing_documents_are_known() -> None:
    delivered = {(10, "ST"): 2}

    none = in_sap(a_line(), delivered=delivered)
    part = in_sap(a_line(), delivered=delivered, billed={(10, "ST"): 1})
    both = in_sap(a_line(), delivered=delivered, billed={(10, "ST"): 2})

    assert left_to_bill("", none).endswith("item 10 lacks 2 pcs.")
    assert left_to_bill("", part).endswith("item 10 lacks 1 pc.")
    assert left_to_bill("", both) == ""


def test_goods_are_billed_as_they_were_delivered_be_it_less_than_ordered() -> None:
    short = in_sap(a_line(), delivered={(10, "ST"): 1}, billed={(10, "ST"): 1})

    assert left_to_bill("", short) == ""


def test_what_the_order_bills_itself_is_billed_as_ordered() -> None:
    part = in_sap(a_line(ORDER), billed={(10, "ST"): 1})
    whole = in_sap(a_line(ORDER), billed={(10, "ST"): 2})

    assert left_to_bill("C", part).endswith("item 10 lacks 1 pc.")
    assert left_to_bill("C", whole) == ""


def test_a_rejected_line_is_billed_only_as_far_as_it_was_delivered() -> None:
    service = in_sap(a_line(ORDER, is_rejected=True))
    goods = in_sap(a_line(is_rejected=True), delivered={(10, "ST"): 1})

    assert left_to_bill("C", service) == ""
    assert left_to_bill("", goods).endswith("item 10 lacks 1 pc.")


@pytest.mark.parametrize("source", [NOTHING, NOT_TOLD])
def test_lines_that_are_not_billed_or_of_which_nothing_is_told_wait_for_no_document(
    source: str,
) -> None:
    """Parts of a set without a price, for one: else the order would be asked about for ever."""
    assert left_to_bill("", in_sap(a_line(source), delivered={(10, "ST"): 2})) == ""


def test_pieces_and_cartons_are_not_compared() -> None:
    """FKIMG is in the unit of its own document (SAP sheet 13.6)."""
    other = in_sap(a_line(), delivered={(10, "KAR"): 1}, billed={(10, "ST"): 12})
    nothing = in_sap(a_line(), delivered={(10, "KAR"): 1})

    assert left_to_bill("", other) == ""
    assert left_to_bill("", nothing).endswith("item 10 lacks 1 carton.")


def test_looking_adds_nothing_to_what_is_known() -> None:
    found = in_sap(a_line(), delivered={(10, "ST"): 2})

    left_to_bill("", found)

    assert dict(found.billed) == {}
