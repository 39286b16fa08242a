"""Orders of all shapes add up to the cent: by line, discount, tax, freight, and together."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sync.magento.parsing import parse_order
from sync.translate.order_amounts import OrderAmounts, order_amounts
from tests.magento.recorded import answer_body, recorded_orders
from tests.translate.made_documents import ZERO, Document, Shop, made_document

DOCUMENTS = 3000
STEPS = 10


def check(document: Document, shop: Shop) -> OrderAmounts:
    order = parse_order(document)
    amounts = order_amounts(order)
    counted = [line for line in amounts.lines if line.higher_level_item_id is None]
    assert amounts.currency == shop.currency
    assert amounts.total == order.grand_total
    for line, money in zip(counted, shop.counted, strict=True):
        assert line.net_before_discount == money.row
        assert line.discount == money.discount - money.compensation
        assert line.tax == money.tax
        assert line.total == money.total
    assert sum(line.net_before_discount for line in amounts.lines) == order.subtotal
    assert sum((line.tax for line in amounts.lines), amounts.freight_tax) == order.tax_amount
    given = order.discount_tax_compensation_amount
    given += order.shipping_discount_tax_compensation_amount
    discounts = sum((line.discount for line in amounts.lines), amounts.freight_discount)
    assert discounts == -order.discount_amount - given
    assert amounts.freight == order.shipping_amount
    return amounts


@pytest.mark.parametrize("step", range(STEPS))
def test_a_made_up_order_adds_up_by_line_discount_tax_and_freight(step: int) -> None:
    for seed in range(step * DOCUMENTS // STEPS, (step + 1) * DOCUMENTS // STEPS):
        document, shop = made_document(seed)

        amounts = check(document, shop)

        # An amount of a currency without decimals has none.
        assert shop.currency != "JPY" or amounts.total == amounts.total.to_integral_value()
        # Free lines below a priced one cost nothing.
        below = [line for line in amounts.lines if line.higher_level_item_id is not None]
        assert all(line.total == ZERO for line in below)


def test_every_shape_is_among_the_made_up_orders() -> None:
    made = [made_document(seed) for seed in range(500)]

    kinds = {line["product_type"] for document, _ in made for line in document["items"]}
    assert kinds == {"simple", "virtual", "downloadable", "configurable", "bundle"}
    assert {shop.currency for _, shop in made} == {"USD", "EUR", "JPY"}
    assert {shop.is_gross for _, shop in made} == {True, False}
    assert {shop.is_newer for _, shop in made} == {True, False}
    assert any(document["grand_total"] == 0 for document, _ in made)
    assert any(document["shipping_discount_amount"] for document, _ in made)
    assert any(document["shipping_discount_tax_compensation_amount"] for document, _ in made)
    assert any(shop.counted and shop.discount_percent == 100 for _, shop in made)


@pytest.mark.parametrize("name", ["101", "804", "805", "806"])
def test_the_model_computes_what_the_shop_computed(name: str) -> None:
    """Each plain line of a recorded order, computed again from its catalogue price."""
    document = answer_body(name)
    for row in document["items"]:
        if row["product_type"] != "simple" or row.get("parent_item_id"):
            continue
        percent = row.get("discount_percent", 0)
        is_gross = bool(row.get("discount_tax_compensation_amount"))
        rate = Decimal(row.get("tax_percent", 0))
        shop = Shop(None, "USD", is_gross, rate, Decimal(percent))  # type: ignore[arg-type]
        # The catalogue's gross price holds the store's own tax; the customer's may be another.
        shown = Decimal(row["price_incl_tax" if is_gross else "price"])

        money = shop.money(shown, Decimal(row["qty_ordered"]))

        assert abs(money.tax - row["tax_amount"]) <= Decimal("0.01")
        assert abs(money.discount - row["discount_amount"]) <= Decimal("0.01")
        assert abs(money.row - money.discount - row["row_total"]) <= Decimal("0.01")


def test_every_recorded_order_adds_up_by_tax_discount_and_freight() -> None:
    for document in recorded_orders():
        order = parse_order(document)
        amounts = order_amounts(order)
        tax = sum((line.tax for line in amounts.lines), amounts.freight_tax)

        assert tax == order.tax_amount
        assert amounts.freight == order.shipping_amount
