"""Tells a person why an order's sums do not match what was charged, with the figures. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol

from sync.causes.orders import OrderCause
from sync.errors import MappingMissing, SyncError, UnexpectedRecord
from sync.magento.records import MagentoOrder, MagentoOrderItem
from sync.mapping_tables import MappingTable
from sync.told import told
from sync.translate.further_amounts import FurtherEntry, unexplained

ZERO = Decimal(0)
MOST_NAMED = 5


class Summed(Protocol):
    """The amounts of an order, as far as this module has to name them."""

    @property
    def total(self) -> Decimal: ...
    @property
    def freight(self) -> Decimal: ...
    @property
    def freight_discount(self) -> Decimal: ...
    @property
    def freight_tax(self) -> Decimal: ...


CHARGED = told(
    "The shop charges {amount:f} {currency} as “{name}” on order {order}, and no mapping says what "
    "becomes of it in SAP."
)
TAKEN_OFF = told(
    "The shop takes off {amount:f} {currency} as “{name}” on order {order}, and no mapping says "
    "what becomes of it in SAP."
)


def does_not_add_up(
    order: MagentoOrder,
    amounts: Summed,
    charged: Decimal,
    counted: Sequence[MagentoOrderItem],
    entries: Iterable[FurtherEntry],
) -> SyncError:
    """``MappingMissing`` where one amount the mappings do not know explains the difference."""
    remainder = charged - amounts.total
    others = unexplained(order, entries)
    explaining = [name for name, amount in others.items() if abs(amount) == abs(remainder)]
    if len(explaining) == 1:
        return _unmapped(order, explaining[0], remainder)
    message = _figures(order, amounts, charged)
    if fixed := sum((item.fixed_product_tax for item in counted), ZERO):
        message = told(
            "{figures} The shop charges {fixed} {currency} of it as fixed product tax (a recycling "
            "fee, say), which the portal does not carry. Enter this order in SAP by hand.",
            figures=message,
            fixed=fixed,
            currency=order.order_currency_code,
        )
    elif others:
        named = ", ".join(f"{name} {amount:f}" for name, amount in [*others.items()][:MOST_NAMED])
        message = told(
            "{figures} The order also carries {named}, which no mapping accounts for.",
            figures=message,
            named=named,
        )
    return UnexpectedRecord(message, cause=OrderCause.TOTAL, reference=order.increment_id)


def _unmapped(order: MagentoOrder, name: str, remainder: Decimal) -> MappingMissing:
    sentence = CHARGED if remainder > 0 else TAKEN_OFF
    return MappingMissing(
        told(
            sentence,
            amount=abs(remainder),
            currency=order.order_currency_code,
            name=name,
            order=order.increment_id,
        ),
        MappingTable.AMOUNT,
        name,
        reference=order.increment_id,
    )


def _figures(order: MagentoOrder, amounts: Summed, charged: Decimal) -> str:
    currency = order.order_currency_code
    lines = amounts.total - amounts.freight + amounts.freight_discount - amounts.freight_tax
    figures = told(
        "The lines of order {order} add up to {sum}, the shop says "
        "{charged} {currency}: {rest:f} {currency} are not explained.",
        order=order.increment_id,
        sum=amounts.total,
        charged=charged,
        currency=currency,
        rest=charged - amounts.total,
    )
    if amounts.freight or amounts.freight_tax:
        return told(
            "{figures} Lines and fees {lines:f}, freight {freight:f}, discount on it {less:f}, tax "
            "on it {tax:f}; the order's whole discount is {discount:f}.",
            figures=figures,
            lines=lines,
            freight=amounts.freight,
            less=amounts.freight_discount,
            tax=amounts.freight_tax,
            discount=abs(order.discount_amount),
        )
    return figures
