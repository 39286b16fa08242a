"""SAP records to mirror values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from sync.sap.records import (
    SapBillingDocument,
    SapBillingItem,
    SapDelivery,
    SapDeliveryItem,
    SapSalesOrder,
)
from sync.translate import sap_values
from sync.translate.sap_values import DeliverySources, outbound_delivery_values, tracking_numbers

FLOW_TIME = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SEEN_TIME = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PLANNED_TIME = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SOURCES = DeliverySources(
    tracking=("bill_of_lading", "handling_unit_2"),
    carrier=("forwarding_agent", "shipping_type"),
    time_zone="UTC",
)


def a_delivery(**changes: Any) -> SapDelivery:
    delivery = SapDelivery(
        delivery_number="0080000001",
        created_date=date(2026, 3, 1),
        shipping_point="1000",
        ship_to="0000100001",
        picking_status="C",
        goods_movement_status="C",
        billing_status="A",
        planned_picking_at=PLANNED_TIME,
        goods_issue_date=date(2026, 3, 2),
        goods_issue_time=time(14, 30),
        bill_of_lading="1Z999",
        external_delivery_id="EXT1",
        means_of_transport_id="TRUCK7",
        shipping_type="01",
        route="R00001",
        forwarding_agent="0000300001",
        handling_units=(("00000000000000004711", "PARCEL-A"), ("00000000000000004712", "PARCEL-B")),
        items=(),
    )
    return replace(delivery, **changes)


def test_the_pick_time_of_the_document_flow_comes_first() -> None:
    delivery = a_delivery(picked_at_from_flow=FLOW_TIME)

    values = outbound_delivery_values(delivery, sources=SOURCES, first_seen_picked_at=SEEN_TIME)

    assert (values["picked_at"], values["pick_time_source"]) == (FLOW_TIME, "flow")


def test_without_a_flow_record_the_pick_time_is_when_it_was_first_seen_picked() -> None:
    values = outbound_delivery_values(a_delivery(), sources=SOURCES, first_seen_picked_at=SEEN_TIME)

    assert (values["picked_at"], values["pick_time_source"]) == (SEEN_TIME, "first_seen")


def test_the_planned_time_is_never_taken_for_a_pick_time() -> None:
    values = outbound_delivery_values(a_delivery(), sources=SOURCES)

    assert (values["picked_at"], values["pick_time_source"]) == (None, "")
    assert values["planned_picking_at"] == PLANNED_TIME


@pytest.mark.parametrize("status", ["", "A", "B"])
def test_a_delivery_not_fully_picked_has_no_pick_time(status: str) -> None:
    delivery = a_delivery(picking_status=status, picked_at_from_flow=FLOW_TIME)

    values = outbound_delivery_values(delivery, sources=SOURCES)

    assert (values["picking_status"], values["picked_at"]) == (status, None)


def test_a_source_of_pick_time_can_be_switched_off() -> None:
    sources = replace(SOURCES, pick_time=("first_seen",))

    values = outbound_delivery_values(
        a_delivery(picked_at_from_flow=FLOW_TIME), sources=sources, first_seen_picked_at=SEEN_TIME
    )

    assert values["pick_time_source"] == "first_seen"


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("CET", datetime(2026, 3, 2, 13, 30, tzinfo=UTC)),
        ("", datetime(2026, 3, 2, 14, 30, tzinfo=UTC)),
        ("NOZONE", datetime(2026, 3, 2, 14, 30, tzinfo=UTC)),
    ],
)
def test_goods_issue_is_read_in_the_zone_sap_names(zone: str, expected: datetime) -> None:
    values = outbound_delivery_values(
        a_delivery(goods_issue_zone=zone), sources=replace(SOURCES, time_zone="UTC")
    )

    assert values["goods_issued_at"] == expected


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        (date(2026, 3, 2), time(14, 30), datetime(2026, 3, 2, 13, 30, tzinfo=UTC)),
        (date(2026, 7, 2), time(14, 30), datetime(2026, 7, 2, 12, 30, tzinfo=UTC)),
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_goods_issue_follows_summer_time(day: date, clock: time, expected: datetime) -> None:
    delivery = a_delivery(goods_issue_date=day, goods_issue_time=clock)

    values = outbound_delivery_values(delivery, sources=replace(SOURCES, time_zone="Europe/Berlin"))

    assert values["goods_issued_at"] == expected


def test_goods_issue_at_the_end_of_the_day_is_the_next_midnight() -> None:
    delivery = a_delivery(goods_issue_time=time(0), goods_issue_ends_day=True)

    values = outbound_delivery_values(delivery, sources=SOURCES)

    assert values["goods_issued_at"] == datetime(2026, 3, 3, tzinfo=UTC)


def test_goods_issue_without_a_time_keeps_its_date_only() -> None:
    values = outbound_delivery_values(a_delivery(goods_issue_time=None), sources=SOURCES)

    assert (values["goods_issue_date"], values["goods_issued_at"]) == (date(2026, 3, 2), None)


def test_without_a_time_goods_issue_is_dated_by_the_document_flow() -> None:
    delivery = a_delivery(goods_issue_time=None, goods_issued_at_from_flow=FLOW_TIME)

    values = outbound_delivery_values(delivery, sources=SOURCES)

    assert values["goods_issued_at"] == FLOW_TIME


def test_a_reversed_goods_issue_has_no_moment() -> None:
    delivery = a_delivery(goods_issue_date=None, goods_issued_at_from_flow=FLOW_TIME)

    values = outbound_delivery_values(delivery, sources=SOURCES)

    assert values["goods_issued_at"] is None


def test_p0_10_every_parcel_has_its_tracking_number_in_the_order_of_the_sources() -> None:
    sources = replace(SOURCES, tracking=("handling_unit_2", "bill_of_lading"))

    found = tracking_numbers(a_delivery(), sources=sources)

    assert found == [
        ("PARCEL-A", "handling_unit_2"),
        ("PARCEL-B", "handling_unit_2"),
        ("1Z999", "bill_of_lading"),
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("bill_of_lading", ["1Z999"]),
        ("handling_unit", ["4711", "4712"]),
        ("external_delivery_id", ["EXT1"]),
        ("means_of_transport_id", ["TRUCK7"]),
    ],
)
def test_each_tracking_source_reads_its_field(source: str, expected: list[str]) -> None:
    found = tracking_numbers(a_delivery(), sources=replace(SOURCES, tracking=(source,)))

    assert [number for number, _ in found] == expected


WHOLE = "420100219400136897846100"  # 24 characters; a field of SAP holds 20


@pytest.mark.parametrize(
    ("handling_units", "whole", "expected"),
    [
        ((("", WHOLE[:20]),), WHOLE, [WHOLE]),
        ((("", "LATE-1"),), "LATE-10", ["LATE-10", "LATE-1"]),
        ((("", WHOLE[:19]),), WHOLE, [WHOLE, WHOLE[:19]]),
        ((("", WHOLE[:20]), ("", "9" * 20)), WHOLE, [WHOLE, "9" * 20]),
        ((("", WHOLE[:20]),), WHOLE[:20], [WHOLE[:20]]),
        ((("00340434161094015902", ""),), "0034043416109401590217", ["0034043416109401590217"]),
        ((("00000000000000000042", ""),), "42-1", ["42-1", "42"]),
    ],
)
def test_a_number_kept_whole_and_cut_at_20_characters_is_one_parcel(
    handling_units: tuple[tuple[str, str], ...], whole: str, expected: list[str]
) -> None:
    delivery = a_delivery(bill_of_lading=whole, handling_units=handling_units)
    sources = replace(SOURCES, tracking=("bill_of_lading", "handling_unit_2", "handling_unit"))

    found = [number for number, _source in tracking_numbers(delivery, sources=sources)]

    assert [one for one in found if one not in {"4711", "4712"}] == expected


def test_blank_and_repeated_tracking_numbers_are_left_out() -> None:
    delivery = a_delivery(handling_units=(("", "1Z999"), ("", " ")))

    found = tracking_numbers(delivery, sources=SOURCES)

    assert found == [("1Z999", "bill_of_lading")]


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (("forwarding_agent", "route"), "0000300001"),
        (("shipping_type",), "01"),
        (("route",), "R00001"),
        ((), ""),
    ],
)
def test_the_carrier_comes_from_the_configured_source(
    sources: tuple[str, ...], expected: str
) -> None:
    values = outbound_delivery_values(a_delivery(), sources=replace(SOURCES, carrier=sources))

    assert values["carrier"] == expected


def test_an_unknown_source_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="Unknown tracking source: crystal_ball"):
        replace(SOURCES, tracking=("crystal_ball",))


def test_a_delivered_line_names_the_order_line_it_fulfils() -> None:
    item = SapDeliveryItem(10, "MAT-1", Decimal(2), "ST", "0000004711", 20)

    values = sap_values.delivery_line_values(item)

    assert values == {
        "item_number": 10,
        "material": "MAT-1",
        "delivered_quantity": Decimal(2),
        "unit": "ST",
        "sap_sales_order_number": "0000004711",
        "sap_item_number": 20,
        "plant": "",
    }


def test_a_billing_document_shows_net_tax_and_gross() -> None:
    document = SapBillingDocument(
        "0090000001", "F2", "M", "EUR", date(2026, 3, 3), FLOW_TIME, Decimal("100.00"),
        Decimal("19.00"), False, "", "0000100001", "0000100001",
    )  # fmt: skip

    values = sap_values.billing_document_values(document)

    assert (values["net_value"], values["tax_value"], values["gross_value"]) == (
        Decimal("100.00"),
        Decimal("19.00"),
        Decimal("119.00"),
    )
    assert values["remote_created_at"] == FLOW_TIME


def test_a_billed_line_names_delivery_and_order() -> None:
    item = SapBillingItem(
        10, "0080000001", 10, "0000004711", 20, "MAT-1", Decimal(2), "ST", Decimal(10), Decimal(2)
    )

    values = sap_values.billing_line_values(item)

    assert (values["reference_document"], values["sap_sales_order_number"]) == (
        "0080000001",
        "0000004711",
    )
    assert values["billed_quantity"] == Decimal(2)


@pytest.mark.parametrize(
    ("category", "expected"),
    [("M", True), ("N", False), ("O", False), ("P", False), ("S", False), ("U", False)],
)
def test_only_category_m_is_an_invoice_whatever_its_type(category: str, expected: bool) -> None:
    assert sap_values.is_invoice(category, "F2") is expected


def test_a_down_payment_request_is_no_invoice() -> None:
    assert not sap_values.is_invoice("M", "FAZ")


def test_an_order_read_back_fills_the_sap_columns() -> None:
    order = SapSalesOrder(
        "0000004711", "100000123", "TA", "1000", "0000100001", "EUR", Decimal("99.90"),
        date(2026, 3, 1), "A", "", "A", "", (), (), (), is_incomplete=True,
    )  # fmt: skip

    values = sap_values.sap_order_values(order)

    assert values["sap_sales_order_number"] == "0000004711"
    assert values["sap_is_incomplete"] is True
