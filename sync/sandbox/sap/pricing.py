"""Prices of a sales order: what each condition comes to, net and tax of items and header."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from .customising import ConditionType, Customising
from .documents import ZERO, Condition, OrderItem, SalesOrder


def rounded(amount: Decimal, decimals: int) -> Decimal:
    """Commercially rounded to the currency's decimals."""
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def price_order(order: SalesOrder, customising: Customising, *, is_grouped: bool = True) -> None:
    """Set condition amounts, net and tax of items and header; rejected items count nothing.

    Without ``is_grouped`` the freight is no group condition: each item gets the whole amount.
    """
    if not is_grouped:
        _copy_freight(order, customising)
    decimals = customising.decimals(order.currency)
    for item in order.items:
        _price_item(order, item, customising, decimals)
    live = [item for item in order.items if not item.rejection_reason]
    freight, freight_tax = header_charges(order, customising)
    order.net_value = sum((item.net_value for item in live), freight)
    order.tax_value = sum((item.tax_value for item in live), freight_tax)


def header_charges(order: SalesOrder, customising: Customising) -> tuple[Decimal, Decimal]:
    """Freight (and other header amounts) and its tax."""
    decimals = customising.decimals(order.currency)
    totals = {"freight": ZERO, "freight_tax": ZERO}
    for condition in order.conditions:
        role = customising.condition_types[condition.condition_type].role
        if role in totals:
            condition.amount = rounded(condition.value, decimals)
            totals[role] += condition.amount
    return totals["freight"], totals["freight_tax"]


def _copy_freight(order: SalesOrder, customising: Customising) -> None:
    types = customising.condition_types
    copied = [
        c
        for c in order.conditions
        if c.item_number == 0 and types[c.condition_type].role in ("freight", "freight_tax")
    ]
    order.conditions = [c for c in order.conditions if c not in copied] + [
        replace(c, item_number=item.item_number) for c in copied for item in order.items
    ]


def _price_item(
    order: SalesOrder, item: OrderItem, customising: Customising, decimals: int
) -> None:
    own = [c for c in order.conditions if c.item_number == item.item_number]
    types = customising.condition_types
    gross = ZERO
    for condition in own:
        if types[condition.condition_type].role == "price":
            condition.amount = _amount(condition, item.quantity, ZERO, types)
            gross += condition.amount
    net = gross
    for condition in own:
        if types[condition.condition_type].role == "discount":
            condition.amount = rounded(_amount(condition, item.quantity, gross, types), decimals)
            net += condition.amount
    item.net_value = rounded(net, decimals)
    taxes = [c for c in own if types[c.condition_type].role == "tax"]
    for condition in taxes:
        condition.amount = rounded(
            _amount(condition, item.quantity, item.net_value, types), decimals
        )
    item.tax_value = sum((c.amount for c in taxes), ZERO)


def _amount(
    condition: Condition, quantity: Decimal, base: Decimal, types: dict[str, ConditionType]
) -> Decimal:
    calculation = types[condition.condition_type].calculation
    if calculation == "per_unit":
        return condition.value / (condition.per or Decimal(1)) * quantity
    if calculation == "percent":
        return base * condition.value / 100
    return condition.value
