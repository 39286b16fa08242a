"""Which goods of an order in SAP nobody wants any more."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest

from sync.translate.sap_progress import DELIVERY, ORDER, Quantities, SapLine
from sync.translate.unwanted_goods import (
    DeliveredLine,
    Unwanted,
    WebLine,
    unwanted_goods,
    web_lines,
)
from tests.translate.made_orders import made_item

OPEN, GONE, TOLD = (False, False), (True, False), (True, True)  # has left, is shipped in the shop


def found(
    web: dict[str, int],
    *delivered: tuple[int, tuple[bool, bool]],
    state: str = "processing",
    in_sap: int = 5,
    unit: str = "ST",
) -> Unwanted:
    """Of five pieces of one line; each delivery with its quantity and how far it has come."""
    quantities = {"ordered": 5, "shipped": 0, "refunded": 0, "canceled": 0} | web
    line = WebLine("MUG", *(Decimal(number) for number in quantities.values()))
    rows = [
        DeliveredLine(key, 10, Decimal(quantity), unit, *how)
        for key, (quantity, how) in enumerate(delivered, start=1)
    ]
    sap = [SapLine(10, Decimal(in_sap), "ST", DELIVERY, is_rejected=False)]
    return unwanted_goods(state, {10: line}, sap, rows, nothing_billed())


def nothing_billed() -> Quantities:
    return defaultdict(Decimal)


@pytest.mark.parametrize(
    ("web", "delivered", "unwanted"),
    [
        ({}, [(5, OPEN)], {}),
        ({"refunded": 2}, [(5, OPEN)], {1: 2}),
        ({"canceled": 2}, [(5, OPEN)], {1: 2}),
        ({"refunded": 2}, [(3, OPEN), (2, OPEN)], {2: 2}),  # the newest first
        ({"refunded": 3}, [(3, OPEN), (2, OPEN)], {2: 2, 1: 1}),
        ({"shipped": 2, "refunded": 2}, [(2, TOLD), (3, OPEN)], {}),  # may be those shipped
        ({"shipped": 2, "refunded": 3}, [(2, TOLD), (3, OPEN)], {2: 1}),
        ({"refunded": 2}, [(2, GONE), (3, OPEN)], {}),  # or those that have just left
        ({"refunded": 2}, [(5, GONE)], {1: 2}),
        ({"shipped": 5, "refunded": 5}, [(5, TOLD)], {}),  # a return
        ({"shipped": 5}, [(5, GONE)], {}),  # shipped by hand, not linked yet
        ({"shipped": 1}, [(1, TOLD), (5, OPEN)], {}),  # too much delivered is no refund
    ],
)
def test_a_piece_is_unwanted_where_the_shop_leaves_no_room_for_it(
    web: dict[str, int], delivered: list[tuple[int, tuple[bool, bool]]], unwanted: dict[int, int]
) -> None:
    assert found(web, *delivered).delivered == unwanted


@pytest.mark.parametrize(
    ("web", "delivered", "in_sap", "rest"),
    [
        ({"refunded": 2}, [], 5, 2),
        ({"refunded": 2}, [], 3, 0),  # ordered without them, or taken off since
        ({"refunded": 2}, [(3, OPEN)], 5, 2),
        ({"refunded": 2}, [(5, OPEN)], 5, 0),
        ({"refunded": 3}, [(3, OPEN)], 5, 2),
        ({"shipped": 5, "refunded": 1}, [(5, TOLD)], 5, 0),
    ],
)
def test_what_is_not_delivered_yet_is_unwanted_first(
    web: dict[str, int], delivered: list[tuple[int, tuple[bool, bool]]], in_sap: int, rest: int
) -> None:
    assert found(web, *delivered, in_sap=in_sap).undelivered == ({10: rest} if rest else {})


@pytest.mark.parametrize("how", [OPEN, GONE, TOLD])
def test_of_a_canceled_order_nothing_is_wanted(how: tuple[bool, bool]) -> None:
    assert found({}, (5, how), state="canceled").delivered == {1: 5}


@pytest.mark.parametrize(
    ("web", "how", "unwanted"),
    [
        ({"refunded": 5}, OPEN, {1: 5}),
        ({"refunded": 5}, GONE, {1: 5}),
        ({"refunded": 5, "shipped": 5}, TOLD, {}),
        ({"shipped": 5}, TOLD, {}),  # closed by a gateway that cannot capture ("Versions" 3)
    ],
)
def test_of_an_order_refunded_whole_only_what_the_shop_shipped_was_wanted(
    web: dict[str, int], how: tuple[bool, bool], unwanted: dict[int, int]
) -> None:
    assert found(web, (5, how), state="closed").delivered == unwanted


def test_pieces_are_not_compared_with_cartons() -> None:
    assert found({"refunded": 2}, (1, OPEN), unit="KAR").delivered == {}
    assert found({"refunded": 5}, (1, OPEN), unit="KAR", state="closed").delivered == {1: 1}


def test_a_line_sap_added_goes_with_the_order_and_not_with_one_piece_of_it() -> None:
    row = DeliveredLine(1, 11, Decimal(1), "ST", has_left=False, is_shipped=False)

    states = ("processing", "closed", "canceled")
    unwanted = [unwanted_goods(s, {}, [], [row], nothing_billed()).delivered for s in states]

    assert unwanted == [{}, {1: 1}, {1: 1}]


def test_a_refunded_service_is_unwanted_as_long_as_sap_has_not_billed_it() -> None:
    line = WebLine("HOUR", Decimal(2), Decimal(0), Decimal(1), Decimal(0))
    sap = [SapLine(10, Decimal(2), "ST", ORDER, is_rejected=False)]
    billed = nothing_billed()
    before = unwanted_goods("processing", {10: line}, sap, [], billed).undelivered
    billed[10, "ST"] = Decimal(2)

    assert before == {10: 1}
    assert unwanted_goods("processing", {10: line}, sap, [], billed).undelivered == {}


def test_the_parts_of_a_bundle_share_what_was_noted_on_the_bundle() -> None:
    two, one = Decimal(2), Decimal(1)
    parent = made_item(1, product_type="bundle", qty_ordered=two, qty_refunded=one)
    part = made_item(2, parent_item_id=1, qty_ordered=Decimal(6))

    assert web_lines([parent, part], {2: 10})[10].refunded == 3
