"""What was asked of SAP against what SAP holds: each difference names the field and both values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from sync.sap.records import (
    SapCondition,
    SapItemRequest,
    SapSalesOrder,
    SapSalesOrderItem,
    SapSalesOrderRequest,
    SapSimulation,
)
from sync.sap.units import internal_unit
from sync.translate.partner_comparison import partner_differences

Amounts = dict[tuple[int, str], Decimal]  # by item number (0 the header) and condition type


def differences_between(
    asked: SapSalesOrderRequest,
    read: SapSalesOrder,
    tolerance: Decimal,
    unit_keys: Mapping[str, str] | None = None,
) -> list[dict[str, str]]:
    """Every field in which the SAP order is not what the web order says; empty when it agrees.

    ``tolerance`` is what an amount may be off, in the order's currency; ``unit_keys`` are the
    units this SAP system knows by other keys.
    """
    found = _headers(asked, read) + partner_differences(asked.partners, read.partners)
    held = {item.item_number: item for item in read.items}
    for item in asked.items:
        own = held.pop(item.item_number, None)
        found += _items(item, own)
        unit = internal_unit(item.unit, unit_keys or {})
        if own is not None and own.unit != unit:
            found.append(_difference(f"item {item.item_number} unit", unit, own.unit))
    found += [
        _difference(f"item {number}", "", f"{extra.material} × {extra.quantity.normalize():f}")
        for number, extra in held.items()
    ]
    return found + _amounts(asked, read.conditions, tolerance)


def simulated_differences(
    asked: SapSalesOrderRequest, simulation: SapSimulation, tolerance: Decimal
) -> list[dict[str, str]]:
    """Where the prices of a dry run are not what the web order says; empty when they agree.

    Empty too where SAP told no prices: ``simulation.net_value`` is ``None`` then.
    """
    if simulation.net_value is None:
        return []
    told = {item.item_number: item for item in simulation.items}
    found: list[dict[str, str]] = []
    for item in asked.items:
        found += _items(item, told.get(item.item_number))
    found += [
        _difference(f"item {number}", "", f"{extra.material} × {extra.quantity.normalize():f}")
        for number, extra in told.items()
        if number not in {item.item_number for item in asked.items}
    ]
    found += _amounts(asked, simulation.conditions, tolerance) if simulation.conditions else []
    return found + _net_values(asked, simulation, tolerance)


def _net_values(
    asked: SapSalesOrderRequest, simulation: SapSimulation, tolerance: Decimal
) -> list[dict[str, str]]:
    """Net by line and of the order; with what SAP spread over the lines counted to each."""
    taxes = {one.condition_type for one in simulation.conditions if one.is_tax}
    wanted = {
        place: amount for place, amount in _asked_amounts(asked).items() if place[1] not in taxes
    }
    of_header = _header_types(asked)
    spread: dict[int, Decimal] = defaultdict(Decimal)
    for one in simulation.conditions:
        if one.item_number and one.condition_type in of_header - taxes:
            spread[one.item_number] += one.amount or Decimal(0)
    pairs = [
        (f"item {item.item_number} net value",
         _of_item(wanted, item.item_number) + spread[item.item_number], item.net_value)
        for item in simulation.items
    ]  # fmt: skip
    total = sum(wanted.values(), Decimal(0))
    pairs.append(("order net value", total, simulation.net_value or Decimal(0)))
    return [
        _difference(name, f"{ours:.2f}", f"{theirs:.2f}")
        for name, ours, theirs in pairs
        if abs(ours - theirs) > tolerance
    ]


def _of_item(amounts: Amounts, item_number: int) -> Decimal:
    return sum((value for place, value in amounts.items() if place[0] == item_number), Decimal(0))


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
    if not asked.ean and _material(read.material) != _material(asked.material):
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
    asked: SapSalesOrderRequest, read: Sequence[SapCondition], tolerance: Decimal
) -> list[dict[str, str]]:
    """Price, discount, freight and tax: what each element was to add, and what it adds.

    SAP spreads an element of the header over the items, so it is compared as a total.
    """
    of_header = _header_types(asked)
    held, wanted = _held_amounts(read, of_header), _asked_amounts(asked)
    strange = {
        _place(one, of_header): one.currency
        for one in read
        if one.amount and not one.is_percentage and one.currency not in {"", asked.currency}
    }
    return [
        _difference(_amount_name(place), f"{amount:.2f}", f"{held[place]:.2f}")
        for place, amount in wanted.items()
        if abs(amount - held[place]) > tolerance
    ] + [
        _difference(f"{_amount_name(place)} currency", asked.currency, currency)
        for place, currency in strange.items()
        if place in wanted
    ]


def _header_types(asked: SapSalesOrderRequest) -> set[str]:
    return {one.condition_type for one in asked.conditions if one.item_number == 0}


def _asked_amounts(asked: SapSalesOrderRequest) -> Amounts:
    quantities = {item.item_number: item.quantity for item in asked.items}
    of_header = _header_types(asked)
    wanted: Amounts = defaultdict(Decimal)
    for one in asked.conditions:
        share = one.value if one.is_fixed_amount else one.value * quantities[one.item_number]
        wanted[_place(one, of_header)] += share / one.per
    return wanted


def _held_amounts(read: Sequence[SapCondition], of_header: set[str]) -> Amounts:
    """What SAP counts; an element listed for the header and its items counts once."""
    spread = {one.condition_type for one in read if one.item_number}
    held: Amounts = defaultdict(Decimal)
    for one in read:
        if one.item_number or one.condition_type not in spread:
            held[_place(one, of_header)] += one.amount or Decimal(0)
    return held


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
