"""What an order costs in the shop, in the SAP order and as billed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sync.models import BillingDocumentLine, SalesOrder, Shop
from sync.views.amounts import amounts_of

SHOP = Shop(amount_tolerance=Decimal("0.02"))


def an_order(**values: Any) -> SalesOrder:
    known = {"tax_amount": Decimal(19), "sap_net_value": Decimal(100), "stage": "complete"}
    return SalesOrder(shop=SHOP, **(known | values))


def a_line(net: str, tax: str) -> BillingDocumentLine:
    return BillingDocumentLine(net_value=Decimal(net), tax_value=Decimal(tax))


def differences(order: SalesOrder, *lines: BillingDocumentLine) -> dict[str, list[Any]]:
    rows = amounts_of(order, Decimal(119), lines)
    return {row.name: [one.differs_by for one in row.others] for row in rows}


def test_net_stands_beside_net_and_gross_beside_gross() -> None:
    rows = amounts_of(an_order(), Decimal(119), [a_line("60", "11.40"), a_line("40", "7.60")])

    told = {row.name: [row.shop, *(one.value for one in row.others)] for row in rows}
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
