"""Compares the price elements of an order: what each should add, and what it adds in SAP."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal

from sync.currencies import currency_decimals
from sync.names.sap import price_element_name
from sync.sap.records import SapCondition, SapSalesOrderRequest
from sync.told import told

Amounts = dict[tuple[int, str], Decimal]  # by item number (0 the header) and condition type
HALF_A_CENT = Decimal("0.005")  # lines are exact: only totals may be rounded otherwise
ZERO = Decimal(0)


def without_free(conditions: Sequence[SapCondition], added: Collection[int]) -> list[SapCondition]:
    """Without the price elements of added items that come to nothing: a price, and a discount of
    all of it."""
    comes_to: Amounts = defaultdict(Decimal)
    for one in conditions:
        if not one.is_tax:
            comes_to[one.item_number, ""] += one.amount or ZERO
    free = {number for number in added if not comes_to[number, ""]}
    return [one for one in conditions if one.is_tax or one.item_number not in free]


def element_differences(
    asked: SapSalesOrderRequest, read: Sequence[SapCondition], tolerance: Decimal
) -> list[dict[str, str]]:
    """Price, discount, freight and tax: what each element should add, and what it adds. Also every
    element that SAP adds unasked, except taxes, which it may determine itself, and its rounding.

    SAP spreads an element of the header over the items, so it is compared as a total.
    """
    of_header = header_types(asked)
    held, wanted = held_amounts(read, of_header), asked_amounts(asked)
    strange = {
        _place(one, of_header): one.currency
        for one in read
        if one.amount and not one.is_percentage and one.currency not in {"", asked.currency}
    }
    taxes = {one.condition_type for one in read if one.is_tax}
    # What SAP cannot hold is no difference: a yen has no hundredths.
    exact = HALF_A_CENT.scaleb(2 - currency_decimals(asked.currency))
    return (
        [
            difference(_amount_name(place), f"{amount:.2f}", f"{held[place]:.2f}")
            for place, amount in wanted.items()
            if abs(amount - held[place]) > (tolerance if place[1] in taxes else exact)
        ]
        + [
            difference(_amount_name(place), told("not sent"), f"{amount:.2f}")
            for place, amount in held.items()
            if place not in wanted and place[1] not in taxes and abs(amount) > tolerance
        ]
        + [
            difference(
                told("{element} currency", element=_amount_name(place)), asked.currency, currency
            )
            for place, currency in strange.items()
            if place in wanted
        ]
    )


def header_types(asked: SapSalesOrderRequest) -> set[str]:
    return {one.condition_type for one in asked.conditions if one.item_number == 0}


def asked_amounts(asked: SapSalesOrderRequest) -> Amounts:
    quantities = {item.item_number: item.quantity for item in asked.items}
    of_header = header_types(asked)
    wanted: Amounts = defaultdict(Decimal)
    for one in asked.conditions:
        share = one.value if one.is_fixed_amount else one.value * quantities[one.item_number]
        wanted[_place(one, of_header)] += share / one.per
    return wanted


def held_amounts(read: Sequence[SapCondition], of_header: set[str]) -> Amounts:
    """An element listed both for the header and for its items counts once."""
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
    name = price_element_name(condition_type)
    return f"item {item_number} {name}" if item_number else f"order {name}"


def difference(field: str, shop: str, sap: str) -> dict[str, str]:
    return {"field": field, "shop": shop, "sap": sap}
