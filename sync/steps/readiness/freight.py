"""Whether SAP takes freight once: its condition types must be group conditions (sheet 13.8)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sync.sap.client import SapClient
from sync.sap.records import SapCondition, SapSalesOrderRequest, SapSimulation
from sync.steps.readiness.check_result import CheckResult, amber, green, red
from sync.told import told
from sync.translate.order_mapping import OrderMapping
from sync.translate.sap_prices import fixed_amount

TRIED = Decimal(10)
ITEMS = (10, 20)


def check_freight(
    name: str, sap: SapClient, request: SapSalesOrderRequest, mapping: OrderMapping
) -> CheckResult | None:
    """Tries two lines with freight of the whole order; None where the store charges no freight."""
    types = sorted({mapping.freight_condition, mapping.freight_tax_condition} - {""})
    if not types:
        return None
    answer = sap.simulate_sales_order(_two_lines(request, types))
    listed = " and ".join(types)
    look = told(
        "Look at {listed} in transaction V/06: each must be a group condition.", listed=listed
    )
    if not any(one.condition_type in types for one in answer.conditions):
        return amber(name, told("SAP told no price elements for {listed}.", listed=listed), look)
    copied = [one for one in types if _is_copied(answer, one)]
    if not copied:
        return green(name, told("SAP takes {listed} once for the whole order.", listed=listed))
    return red(
        name,
        told(
            "SAP copies {copied} to each line: not a group condition. An order of two lines "
            "would be charged its freight twice.",
            copied=" and ".join(copied),
        ),
        look,
    )


def _two_lines(request: SapSalesOrderRequest, types: list[str]) -> SapSalesOrderRequest:
    first = request.items[0]
    own = [one for one in request.conditions if one.item_number == first.item_number]
    return replace(
        request,
        items=tuple(replace(first, item_number=one, higher_level_item_number=0) for one in ITEMS),
        conditions=(
            *(replace(one, item_number=number) for number in ITEMS for one in own),
            *(_freight(one, request.currency) for one in types),
        ),
        texts=(),
    )


def _freight(condition_type: str, currency: str) -> SapCondition:
    return fixed_amount(0, condition_type, TRIED, currency)


def _is_copied(answer: SapSimulation, condition_type: str) -> bool:
    amounts = [
        one.amount
        for one in answer.conditions
        if one.condition_type == condition_type and one.item_number
    ]
    return len(amounts) > 1 and all(amount == TRIED for amount in amounts)
