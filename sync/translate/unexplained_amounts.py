"""Tells a person why an order's sums do not match what was charged, with the figures. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol

from sync.causes.orders import OrderCause
from sync.errors import MappingMissing, SyncError, UnexpectedRecord
from sync.magento.records import MagentoOrder, MagentoOrderItem
from sync.mapping_tables import MappingTable
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
        message += (
            f" The shop charges {fixed} {order.order_currency_code} of it as fixed product tax (a "
            "recycling fee, say), which the portal does not carry. Enter this order in SAP by hand."
        )
    elif others:
        named = ", ".join(f"{name} {amount:f}" for name, amount in [*others.items()][:MOST_NAMED])
        message += f" The order also carries {named}, which no mapping accounts for."
    return UnexpectedRecord(message, cause=OrderCause.TOTAL, reference=order.increment_id)


def _unmapped(order: MagentoOrder, name: str, remainder: Decimal) -> MappingMissing:
    currency = order.order_currency_code
    what = "charges" if remainder > 0 else "takes off"
    return MappingMissing(
        f"The shop {what} {abs(remainder):f} {currency} as “{name}” on order "
        f"{order.increment_id}, and no mapping says what becomes of it in SAP.",
        MappingTable.AMOUNT,
        name,
        reference=order.increment_id,
    )


def _figures(order: MagentoOrder, amounts: Summed, charged: Decimal) -> str:
    currency = order.order_currency_code
    lines = amounts.total - amounts.freight + amounts.freight_discount - amounts.freight_tax
    message = (
        f"The lines of order {order.increment_id} add up to {amounts.total}, the shop says "
        f"{charged} {currency}: {charged - amounts.total:f} {currency} are not explained."
    )
    if amounts.freight or amounts.freight_tax:
        message += (
            f" Lines and fees {lines:f}, freight {amounts.freight:f}, discount on it "
            f"{amounts.freight_discount:f}, tax on it {amounts.freight_tax:f}; the order's whole "
            f"discount is {abs(order.discount_amount):f}."
        )
    return message
