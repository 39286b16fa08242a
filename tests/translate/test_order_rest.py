"""What is left to order of a web order, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.magento.records import MagentoOrder
from sync.translate.order_amounts import order_amounts
from sync.translate.order_rest import (
    BESIDE_THE_LINES,
    DOES_NOT_FIT,
    BundleInParts,
    amounts_left,
    left_after_refunds,
    left_to_order,
    refund_problem,
)
from tests.translate.made_orders import made_item, made_order, orders

LONGEST_REASON = 200  # of the mirror's column


def line(item_id: int = 1, **quantities: int) -> Any:
    values = {f"qty_{name}": Decimal(number) for name, number in quantities.items()}
    return made_item(item_id, price=Decimal(10), **values)


def bundle(parent: dict[str, int], *parts: dict[str, int], dynamic: bool = False) -> list[Any]:
    """Bundles with their parts; of each part ``ordered`` is the number for all of them."""
    above = replace(line(1, **parent), product_type="bundle")
    below = [line(at, **part) for at, part in enumerate(parts, start=2)]
    price = Decimal(10 if dynamic else 0)
    return [above, *(replace(part, parent_item_id=1, price=price) for part in below)]


# ---- quantities
@pytest.mark.parametrize(
    ("quantities", "left"),
    [
        ({"ordered": 5}, 5),
        ({"ordered": 5, "refunded": 2}, 3),
        ({"ordered": 5, "canceled": 2}, 3),
        ({"ordered": 5, "shipped": 2}, 3),
        ({"ordered": 5, "shipped": 2, "refunded": 1}, 3),  # it may be one of those shipped
        ({"ordered": 5, "shipped": 1, "refunded": 2, "canceled": 1}, 2),
        ({"ordered": 5, "refunded": 5}, 0),
        ({"ordered": 5, "refunded": 3, "canceled": 3}, 0),
    ],
)
def test_neither_refunded_nor_canceled_nor_shipped_pieces_are_left(
    quantities: dict[str, int], left: int
) -> None:
    assert left_to_order([line(**quantities)]) == {1: left}


def test_what_was_shipped_counts_not_among_the_refunds() -> None:
    assert left_after_refunds([line(ordered=5, shipped=4, refunded=1)]) == {1: 4}


def test_a_configurable_counts_by_its_parent() -> None:
    parent = replace(line(1, ordered=4, shipped=1, refunded=2), product_type="configurable")
    child = replace(line(2, ordered=4, refunded=2), parent_item_id=1)

    assert left_to_order([parent, child]) == {1: 2, 2: 2}


@pytest.mark.parametrize(
    ("parent", "parts"),
    [
        (
            {"ordered": 3, "refunded": 1},
            ({"ordered": 3, "refunded": 1}, {"ordered": 6, "refunded": 2}),
        ),
        ({"ordered": 3, "refunded": 1}, ({"ordered": 3}, {"ordered": 6})),  # noted on the bundle
        ({"ordered": 3}, ({"ordered": 3, "refunded": 1}, {"ordered": 6, "refunded": 2})),
        ({"ordered": 3, "canceled": 1}, ({"ordered": 3, "canceled": 1}, {"ordered": 6})),
    ],
)  # fmt: skip
def test_of_bundles_whole_ones_are_left_wherever_the_shop_notes_it(
    parent: dict[str, int], parts: tuple[dict[str, int], ...]
) -> None:
    assert left_to_order(bundle(parent, *parts)) == {1: 2, 2: 2, 3: 4}


@pytest.mark.parametrize(
    "parts",
    [
        ({"ordered": 3, "refunded": 1}, {"ordered": 6}),
        ({"ordered": 3, "shipped": 2}, {"ordered": 6, "shipped": 2}),
        ({"ordered": 3}, {"ordered": 6, "refunded": 1}),
    ],
)
@pytest.mark.parametrize("dynamic", [True, False])
def test_parts_taken_off_on_their_own_leave_no_number_of_bundles(
    parts: tuple[dict[str, int], ...], dynamic: bool
) -> None:
    with pytest.raises(BundleInParts):
        left_to_order(bundle({"ordered": 3}, *parts, dynamic=dynamic))


# ---- money
def test_a_share_is_rounded_as_the_credit_memo_rounds_what_it_gives_back() -> None:
    """Order 3 of the recorded shop: one of three refunded with 19.99, 2.00 off, 1.48 tax."""
    item = made_item(
        5, qty_ordered=Decimal(3), qty_refunded=Decimal(1), price=Decimal("19.99"),
        row_total_incl_tax=Decimal("58.42"), tax_amount=Decimal("4.45"), discount_amount=Decimal(6),
    )  # fmt: skip
    (rest,) = amounts_left(order_amounts(made_order([item])), {5: Decimal(2)}).lines

    assert (rest.net_before_discount, rest.discount, rest.tax) == (
        Decimal("39.98"), Decimal(4), Decimal("2.97")
    )  # fmt: skip


@given(orders(), st.data())
def test_the_share_and_what_is_taken_off_are_the_whole(
    order: MagentoOrder, data: st.DataObject
) -> None:
    whole = order_amounts(order)
    left = {
        one.item_id: Decimal(data.draw(st.integers(0, int(one.quantity)))) for one in whole.lines
    }
    off = {one.item_id: one.quantity - left[one.item_id] for one in whole.lines}

    both = amounts_left(whole, left).total + amounts_left(whole, off).total

    cents = Decimal("0.015") * len(whole.lines)
    freight = whole.freight - whole.freight_discount + whole.freight_tax
    assert abs(both - whole.total - freight) <= cents


def refunded(**totals: str) -> MagentoOrder:
    """One of two pieces at 10.00 refunded; 5.00 freight."""
    item = made_item(
        1, qty_ordered=Decimal(2), qty_refunded=Decimal(1), price=Decimal(10),
        row_total_incl_tax=Decimal(20),
    )  # fmt: skip
    amounts = {name: Decimal(value) for name, value in totals.items()}
    return replace(made_order([item], shipping=Decimal(5)), **amounts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("totals", "problem"),
    [
        ({"total_refunded": "10"}, ""),
        ({"total_refunded": "10.01"}, ""),  # rounding of one line
        ({"total_refunded": "10.02"}, DOES_NOT_FIT),
        ({"total_refunded": "12"}, DOES_NOT_FIT),
        ({}, DOES_NOT_FIT),
        ({"total_refunded": "15", "shipping_refunded": "5"}, BESIDE_THE_LINES),
        ({"total_refunded": "13", "adjustment_positive": "3"}, BESIDE_THE_LINES),
        ({"total_refunded": "9", "adjustment_negative": "1"}, BESIDE_THE_LINES),
    ],
)
def test_only_what_was_refunded_by_line_leaves_a_rest_that_is_certain(
    totals: dict[str, str], problem: str
) -> None:
    assert refund_problem(refunded(**totals)) == problem


def test_the_reasons_fit_their_column() -> None:
    assert max(len(BESIDE_THE_LINES), len(DOES_NOT_FIT)) <= LONGEST_REASON
