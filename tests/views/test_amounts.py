"""What an order costs in the shop, in the SAP order and as billed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sync.mapping.charged import Amount, Charged
from sync.models import SalesOrder, Shop
from sync.views.amounts import AmountRow, Amounts, NetAndTax, amounts_of_order

SHOP = Shop(amount_tolerance=Decimal("0.02"))


def an_order(**values: Any) -> SalesOrder:
    known = {"tax_amount": Decimal(19), "sap_net_value": Decimal(100), "stage": "complete"}
    return SalesOrder(shop=SHOP, **(known | values))


def a_line(net: str, tax: str) -> NetAndTax:
    return Decimal(net), Decimal(tax)


def differences(order: SalesOrder, *lines: NetAndTax) -> dict[str, list[Any]]:
    told = compared(amounts_of_order(order, Charged(Decimal(119)), lines))
    return {name: [one.differs_by for one in row.cells[1:]] for name, row in told.items()}


def compared(amounts: Amounts) -> dict[str, AmountRow]:
    return {row.name: row for row in amounts.rows if row.name in {"Net", "Tax", "Gross"}}


def test_net_stands_beside_net_and_gross_beside_gross() -> None:
    lines = [a_line("60", "11.40"), a_line("40", "7.60")]
    rows = compared(amounts_of_order(an_order(), Charged(Decimal(119)), lines))

    told = {name: [one.value for one in row.cells] for name, row in rows.items()}
    assert told == {
        "Net": [Decimal(100), Decimal(100), Decimal(100)],
        "Tax": [Decimal(19), None, Decimal(19)],
        "Gross": [Decimal(119), None, Decimal(119)],
    }


def test_a_difference_beyond_the_tolerance_is_marked_on_its_side() -> None:
    found = differences(an_order(sap_net_value=Decimal("98.50")), a_line("100", "19.02"))

    assert found == {
        "Net": [Decimal("-1.50"), None], "Tax": [None, None], "Gross": [None, None],
    }  # fmt: skip


def test_what_is_billed_so_far_is_no_difference() -> None:
    part = a_line("60", "11.40")

    assert differences(an_order(stage="shipped"), part)["Gross"] == [None, None]
    assert differences(an_order(), part)["Gross"] == [None, Decimal("-47.60")]


def test_each_amount_of_an_order_is_told_once_with_what_a_gift_card_has_paid() -> None:
    order = an_order(subtotal=Decimal(95), shipping_amount=Decimal(5), grand_total=Decimal(99))
    card = Amount("Gift card", Decimal(-20), "in SAP as ZGFT")

    told = amounts_of_order(order, Charged(Decimal(119), payments=[card]), [])

    assert [(row.name, row.cells[0].value) for row in told.rows] == [
        ("Subtotal", Decimal(95)), ("Shipping", Decimal(5)), ("Net", Decimal(100)),
        ("Tax", Decimal(19)), ("Gross", Decimal(119)), ("Gift card", Decimal(-20)),
        ("Left to pay", Decimal(99)), ("Paid", Decimal(0)),
    ]  # fmt: skip
    assert {len(row.cells) for row in told.rows} == {len(told.sides)}
