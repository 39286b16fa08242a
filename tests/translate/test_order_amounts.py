"""The lines of an order add up, whatever is in it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from sync.errors import UnexpectedRecord
from sync.magento.parsing import parse_order
from sync.magento.records import MagentoOrder
from sync.translate.order_amounts import order_amounts
from tests.magento.recorded import answer_body, recorded_orders
from tests.translate.made_orders import ZERO, made_item, made_order, orders

ORDERS = [parse_order(document) for document in recorded_orders()]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.increment_id)
def test_every_recorded_order_adds_up(order: MagentoOrder) -> None:
    amounts = order_amounts(order)

    assert amounts.total == order.grand_total
    assert sum(line.net_before_discount for line in amounts.lines) == order.subtotal


@given(orders())
def test_made_up_orders_add_up(order: MagentoOrder) -> None:
    assert order_amounts(order).total == order.grand_total


def skus(number: str) -> list[tuple[str, int | None]]:
    lines = order_amounts(parse_order(answer_body(number))).lines
    return [(line.sku, line.higher_level_item_id) for line in lines]


def test_a_configurable_is_one_line_with_the_sku_of_the_variant() -> None:
    order = parse_order(answer_body("102"))
    [parent] = [item for item in order.items if item.product_type == "configurable"][:1]

    line = next(line for line in order_amounts(order).lines if line.item_id == parent.item_id)

    assert line.sku == parent.sku
    assert not any(item.parent_item_id == line.item_id and item.item_id in
                   {other.item_id for other in order_amounts(order).lines}
                   for item in order.items)  # fmt: skip


def test_a_dynamic_bundle_is_its_parts() -> None:
    assert skus("103") == [("S-001", None), ("S-TAX2", None)]


def test_a_fixed_bundle_is_the_bundle_with_its_parts_below() -> None:
    assert skus("105") == [("B-FIX", None), ("S-002", 13), ("S-TAX2", 13)]


def test_a_gross_price_shop_has_its_compensation_taken_off_the_discount() -> None:
    line = order_amounts(parse_order(answer_body("804"))).lines[0]

    assert (line.net_before_discount, line.discount, line.tax) == (
        Decimal("55.41"), Decimal("5.54"), Decimal("9.48"),
    )  # fmt: skip


def test_a_row_below_nothing_which_the_shop_cuts_costs_what_price_and_discount_make_it() -> None:
    """The discount counts a tax of 1.90 that is not charged: 10.00 less 11.90."""
    item = made_item(1, price=Decimal(5), qty_ordered=Decimal(2), discount_amount=Decimal("11.9"))
    order = replace(
        made_order((item, made_item(2, price=Decimal(20), row_total_incl_tax=Decimal(20)))),
        grand_total=Decimal("18.1"),
    )

    lines = order_amounts(order).lines

    assert [line.net_before_discount for line in lines] == [Decimal(10), Decimal(20)]
    assert lines[0].total == Decimal("-1.9")


def test_a_free_row_of_rounded_gross_prices_is_not_taken_for_a_cut_one() -> None:
    """Three pieces at 8.403361 net, shown as 8.40, all of it off: 25.21 less 30.00 plus 4.79."""
    item = made_item(
        1,
        price=Decimal("8.4"),
        qty_ordered=Decimal(3),
        discount_amount=Decimal(30),
        discount_tax_compensation_amount=Decimal("4.79"),
    )

    [line] = order_amounts(made_order((item,))).lines

    assert (line.net_before_discount, line.total) == (Decimal("25.21"), ZERO)


def test_no_price_makes_an_order_add_up_whose_rows_are_not_cut() -> None:
    item = made_item(1, price=Decimal(9), row_total_incl_tax=Decimal(10))
    order = replace(made_order((item,)), grand_total=Decimal(9))

    with pytest.raises(UnexpectedRecord, match="add up to 10"):
        order_amounts(order)


def test_an_order_that_does_not_add_up_says_by_how_much() -> None:
    order = replace(parse_order(answer_body("101")), grand_total=Decimal("87.43"))

    with pytest.raises(UnexpectedRecord, match=r"add up to 87\.42, the shop says 87\.43 USD"):
        order_amounts(order)


def test_an_order_with_a_fixed_product_tax_stops_and_names_the_amount() -> None:
    """Two pieces with a recycling fee of 3.00 each; the other line has none."""
    document = answer_body("100")
    item = document["items"][0]
    item |= {"row_total_incl_tax": item["row_total_incl_tax"] + 6, "weee_tax_applied_row_amount": 6}
    document["grand_total"] += 6
    order = parse_order(document)

    with pytest.raises(UnexpectedRecord, match=r"charges 6 USD of it as fixed product tax") as it:
        order_amounts(order)

    assert "by hand" in str(it.value)
    assert order.items[0].net_before_discount == item["price"] * item["qty_ordered"]


def test_the_amount_of_an_unrounded_row_is_kept_as_it_is() -> None:
    """2.5 of something sold at 3.33 cost 8.325 [248-118]."""
    item = made_item(
        1, qty_ordered=Decimal("2.5"), price=Decimal("3.33"), row_total_incl_tax=Decimal("8.325")
    )
    [line] = order_amounts(made_order((item,), shipping=Decimal("12.5"))).lines

    assert line.net_before_discount == Decimal("8.325")


@pytest.mark.parametrize(
    "items",
    [
        (made_item(1, parent_item_id=9),),
        (made_item(1, parent_item_id=1),),
        (made_item(1), made_item(1)),
        (made_item(1), made_item(2, parent_item_id=1), made_item(3, parent_item_id=2)),
    ],
)
def test_lines_that_do_not_fit_together_are_refused(items: tuple[object, ...]) -> None:
    order = replace(made_order(()), items=items)  # type: ignore[arg-type]

    with pytest.raises(UnexpectedRecord, match="do not fit together"):
        order_amounts(order)


def test_a_bundle_without_any_money_keeps_all_its_lines() -> None:
    parent = made_item(1, product_type="bundle")
    order = made_order((parent, made_item(2, parent_item_id=1)))

    amounts = order_amounts(order)

    assert [line.higher_level_item_id for line in amounts.lines] == [None, 1]
    assert amounts.total == ZERO
