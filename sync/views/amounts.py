"""What an order costs in the shop, in the SAP order and as billed: net beside net, gross beside
gross."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sync.models import BillingDocumentLine, SalesOrder

Amount = Decimal | None


@dataclass(frozen=True, slots=True)
class Compared:
    """An amount beside the shop's; None where that side does not tell it."""

    side: str
    value: Amount
    differs_by: Amount = None


@dataclass(frozen=True, slots=True)
class AmountRow:
    name: str
    shop: Decimal
    others: Sequence[Compared]


def amounts_of(
    order: SalesOrder, charged: Decimal, billed: Iterable[BillingDocumentLine]
) -> list[AmountRow]:
    """``billed`` are the order's lines of valid invoices. What SAP has billed is compared once the
    order is complete: until then it is a part."""
    lines = list(billed)
    net = sum((line.net_value for line in lines), Decimal(0)) if lines else None
    tax = sum((line.tax_value for line in lines), Decimal(0)) if lines else None
    gross = None if net is None or tax is None else net + tax
    shop_tax = order.tax_amount
    return [
        _row(order, "Net", charged - shop_tax, order.sap_net_value, net),
        _row(order, "Tax", shop_tax, None, tax),
        _row(order, "Gross", charged, None, gross),
    ]


def _row(order: SalesOrder, name: str, shop: Decimal, in_sap: Amount, billed: Amount) -> AmountRow:
    is_complete = order.stage == SalesOrder.Stage.COMPLETE
    tolerance = order.shop.amount_tolerance
    return AmountRow(
        name,
        shop,
        [
            Compared("SAP order", in_sap, _difference(shop, in_sap, tolerance)),
            Compared(
                "Billed", billed, _difference(shop, billed, tolerance) if is_complete else None
            ),
        ],
    )


def _difference(shop: Decimal, other: Amount, tolerance: Decimal) -> Amount:
    if other is None or abs(other - shop) <= tolerance:
        return None
    return other - shop
