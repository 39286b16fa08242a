"""What a customer was charged, and what of it a gift card or credit has paid, for finance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sync.errors import UnexpectedRecord
from sync.mapping.for_order import further_of
from sync.mirrors.web_orders import stored_web_order
from sync.models import AmountMapping, SalesOrder
from sync.told import told
from sync.translate.further_amounts import FurtherAmount, further_amounts


@dataclass(frozen=True, slots=True)
class Amount:
    """In order currency; a payment is taken off and so below 0."""

    name: str
    amount: Decimal
    in_sap: str


@dataclass(frozen=True, slots=True)
class Charged:
    total: Decimal
    fees: Sequence[Amount] = field(default_factory=list)
    payments: Sequence[Amount] = field(default_factory=list)


def charged_of(order: SalesOrder) -> Charged:
    """Only the total where the shop's answer cannot be read."""
    web_order = stored_web_order(order)
    if web_order is None:
        return Charged(order.grand_total)
    entries = further_of(AmountMapping.objects.filter(shop=order.shop_id), order)
    try:
        found = further_amounts(web_order, entries)
    except UnexpectedRecord:
        return Charged(order.grand_total)
    return Charged(
        order.grand_total + sum((one.paid for one in found), Decimal(0)),
        [Amount(one.name, one.amount, _in_sap(one)) for one in found if one.is_fee],
        [Amount(one.name, -one.amount, _in_sap(one)) for one in found if not one.is_fee],
    )


def _in_sap(one: FurtherAmount) -> str:
    if one.entry is None:
        return told("nobody has said what becomes of it in SAP")
    if one.condition_type:
        return told("in SAP as {condition}", condition=one.condition_type)
    return told("not in SAP: its order keeps the full amount")
