"""What was asked of SAP against what SAP holds: each difference names the field and both values."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from sync.sap.records import (
    SapCondition,
    SapItemRequest,
    SapSalesOrder,
    SapSalesOrderItem,
    SapSalesOrderRequest,
)


def differences_between(
    asked: SapSalesOrderRequest, read: SapSalesOrder, tolerance: Decimal
) -> list[dict[str, str]]:
    """Every field in which the SAP order is not what the web order says; empty when it agrees.

    ``tolerance`` is what an amount may be off, in the order's currency.
    """
    found = _headers(asked, read)
    held = {item.item_number: item for item in read.items}
    for item in asked.items:
        found += _items(item, held.pop(item.item_number, None))
    found += [
        _difference(f"item {number}", "", f"{extra.material} × {extra.quantity.normalize():f}")
        for number, extra in held.items()
    ]
    return found + _amounts(asked, read, tolerance)


def _headers(asked: SapSalesOrderRequest, read: SapSalesOrder) -> list[dict[str, str]]:
    pairs = [
        ("currency", asked.currency, read.currency),
        ("order type", asked.order_type, read.order_type),
        ("sales organization", asked.sales_organization, read.sales_organization),
    ]
    return [_difference(name, ours, theirs) for name, ours, theirs in pairs if ours != theirs]


def _items(asked: SapItemRequest, read: SapSalesOrderItem | None) -> list[dict[str, str]]:
    name = f"item {asked.item_number}"
    if read is None:
        return [_difference(name, f"{asked.material} × {asked.quantity.normalize():f}", "")]
    found = []
    if _material(read.material) != _material(asked.material):
        found.append(_difference(f"{name} material", asked.material, read.material))
    if read.quantity != asked.quantity:
        found.append(
            _difference(
                f"{name} quantity",
                f"{asked.quantity.normalize():f}",
                f"{read.quantity.normalize():f}",
            )
        )
    return found


def _amounts(
    asked: SapSalesOrderRequest, read: SapSalesOrder, tolerance: Decimal
) -> list[dict[str, str]]:
    """Price, discount, freight and tax: what each element was to add, and what it adds.

    SAP spreads an element of the header over the items, so it is compared as a total.
    """
    quantities = {item.item_number: item.quantity for item in asked.items}
    of_header = {one.condition_type for one in asked.conditions if one.item_number == 0}
    wanted: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for one in asked.conditions:
        share = one.value if one.is_fixed_amount else one.value * quantities[one.item_number]
        wanted[_place(one, of_header)] += share / one.per
    held: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for one in read.conditions:
        held[_place(one, of_header)] += one.amount or Decimal(0)
    return [
        _difference(_amount_name(place), f"{amount:.2f}", f"{held[place]:.2f}")
        for place, amount in wanted.items()
        if abs(amount - held[place]) > tolerance
    ]


def _place(condition: SapCondition, of_header: set[str]) -> tuple[int, str]:
    kind = condition.condition_type
    return (0 if kind in of_header else condition.item_number, kind)


def _amount_name(place: tuple[int, str]) -> str:
    item_number, condition_type = place
    return f"item {item_number} {condition_type}" if item_number else f"order {condition_type}"


def _material(number: str) -> str:
    """SAP pads numeric materials with zeros and keeps all of them in capitals."""
    return number.upper().lstrip("0")


def _difference(field: str, shop: str, sap: str) -> dict[str, str]:
    return {"field": field, "shop": shop, "sap": sap}
