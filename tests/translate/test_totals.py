"""Verified means: every price element that counts was asked for, and net, tax and gross agree."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from sync.sap.order_reading import active_conditions
from sync.sap.records import SapCondition, SapSalesOrder, SapSalesOrderItem
from sync.translate.comparison import Totals, differences_between, rounding_between
from tests.translate.test_comparison import PRICED, a_charged_request, held

OURS = Totals(Decimal("43.00"), Decimal("7.22"))
ROUNDED = Decimal("0.02")
ALL = (*PRICED, held(0, "HD00", "5.00"))


def an_order(*conditions: SapCondition, net_value: str = "43.00") -> SapSalesOrder:
    request = a_charged_request()
    (item,) = request.items
    line = SapSalesOrderItem(10, item.material, "", item.quantity, item.unit, Decimal(net_value))
    return SapSalesOrder(
        sap_sales_order_number="0000000042", customer_reference=request.customer_reference,
        order_type=request.order_type, sales_organization=request.sales_organization,
        sold_to="", currency="EUR", net_value=Decimal(net_value), created_date=None,
        delivery_status="", billing_status="", overall_status="", rejection_status="",
        items=(line,), conditions=conditions, flow=(),
    )  # fmt: skip


def told(order: SapSalesOrder, totals: Totals = OURS) -> dict[str, tuple[str, str]]:
    rows = differences_between(a_charged_request(), order, ROUNDED, None, totals)
    return {row["field"]: (row["shop"], row["sap"]) for row in rows if "item 10 unit" not in row}


def test_an_order_as_asked_for_agrees() -> None:
    assert told(an_order(*ALL)) == {}


def test_a_price_sap_found_by_itself_is_named() -> None:
    found = told(an_order(*ALL, held(10, "PR01", "25.00"), net_value="68.00"))

    assert found["item 10 price element “PR01”"] == ("not sent", "25.00")
    assert found["order net total"] == ("43.00", "68.00")


def test_a_tax_sap_determined_counts_by_its_sum_alone() -> None:
    by_sap = [one for one in ALL if one.condition_type != "ZTAX"]
    request = a_charged_request()
    request = replace(
        request,
        conditions=tuple(one for one in request.conditions if one.condition_type != "ZTAX"),
    )
    right = an_order(*by_sap, held(10, "MWST", "7.22", is_tax=True))
    missing = an_order(*by_sap)

    assert differences_between(request, right, ROUNDED, None, OURS) == []
    fields = [row["field"] for row in differences_between(request, missing, ROUNDED, None, OURS)]
    assert fields == ["order tax total", "order gross total"]


def test_a_tax_of_ours_that_sap_keeps_as_a_surcharge_is_still_a_tax() -> None:
    surcharge = [replace(one, is_tax=False) for one in ALL]
    ours = replace(OURS, tax_types=frozenset({"ZTAX"}))

    assert told(an_order(*surcharge, net_value="50.22"), ours) == {}


@pytest.mark.parametrize(("off", "is_told"), [("0.01", False), ("0.02", False), ("0.03", True)])
def test_totals_may_be_rounded_otherwise_by_two_cents(off: str, is_told: bool) -> None:
    ours = replace(OURS, net=OURS.net + Decimal(off))

    assert bool(told(an_order(*ALL), ours)) is is_told
    assert rounding_between(a_charged_request(), an_order(*ALL), ours) == -Decimal(off)


def test_the_price_of_a_line_is_exact() -> None:
    dearer = (held(10, "PR00", "39.81"), *ALL[1:])

    assert told(an_order(*dearer))["item 10 price (PR00)"] == ("39.80", "39.81")


def test_the_rounding_of_sap_itself_is_within_the_tolerance() -> None:
    assert told(an_order(*ALL, held(10, "DIFF", "0.02"))) == {}
    assert "item 10 rounding (DIFF)" in told(an_order(*ALL, held(10, "DIFF", "0.03")))


def test_what_a_currency_without_decimals_cannot_hold_is_no_difference() -> None:
    yen = replace(
        a_charged_request(),
        currency="JPY",
        conditions=(SapCondition(10, "PR00", Decimal("476.19"), "JPY", unit="ST"),),
    )
    read = SapCondition(10, "PR00", Decimal(476), "JPY", amount=Decimal(952))
    order = replace(an_order(read, net_value="952"), currency="JPY")

    fields = {row["field"] for row in differences_between(yen, order, ROUNDED)}
    assert "item 10 price (PR00)" not in fields


@pytest.mark.parametrize("flag", ["STAT_CON", "CONDISACTI"])
def test_statistical_and_overruled_elements_do_not_count(flag: str) -> None:
    row = {"ITM_NUMBER": "000010", "COND_TYPE": "VPRS", "COND_VALUE": Decimal(9), "CURRENCY": "EUR"}

    assert active_conditions([{**row, flag: "X"}]) == ()
    assert len(active_conditions([row])) == 1
