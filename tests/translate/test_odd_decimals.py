"""Amounts with more decimals than the currency go to SAP, and what was charged is the judge."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.currencies import currency_decimals
from sync.magento.records import MagentoOrder
from sync.translate.order_amounts import in_coins, order_amounts
from sync.translate.order_mapping import MaterialEntry, OrderMapping
from sync.translate.sap_order import sap_order_request
from tests.translate.made_orders import made_item, made_order

ZERO = Decimal(0)
LAST_STORED = Decimal("0.0001")
MAPPING = OrderMapping(
    order_type="TA", sales_organization="1000", distribution_channel="10", division="00",
    sold_to="0000099001", is_one_time_customer=False, price_condition="PR00",
    discount_condition="ZDIS", freight_condition="HD00", freight_tax_condition="ZFTX",
    tax_condition="ZTAX", default_unit="ST", sku_is_material=True, shipping_condition="01",
    payment_terms="0001", rounding_condition="ZRND", amounts_may_be_off=Decimal("0.02"),
    materials={"SKU-1": MaterialEntry("M-1", "M")},
)  # fmt: skip


def stored(amount: Decimal) -> Decimal:
    """As the shop stores it: four decimals."""
    return amount.quantize(LAST_STORED, ROUND_HALF_UP)


@st.composite
def odd_orders(draw: st.DrawFn) -> MagentoOrder:
    """Of any tax set-up: net or gross prices, tax before or after the discount, rounded or not, in
    currencies of no, two and three decimals."""
    currency = draw(st.sampled_from(["USD", "EUR", "JPY", "KWD"]))
    coin = Decimal(1).scaleb(-currency_decimals(currency))
    is_gross, is_before = draw(st.booleans()), draw(st.booleans())
    rounds = draw(st.booleans())
    rate = draw(st.sampled_from([Decimal(0), Decimal("8.25"), Decimal(19)]))
    percent = draw(st.sampled_from([Decimal(0), Decimal(10), Decimal("33.33"), Decimal(100)]))

    def kept(amount: Decimal) -> Decimal:
        return amount.quantize(coin, ROUND_HALF_UP) if rounds else stored(amount)

    items = []
    for at in range(1, draw(st.integers(1, 4)) + 1):
        price = draw(st.decimals("0.01", 999, places=2))
        quantity = draw(st.sampled_from([Decimal("2.5"), Decimal("0.333"), Decimal(3), Decimal(7)]))
        row = stored(price * quantity)
        net = stored(row * 100 / (100 + rate)) if is_gross else row
        discount = kept((row if is_gross else net) * percent / 100)
        compensation = ZERO
        if is_gross and not is_before:
            compensation = kept(discount * rate / (100 + rate))
        taxed = net if is_before else net - discount + compensation
        tax = kept(taxed * rate / 100)
        items.append(
            made_item(
                at, qty_ordered=quantity, price=price, is_qty_decimal=True, tax_amount=tax,
                row_total_incl_tax=net - discount + compensation + tax, discount_amount=discount,
                discount_tax_compensation_amount=compensation,
            )
        )  # fmt: skip
    order = made_order(items, currency=currency, shipping=draw(st.decimals(0, 50, places=2)))
    off = draw(st.sampled_from([ZERO, kept(order.grand_total) - order.grand_total]))
    return replace(order, grand_total=order.grand_total + off)


@given(odd_orders())
def test_an_order_of_any_tax_set_up_goes_and_its_gross_is_what_was_charged(
    order: MagentoOrder,
) -> None:
    translated = sap_order_request(order, MAPPING)
    request, currency = translated.request, order.order_currency_code
    quantities = {item.item_number: item.quantity for item in request.items}
    gross = ZERO
    for one in request.conditions:
        assert one.value == in_coins(one.value, currency)
        share = one.value if one.is_fixed_amount else one.value * quantities[one.item_number]
        gross += share / one.per

    assert abs(gross - in_coins(order.grand_total, currency)) < LAST_STORED
    assert translated.totals.gross == in_coins(order.grand_total, currency)


@pytest.mark.parametrize("condition", ["", "ZRND"])
def test_rounding_never_changes_the_price_of_a_line(condition: str) -> None:
    lines = [
        made_item(at, qty_ordered=Decimal("2.5"), price=Decimal("3.33"),
                  row_total_incl_tax=Decimal("8.325"))
        for at in (1, 2, 3)
    ]  # fmt: skip
    mapping = replace(MAPPING, rounding_condition=condition)
    request = sap_order_request(made_order(lines), mapping).request
    prices = [one for one in request.conditions if one.condition_type == "PR00"]

    assert {one.value * Decimal("2.5") / one.per for one in prices} == {Decimal("8.33")}
    rounding = [one.value for one in request.conditions if one.condition_type == "ZRND"]
    assert rounding == ([Decimal("-0.01")] if condition else [])  # 24.975 is charged as 24.98


def test_the_orders_own_discount_tells_what_its_lines_leave_for_the_freight() -> None:
    """A coupon of 100 % with freight and tax before it, where the shop notes the freight's part
    without its tax: the order's sums agree, and so do those sent."""
    line = made_item(
        1, price=Decimal(20), tax_amount=Decimal(2), discount_amount=Decimal(22),
        row_total_incl_tax=ZERO,
    )  # fmt: skip
    order = replace(
        made_order([line], shipping=Decimal(5)),
        shipping_tax_amount=Decimal("0.5"),
        shipping_discount_amount=Decimal(5),
        discount_amount=Decimal("-27.5"),
        grand_total=ZERO,
    )

    assert order_amounts(order).total == 0
    assert sap_order_request(order, MAPPING).totals.gross == 0
