"""What SAP is asked to create for a web order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.currencies import currency_decimals
from sync.errors import MappingMissing, UnexpectedRecord
from sync.magento.parsing import parse_order
from sync.magento.records import MagentoOrder
from sync.order_texts import OrderText, SapPlace
from sync.sap.records import SapCondition, SapItemRequest, SapSalesOrderRequest
from sync.translate.order_mapping import MaterialEntry, OrderMapping
from sync.translate.sap_order import TranslatedOrder, item_numbers, sap_order_request
from sync.translate.sap_prices import line_price
from tests.magento.recorded import answer_body, recorded_orders
from tests.translate.made_orders import made_item, made_order, orders

ORDERS = [parse_order(document) for document in recorded_orders()]
MAPPING = OrderMapping(
    order_type="ZWEB",
    sales_organization="1000",
    distribution_channel="10",
    division="00",
    sold_to="0000009999",
    is_one_time_customer=True,
    price_condition="ZPR1",
    discount_condition="ZDIS",
    freight_condition="ZFRE",
    freight_tax_condition="ZFTX",
    tax_condition="ZTAX",
    sku_is_material=True,
    default_unit="ST",
    texts={OrderText.NOTE: SapPlace("0001")},
)


def recorded(number: str) -> MagentoOrder:
    return parse_order(answer_body(number))


def translated(order: MagentoOrder, **changes: Any) -> TranslatedOrder:
    # Made-up orders have no address, so they go to a customer of their own unless told otherwise.
    has_address = order.billing_address is not None
    return sap_order_request(
        order, replace(MAPPING, **{"is_one_time_customer": has_address, **changes})
    )


def sap_total(request: SapSalesOrderRequest) -> Decimal:
    """The total SAP computes: a rate times the quantity, rounded, and the fixed amounts."""
    places = Decimal(1).scaleb(-currency_decimals(request.currency))
    quantities = {item.item_number: item.quantity for item in request.items}
    total = Decimal(0)
    for condition in request.conditions:
        if condition.is_fixed_amount:
            total += condition.value
        else:
            pieces = quantities[condition.item_number] / condition.per
            total += (condition.value * pieces).quantize(places, ROUND_HALF_UP)
    return total


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.increment_id)
def test_every_recorded_order_costs_the_same_in_sap(order: MagentoOrder) -> None:
    assert sap_total(translated(order).request) == order.grand_total


@given(orders())
def test_made_up_orders_cost_the_same_in_sap(order: MagentoOrder) -> None:
    assert sap_total(translated(order, is_one_time_customer=False).request) == order.grand_total


@given(
    total=st.integers(0, 10**9 - 1),
    quantity=st.decimals("0.001", 99999, places=3),
    currency=st.sampled_from(["USD", "JPY", "KWD"]),
)
def test_a_price_times_the_quantity_is_the_line_to_the_last_coin(
    total: int, quantity: Decimal, currency: str
) -> None:
    places = currency_decimals(currency)
    amount = Decimal(total).scaleb(-places)

    price = line_price(10, "ZPR1", amount, quantity, currency)

    assert 1 <= price.per <= 99999
    assert price.value == round(price.value, places)
    if price.is_fixed_amount:
        assert price.value == amount
    else:
        assert price.value * quantity == amount * price.per


@pytest.mark.parametrize(
    ("total", "quantity", "value", "per"),
    [
        ("59.97", "3", "19.99", 1),
        ("10.00", "3", "10.00", 3),
        ("10.00", "6", "5.00", 3),
        ("4.99", "0.5", "9.98", 1),
        ("0.00", "7", "0.00", 1),
        ("0.01", "99999", "0.01", 99999),
    ],
)
def test_a_price_is_for_as_few_pieces_as_make_it_exact(
    total: str, quantity: str, value: str, per: int
) -> None:
    price = line_price(10, "ZPR1", Decimal(total), Decimal(quantity), "USD")

    assert (price.value, price.per) == (Decimal(value), per)
    assert not price.is_fixed_amount


def test_a_price_that_no_rate_gives_is_a_fixed_amount() -> None:
    price = line_price(10, "ZPR1", Decimal("10.01"), Decimal("123456"), "USD")

    assert price.is_fixed_amount
    assert price.value == Decimal("10.01")


def test_yen_have_no_decimals() -> None:
    item = made_item(1, qty_ordered=Decimal(2), price=Decimal(250), row_total_incl_tax=Decimal(500))

    request = translated(made_order([item], currency="JPY")).request

    assert [(c.value, c.currency) for c in request.conditions] == [(Decimal(250), "JPY")]


def test_half_a_yen_is_refused() -> None:
    item = made_item(1, price=Decimal("0.5"), row_total_incl_tax=Decimal("0.50"))

    with pytest.raises(UnexpectedRecord, match="not an amount of JPY"):
        translated(made_order([item], currency="JPY"))


def test_the_header_is_what_the_mapping_says() -> None:
    request = translated(recorded("101")).request

    assert (request.customer_reference, request.order_type, request.currency) == (
        "000000003", "ZWEB", "USD",
    )  # fmt: skip
    assert request.order_date == date(2026, 11, 23)


def test_the_order_date_is_that_of_the_sap_system() -> None:
    order = replace(recorded("101"), created_at=recorded("101").created_at.replace(hour=23))

    request = translated(order, time_zone="Europe/Berlin").request

    assert request.order_date == date(2026, 11, 24)


def test_a_discount_is_one_negative_amount_per_line() -> None:
    request = translated(recorded("101")).request

    assert [c for c in request.conditions if c.condition_type == "ZDIS"] == [
        SapCondition(10, "ZDIS", Decimal("-6.00"), "USD", is_fixed_amount=True),
        SapCondition(20, "ZDIS", Decimal("-1.00"), "USD", is_fixed_amount=True),
    ]


def test_a_tax_sap_computes_itself_is_not_sent() -> None:
    request = translated(recorded("804"), tax_condition="", freight_tax_condition="").request

    assert {c.condition_type for c in request.conditions} == {"ZPR1", "ZDIS", "ZFRE"}


def test_a_price_is_per_the_unit_of_its_line() -> None:
    request = translated(recorded("101"), materials={"S-001": MaterialEntry("4711", "KG")}).request

    units = [c.unit for c in request.conditions if c.condition_type == "ZPR1"]
    assert units == ["ST", "KG"]


def test_a_street_of_several_lines_is_one_line_in_sap() -> None:
    order = recorded("101")
    assert order.billing_address is not None
    address = replace(order.billing_address, street=("Main St 1", "", "Floor 3"), company="ACME")

    request = translated(replace(order, billing_address=address)).request

    written = request.partners[0].address
    assert written is not None
    assert (written.street, written.name, written.name_2) == (
        "Main St 1, Floor 3", "ACME", "John Doe",
    )  # fmt: skip


def test_item_numbers_are_the_same_each_time() -> None:
    order = recorded("105")

    first, second = translated(order), translated(order)

    assert first.item_numbers == second.item_numbers == item_numbers(order)
    assert list(first.item_numbers.values()) == [10, 20, 30]


def test_the_parts_of_a_fixed_bundle_stand_below_it_at_no_price() -> None:
    request = translated(recorded("105")).request

    assert [item.higher_level_item_number for item in request.items] == [0, 10, 10]
    prices = {c.item_number: c.value for c in request.conditions if c.condition_type == "ZPR1"}
    assert prices == {10: Decimal("111.50"), 20: Decimal(0), 30: Decimal(0)}


def test_a_part_with_an_item_category_of_its_own_is_not_priced() -> None:
    parts = {"S-002": MaterialEntry("4711", "KG", "ZFRE")}

    request = translated(recorded("105"), materials=parts).request

    assert request.items[1] == SapItemRequest(
        20, "4711", Decimal(2), "KG", "Simple Two", "14", 10, "ZFRE"
    )
    assert 20 not in {c.item_number for c in request.conditions}


def test_a_one_time_customer_has_the_billing_address() -> None:
    request = translated(recorded("101")).request

    sold_to, ship_to = request.partners
    assert (sold_to.role, ship_to.role) == ("AG", "WE")
    assert sold_to.address is not None
    assert sold_to.address.email == "anna@example.test"
    assert (sold_to.address.name, sold_to.address.region) == ("John Doe", "CA")


def test_a_customer_of_its_own_keeps_its_address_and_gets_the_ship_to() -> None:
    request = translated(recorded("101"), is_one_time_customer=False).request

    assert [bool(partner.address) for partner in request.partners] == [False, True]


def test_a_virtual_order_has_no_ship_to_and_no_shipping_condition() -> None:
    request = translated(recorded("106"), shipping_condition=None).request

    assert [partner.role for partner in request.partners] == ["AG"]
    assert request.shipping_condition == ""


def test_the_customers_note_goes_along() -> None:
    order = recorded("801")

    request = translated(order).request

    assert request.texts == ((0, "0001", order.customer_note),)


def test_a_text_too_long_for_sap_is_cut_and_the_cut_is_told() -> None:
    item = made_item(1, name="x" * 41, price=Decimal(1), row_total_incl_tax=Decimal(1))

    result = translated(made_order([item]))

    assert result.request.items[0].short_text == "x" * 40
    [cut] = result.cuts
    assert (cut.field, cut.original_length, cut.limit) == ("item 10 text", 41, 40)


@pytest.mark.parametrize(
    ("name", "sent"), [("a😀b", "a?b"), ("Grün 日本", "Grün 日本"), ("a\tb", "a b")]
)
def test_characters_sap_cannot_hold_are_replaced(name: str, sent: str) -> None:
    item = made_item(1, name=name, price=Decimal(1), row_total_incl_tax=Decimal(1))

    result = translated(made_order([item]))

    assert result.request.items[0].short_text == sent
    assert bool(result.cuts) == ("?" in sent)


def test_the_first_missing_mapping_is_named_and_all_are_told() -> None:
    order = recorded("101")

    with pytest.raises(MappingMissing) as caught:
        translated(order, sku_is_material=False, payment_terms=None, discount_condition="")

    assert caught.value.entry[:2] == ("payment", "checkmo")
    for key in ("checkmo", "S-TAX", "S-001", "discount"):
        assert key in caught.value.message


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"order_type": ""}, ("sales_area", "1", "order_type")),
        ({"sales_organization": ""}, ("sales_area", "1", "sales_organization")),
        ({"distribution_channel": ""}, ("sales_area", "1", "distribution_channel")),
        ({"division": ""}, ("sales_area", "1", "division")),
        ({"sold_to": ""}, ("customer", "group 1", "")),
        ({"shipping_condition": None}, ("shipping", "flatrate_flatrate", "")),
        ({"payment_terms": None}, ("payment", "checkmo", "payment_terms")),
        ({"price_condition": ""}, ("sales_area", "1", "price_condition")),
        ({"discount_condition": ""}, ("sales_area", "1", "discount_condition")),
        ({"freight_condition": ""}, ("sales_area", "1", "freight_condition")),
        ({"default_unit": ""}, ("sales_area", "1", "default_unit")),
        ({"sku_is_material": False}, ("material", "S-TAX", "")),
        ({"default_unit": "", "materials": {"S-TAX": MaterialEntry("A")}},
         ("material", "S-TAX", "unit")),
    ],
)  # fmt: skip
def test_a_missing_mapping_names_itself(
    changes: dict[str, Any], missing: tuple[str, str, str]
) -> None:
    with pytest.raises(MappingMissing) as caught:
        translated(recorded("101"), **changes)

    assert caught.value.entry == missing


@pytest.mark.parametrize(
    "order",
    [
        made_order([]),
        made_order([made_item(1, qty_ordered=Decimal(0))]),
        made_order([made_item(1, qty_ordered=Decimal("0.0005"))]),
        made_order([made_item(1, sku=" ")]),
        replace(made_order([made_item(1)]), increment_id="1" * 21),
        replace(made_order([made_item(1)]), increment_id="Bestellung-ß"),
    ],
)
def test_an_order_sap_cannot_hold_is_refused(order: MagentoOrder) -> None:
    with pytest.raises(UnexpectedRecord, match="cannot be written to SAP"):
        translated(order)


def test_an_order_of_250_lines_is_translated_whole() -> None:
    [big] = [order for order in ORDERS if len(order.items) > 200]

    assert len(translated(big).request.items) == len(big.items)


def test_a_zero_total_order_has_prices_of_0() -> None:
    request = translated(recorded("115")).request

    assert sap_total(request) == 0
    assert [c.condition_type for c in request.conditions if not c.value] == ["ZPR1"]
