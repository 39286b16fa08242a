"""Compares what was asked of SAP with what SAP holds: a difference names field and both values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sync.names.sap import order_type_name, unit_with_code
from sync.sap import abap
from sync.sap.records import (
    SapCondition,
    SapItemRequest,
    SapSalesOrder,
    SapSalesOrderItem,
    SapSalesOrderRequest,
    SapSimulation,
)
from sync.sap.units import internal_unit
from sync.told import told
from sync.translate.element_comparison import (
    Amounts,
    asked_amounts,
    difference,
    element_differences,
    header_types,
    held_amounts,
    without_free,
)
from sync.translate.partner_comparison import partner_differences
from sync.translate.payments_aside import prices_only

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Totals:
    """What the goods cost the customer, however they are paid, in the order's currency.
    ``tax_types`` are the condition types of our own taxes, whatever class SAP gives them."""

    net: Decimal
    tax: Decimal
    tax_types: frozenset[str] = frozenset()
    payment_types: frozenset[str] = frozenset()  # gift cards and the like: no part of the price
    rounding: Decimal = ZERO  # of the shop, contained in ``net``, which SAP was not asked for

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def differences_between(
    asked: SapSalesOrderRequest,
    read: SapSalesOrder,
    tolerance: Decimal,
    unit_keys: Mapping[str, str] | None = None,
    totals: Totals | None = None,
) -> list[dict[str, str]]:
    """Every field in which the SAP order differs from the web order; empty when they agree.

    ``tolerance`` is how much a total or a tax may be off, in the order's currency; prices are
    exact. ``unit_keys`` are the units this SAP system knows by other keys. ``totals`` are compared
    even where SAP determines the tax by itself (SAP sheet 13.9).
    """
    found = _headers(asked, read) + partner_differences(asked.partners, read.partners)
    held = {item.item_number: item for item in read.items}
    for item in asked.items:
        own = held.pop(item.item_number, None)
        found += _items(item, own)
        unit = internal_unit(item.unit, unit_keys or {})
        if own is not None and own.unit != unit:
            units = unit_with_code(unit), unit_with_code(own.unit)
            found.append(difference(told("item {item} unit", item=item.item_number), *units))
    found += _priced_additions(held.values())
    payments = totals.payment_types if totals is not None else frozenset()
    informing = [one for one in read.statistical_conditions if one.condition_type in payments]
    counting = without_free(read.conditions, held)
    found += element_differences(asked, [*counting, *informing], tolerance)
    held_totals = _held_totals(asked, read, totals) if totals is not None else None
    return found + _total_differences(totals, held_totals, tolerance)


def gross_of(read: SapSalesOrder) -> Decimal | None:
    """With tax; None where SAP gives no price elements."""
    if read.net_value and not read.conditions:
        return None
    taxes = [one for one in read.conditions if one.is_tax]
    return read.net_value + sum(held_amounts(taxes, set()).values(), ZERO)


def rounding_between(
    asked: SapSalesOrderRequest, read: SapSalesOrder, totals: Totals
) -> Decimal | None:
    """How much SAP's gross total is above the shop's; None where they are equal, or SAP gives no
    price elements."""
    held = _held_totals(asked, read, totals)
    return (held.gross - totals.gross or None) if held is not None else None


def simulated_differences(
    asked: SapSalesOrderRequest,
    simulation: SapSimulation,
    tolerance: Decimal,
    totals: Totals | None = None,
) -> list[dict[str, str]]:
    """Where the prices of a dry run differ from the web order; empty when they agree.

    Also empty where SAP gave no prices: then ``simulation.net_value`` is ``None``.
    """
    if simulation.net_value is None:
        return []
    if totals is not None:
        asked, simulation = prices_only(asked, simulation, totals.payment_types)
    priced = {item.item_number: item for item in simulation.items}
    found: list[dict[str, str]] = []
    for item in asked.items:
        found += _items(item, priced.get(item.item_number))
    sent = {item.item_number for item in asked.items}
    added = {number: extra for number, extra in priced.items() if number not in sent}
    found += _priced_additions(added.values())
    conditions = without_free(simulation.conditions, added)
    found += element_differences(asked, conditions, tolerance) if conditions else []
    found += _net_values(asked, simulation, tolerance)
    if totals is None:
        return found
    held = _simulated_totals(asked, simulation, totals)
    return found + _total_differences(totals, held, tolerance)


def _held_totals(asked: SapSalesOrderRequest, read: SapSalesOrder, totals: Totals) -> Totals | None:
    if not read.conditions and asked.conditions:
        return None
    return _told_totals(read.net_value, asked, read.conditions, totals)


def _simulated_totals(
    asked: SapSalesOrderRequest, simulation: SapSimulation, totals: Totals
) -> Totals:
    net = simulation.net_value or ZERO
    if any(one.is_tax for one in simulation.conditions):
        return _told_totals(net, asked, simulation.conditions, totals)
    return Totals(net, sum((item.tax_value or ZERO for item in simulation.items), ZERO))


def _told_totals(
    net: Decimal, asked: SapSalesOrderRequest, listed: Sequence[SapCondition], totals: Totals
) -> Totals:
    """A tax of ours that SAP keeps as a surcharge is part of its net value: it is taken out."""
    taxes = [one for one in listed if one.is_tax or one.condition_type in totals.tax_types]
    surcharges = [one for one in taxes if not one.is_tax]
    of_header = header_types(asked)

    def total(conditions: Sequence[SapCondition]) -> Decimal:
        return sum(held_amounts(conditions, of_header).values(), ZERO)

    return Totals(net - total(surcharges), total(taxes))


def _total_differences(
    ours: Totals | None, theirs: Totals | None, tolerance: Decimal
) -> list[dict[str, str]]:
    if ours is None or theirs is None:
        return []
    pairs = [
        (told("order net total"), ours.net, theirs.net),
        (told("order tax total"), ours.tax, theirs.tax),
        (told("order gross total"), ours.gross, theirs.gross),
    ]
    return [
        difference(name, f"{mine:.2f}", f"{other:.2f}")
        for name, mine, other in pairs
        if abs(mine - other) > max(tolerance, abs(ours.rounding))
    ]


def _net_values(
    asked: SapSalesOrderRequest, simulation: SapSimulation, tolerance: Decimal
) -> list[dict[str, str]]:
    """Net of each line and of the order; header charges that SAP spread over lines count there."""
    taxes = {one.condition_type for one in simulation.conditions if one.is_tax}
    wanted = {
        place: amount for place, amount in asked_amounts(asked).items() if place[1] not in taxes
    }
    of_header = header_types(asked)
    spread: dict[int, Decimal] = defaultdict(Decimal)
    for one in simulation.conditions:
        if one.item_number and one.condition_type in of_header - taxes:
            spread[one.item_number] += one.amount or Decimal(0)
    pairs = [
        (told("item {item} net value", item=item.item_number),
         _of_item(wanted, item.item_number) + spread[item.item_number], item.net_value)
        for item in simulation.items
    ]  # fmt: skip
    total = sum(wanted.values(), Decimal(0))
    pairs.append((told("order net value"), total, simulation.net_value or Decimal(0)))
    return [
        difference(name, f"{ours:.2f}", f"{theirs:.2f}")
        for name, ours, theirs in pairs
        if abs(ours - theirs) > tolerance
    ]


def _of_item(amounts: Amounts, item_number: int) -> Decimal:
    return sum((value for place, value in amounts.items() if place[0] == item_number), Decimal(0))


def _headers(asked: SapSalesOrderRequest, read: SapSalesOrder) -> list[dict[str, str]]:
    pairs = [
        (told("currency"), asked.currency, read.currency),
        (told("order type"), order_type_name(asked.order_type), order_type_name(read.order_type)),
        (told("sales organization"), asked.sales_organization, read.sales_organization),
    ]
    return [difference(name, ours, theirs) for name, ours, theirs in pairs if ours != theirs]


def _items(asked: SapItemRequest, read: SapSalesOrderItem | None) -> list[dict[str, str]]:
    item = asked.item_number
    if read is None:
        name = told("item {item}", item=item)
        return [difference(name, f"{asked.material} × {asked.quantity.normalize():f}", "")]
    found = []
    if not asked.ean and _material(read.material) != _material(asked.material):
        found.append(
            difference(told("item {item} material", item=item), asked.material, read.material)
        )
    if read.quantity != asked.quantity:
        found.append(
            difference(
                told("item {item} quantity", item=item),
                f"{asked.quantity.normalize():f}",
                f"{read.quantity.normalize():f}",
            )
        )
    return found


def _priced_additions(added: Iterable[SapSalesOrderItem]) -> list[dict[str, str]]:
    """Free goods and parts of a set, which SAP adds by itself, are no difference (sheet 13.5)."""
    return [
        difference(
            told("item {item}", item=one.item_number),
            "",
            f"{one.material} × {one.quantity.normalize():f}",
        )
        for one in added
        if one.net_value and not one.higher_level_item_number
    ]


def _material(number: str) -> str:
    """SAP pads numeric materials with zeros and keeps all of them in capitals."""
    return abap.capitals(abap.without_alpha(number))
