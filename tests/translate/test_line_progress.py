"""What the shop still has to ship and to invoice, by quantities and never by its state."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync.magento.parsing import parse_order
from sync.translate.line_progress import (
    left_to_invoice,
    left_to_ship,
    left_to_wait_for,
    open_to_ship,
)
from tests.magento.recorded import answer_body
from tests.translate.made_orders import made_item

PARENT, FIRST, SECOND = 10, 11, 12
Items = list[Any]


def a_line(item_id: int = 1, ordered: int = 4, **given: Any) -> Any:
    counts = {
        name: Decimal(given.pop(name, 0))
        for name in ("shipped", "invoiced", "refunded", "canceled")
    }
    quantities = {f"qty_{name}": value for name, value in counts.items()}
    return made_item(
        item_id, sku=f"SKU-{item_id}", qty_ordered=Decimal(ordered), **quantities, **given
    )


def a_bundle(parent: dict[str, int], first: dict[str, int], second: dict[str, int]) -> Items:
    """Two bundles of one piece of the first part and three of the second."""
    return [
        a_line(PARENT, 2, product_type="bundle", **parent),
        a_line(FIRST, 2, parent_item_id=PARENT, **first),
        a_line(SECOND, 6, parent_item_id=PARENT, **second),
    ]


@pytest.mark.parametrize(
    ("done", "rest"),
    [
        ({}, 4),
        ({"shipped": 2}, 2),
        ({"shipped": 2, "refunded": 1}, 2),  # [248-526 to 528]
        ({"refunded": 3}, 1),
        ({"shipped": 2, "canceled": 2}, 0),
        ({"shipped": 5}, 0),
    ],
)
def test_a_refunded_piece_may_have_been_shipped_or_not(done: dict[str, int], rest: int) -> None:
    assert open_to_ship(a_line(**done)) == rest


@pytest.mark.parametrize(
    ("done", "awaited", "shippable"),
    [
        ({"shipped": 4}, "", ""),
        ({"shipped": 3}, "SKU-1", "SKU-1"),
        ({"shipped": 3, "refunded": 1}, "", "SKU-1"),  # 2.4.8 leaves it processing
        ({"shipped": 3, "canceled": 1}, "", ""),
        ({"refunded": 4}, "", ""),
    ],
)
def test_nobody_waits_for_a_refunded_piece_which_the_shop_would_still_ship(
    done: dict[str, int], awaited: str, shippable: str
) -> None:
    lines = [a_line(**done)]

    assert (left_to_wait_for(lines), left_to_ship(lines)) == (awaited, shippable)


@pytest.mark.parametrize(
    ("done", "left"),
    [({}, "SKU-1"), ({"invoiced": 3}, "SKU-1"), ({"invoiced": 3, "canceled": 1}, ""),
     ({"invoiced": 4, "refunded": 1}, ""), ({"shipped": 4}, "SKU-1")],
)  # fmt: skip
def test_everything_ordered_and_not_canceled_is_invoiced(done: dict[str, int], left: str) -> None:
    assert left_to_invoice([a_line(**done)]) == left


def test_a_virtual_line_is_invoiced_and_never_shipped() -> None:
    lines = [a_line(is_virtual=True)]

    assert (left_to_ship(lines), left_to_invoice(lines)) == ("", "SKU-1")


def test_a_configurable_counts_by_its_parent_alone() -> None:
    parent = a_line(PARENT, product_type="configurable", shipped=4, invoiced=4)
    child = a_line(FIRST, parent_item_id=PARENT)

    assert (left_to_ship([parent, child]), left_to_invoice([parent, child])) == ("", "")


def test_a_bundle_shipped_separately_waits_for_its_last_part() -> None:
    """Its parent counts every part that leaves [248]."""
    lines = a_bundle({"shipped": 2}, {"shipped": 2}, {"shipped": 3})

    assert left_to_wait_for(lines) == "SKU-12"


def test_a_bundle_invoiced_once_too_often_on_its_parent_is_invoiced_by_its_parts() -> None:
    lines = a_bundle({"invoiced": 3}, {"invoiced": 2}, {"invoiced": 5})

    assert left_to_invoice(lines) == "SKU-12"


def test_parts_of_a_bundle_that_was_canceled_by_its_parent_are_not_waited_for() -> None:
    lines = a_bundle({"shipped": 1, "canceled": 1}, {"shipped": 1}, {"shipped": 3})

    assert left_to_wait_for(lines) == ""


def test_a_part_canceled_with_its_bundle_is_not_canceled_twice() -> None:
    lines = a_bundle({"canceled": 1}, {"shipped": 0, "canceled": 1}, {"shipped": 3, "canceled": 3})

    assert left_to_wait_for(lines) == "SKU-11"


def test_virtual_parts_of_a_bundle_are_not_shipped() -> None:
    head, goods, software = a_bundle({"shipped": 2}, {"shipped": 2}, {})
    virtual = a_line(SECOND, 6, parent_item_id=PARENT, is_virtual=True)

    assert left_to_ship([head, goods, software]) == "SKU-12"
    assert left_to_ship([head, goods, virtual]) == ""


def test_the_shop_says_complete_while_a_bundle_is_still_to_ship() -> None:
    """README "Ten things that bite" 7, as recorded [853]."""
    order = parse_order(answer_body("853"))

    assert order.state == "complete"
    assert left_to_wait_for(order.items)
    assert left_to_invoice(order.items) == ""
