"""What was asked of SAP against what a dry run says."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from sync.sap.records import SapCondition, SapSalesOrderItem, SapSalesOrderRequest, SapSimulation
from sync.translate.comparison import simulated_differences
from tests.sap.builders import a_request

CENT = Decimal("0.01")


def a_charged_request() -> SapSalesOrderRequest:
    """Two pieces at 19.90, 1.80 off, 5.00 freight, tax 7.22."""
    return a_request(
        conditions=(
            SapCondition(10, "PR00", Decimal("19.90"), "EUR", unit="ST"),
            SapCondition(10, "ZDIS", Decimal("-1.80"), "EUR", is_fixed_amount=True),
            SapCondition(10, "ZTAX", Decimal("7.22"), "EUR", is_fixed_amount=True),
            SapCondition(0, "HD00", Decimal("5.00"), "EUR", is_fixed_amount=True),
        )
    )


def held(item: int, kind: str, amount: str, *, is_tax: bool = False) -> SapCondition:
    return SapCondition(item, kind, Decimal(amount), "EUR", amount=Decimal(amount), is_tax=is_tax)


PRICED = (
    held(10, "PR00", "39.80"),
    held(10, "ZDIS", "-1.80"),
    held(10, "ZTAX", "7.22", is_tax=True),
)
LINE = SapSalesOrderItem(10, "000000000000004711", "", Decimal(2), "ST", Decimal("38.00"))


def a_simulation(*conditions: SapCondition, net_value: str, line: str = "38.00") -> SapSimulation:
    items = (replace(LINE, net_value=Decimal(line)),)
    return SapSimulation((), Decimal(net_value), "EUR", items, conditions)


def fields(simulation: SapSimulation) -> list[str]:
    return [row["field"] for row in simulated_differences(a_charged_request(), simulation, CENT)]


def test_a_dry_run_that_agrees_has_no_differences() -> None:
    assert fields(a_simulation(*PRICED, held(0, "HD00", "5.00"), net_value="43.00")) == []


def test_freight_spread_over_the_items_is_no_difference() -> None:
    simulation = a_simulation(*PRICED, held(10, "HD00", "5.00"), net_value="43.00", line="43.00")

    assert fields(simulation) == []


def test_freight_listed_for_the_header_and_its_items_counts_once() -> None:
    spread = (held(0, "HD00", "5.00"), held(10, "HD00", "5.00"))

    assert fields(a_simulation(*PRICED, *spread, net_value="43.00", line="43.00")) == []


def test_a_price_sap_found_itself_is_named_by_line_element_and_total() -> None:
    cheaper = (held(10, "PR00", "35.00"), *PRICED[1:], held(0, "HD00", "5.00"))
    simulation = a_simulation(*cheaper, net_value="38.20", line="33.20")

    found = simulated_differences(a_charged_request(), simulation, CENT)

    assert {"field": "item 10 price (PR00)", "shop": "39.80", "sap": "35.00"} in found
    assert {"field": "item 10 net value", "shop": "38.00", "sap": "33.20"} in found
    assert {"field": "order net value", "shop": "43.00", "sap": "38.20"} in found


def test_an_amount_in_another_currency_is_a_difference() -> None:
    discount = replace(held(10, "ZDIS", "-1.80"), currency="USD")
    simulation = a_simulation(PRICED[0], discount, PRICED[2], net_value="38.00")

    found = simulated_differences(a_charged_request(), simulation, CENT)

    assert {"field": "item 10 price element “ZDIS” currency", "shop": "EUR", "sap": "USD"} in found


def test_a_line_sap_adds_or_drops_is_a_difference() -> None:
    added = replace(LINE, item_number=20)
    simulation = SapSimulation(
        (), Decimal("43.00"), "EUR", (added,), (*PRICED, held(0, "HD00", "5"))
    )

    assert fields(simulation)[:2] == ["item 10", "item 20"]


@pytest.mark.parametrize("higher", [10, 0])
def test_goods_sap_adds_for_free_are_no_difference(higher: int) -> None:
    """Priced, and discounted by all of it."""
    free = replace(LINE, item_number=20, net_value=Decimal(0), higher_level_item_number=higher)
    both = a_simulation(
        *PRICED,
        held(0, "HD00", "5"),
        held(20, "PR00", "9.00"),
        held(20, "R100", "-9.00"),
        net_value="43.00",
    )

    assert fields(replace(both, items=(*both.items, free))) == []


def test_without_prices_there_is_nothing_to_compare() -> None:
    assert fields(SapSimulation((), None, "EUR")) == []
