"""Outbound deliveries."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from sync.reading import Read
from sync.sap.records import SapDelivery
from sync.sap.refusals import SapRejected
from tests.sap.builders import a_client
from tests.sap.fake_sap import FakeSap, message

GETLIST = "BAPI_DELIVERY_GETLIST"
NUMBER, OTHER = "0080000001", "0080000002"
HEADER = {
    "VBELN": NUMBER, "ERDAT": "20260301", "VSTEL": "1000", "KUNNR": "0000100001",
    "KUNAG": "0000100002", "KODAT": "20260302", "KOUHR": "100000", "WADAT_IST": "20260303",
    "SPE_WAUHR_IST": "143000", "SPE_WAZONE_IST": "CET", "BOLNR": "1Z999", "LIFEX": "EXT",
    "TRAID": "TRUCK", "VSART": "01", "ROUTE": "R1",
}  # fmt: skip
STATUS = {"VBELN": NUMBER, "KOSTK": "C", "WBSTK": "C", "FKSTK": "A"}


def an_item(number: str, quantity: int, **changes: str) -> dict[str, Any]:
    return {
        "VBELN": NUMBER, "POSNR": number, "MATNR": "000000000000004711", "VRKME": "ST",
        "LFIMG": Decimal(quantity), "VGBEL": "0000004711", "VGPOS": "000010", "UECHA": "000000",
        **changes,
    }  # fmt: skip


def an_answer(**tables: Any) -> dict[str, Any]:
    return {
        "ET_DELIVERY_HEADER": [HEADER],
        "ET_DELIVERY_HEADER_STS": [STATUS],
        "ET_DELIVERY_ITEM": [an_item("000010", 2)],
        "RETURN": [],
        **tables,
    }


def an_answer_of(*numbers: str, **tables: Any) -> dict[str, Any]:
    """One whole delivery for each number."""
    return an_answer(
        ET_DELIVERY_HEADER=[{**HEADER, "VBELN": number} for number in numbers],
        ET_DELIVERY_HEADER_STS=[{**STATUS, "VBELN": number} for number in numbers],
        ET_DELIVERY_ITEM=[an_item("000010", 2, VBELN=number) for number in numbers],
        **tables,
    )


def read(answer: Any, **options: Any) -> tuple[SapDelivery, ...]:
    client = a_client(FakeSap({GETLIST: answer}), **options)
    return client.search_deliveries(sap_sales_order_numbers=["4711"]).complete()


def test_deliveries_are_asked_for_by_their_sales_orders_past_saps_buffer() -> None:
    sap = FakeSap()

    a_client(sap).search_deliveries(sap_sales_order_numbers=["4711", "4712", "4711"])

    sent = sap.sent(GETLIST)
    assert sent["IS_DLV_DATA_CONTROL"]["BYPASSING_BUFFER"] == "X"
    assert sent["IT_VGBEL"] == [
        {"SIGN": "I", "OPTION": "EQ", "REF_DOC_LOW": "0000004711"},
        {"SIGN": "I", "OPTION": "EQ", "REF_DOC_LOW": "0000004712"},
    ]


def test_deliveries_are_asked_for_by_number_in_pieces() -> None:
    sap = FakeSap()

    client = a_client(sap, documents_per_read=50)

    client.search_deliveries(delivery_numbers=[str(n) for n in range(80, 140)])

    assert [len(sent["IT_VBELN"]) for _, sent in sap.calls] == [50, 10]
    assert sap.calls[0][1]["IT_VBELN"][0]["DELIV_NUMB_LOW"] == "0000000080"


def test_nothing_asked_for_is_nothing_sent() -> None:
    sap = FakeSap()

    assert a_client(sap).search_deliveries() == Read()
    assert sap.calls == []


def test_a_delivery_is_read_with_status_and_times() -> None:
    (delivery,) = read(an_answer(), time_zone="Europe/Berlin")

    assert delivery.delivery_number == NUMBER
    assert (delivery.picking_status, delivery.billing_status) == ("C", "A")
    assert delivery.is_goods_issued
    assert delivery.planned_picking_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert (delivery.goods_issue_date, delivery.goods_issue_time) == (
        date(2026, 3, 3),
        time(14, 30),
    )
    assert (delivery.bill_of_lading, delivery.goods_issue_zone) == ("1Z999", "CET")


def test_p1_37_statuses_are_taken_from_the_header_where_s4_keeps_them() -> None:
    header = {**HEADER, "KOSTK": "B", "WBSTK": "A", "FKSTK": ""}

    (delivery,) = read(an_answer(ET_DELIVERY_HEADER=[header], ET_DELIVERY_HEADER_STS=[]))

    assert (delivery.picking_status, delivery.goods_movement_status) == ("B", "A")


def test_a_reversed_goods_issue_is_seen() -> None:
    header = {**HEADER, "WADAT_IST": "", "SPE_WAUHR_IST": "000000"}
    status = {**STATUS, "WBSTK": "A"}

    (delivery,) = read(an_answer(ET_DELIVERY_HEADER=[header], ET_DELIVERY_HEADER_STS=[status]))

    assert not delivery.is_goods_issued
    assert (delivery.goods_issue_date, delivery.goods_issue_time) == (None, None)


def test_p0_10_batch_splits_are_added_up_to_their_line() -> None:
    items = [
        an_item("000010", 0),
        an_item("900001", 3, UECHA="000010"),
        an_item("900002", 2, UECHA="000010"),
        an_item("000020", 4, VGPOS="000020"),
    ]

    (delivery,) = read(an_answer(ET_DELIVERY_ITEM=items))

    assert [(i.item_number, i.quantity, i.sap_item_number) for i in delivery.items] == [
        (10, Decimal(5), 10),
        (20, Decimal(4), 20),
    ]


def test_a_split_whose_line_is_not_there_is_kept() -> None:
    (delivery,) = read(an_answer(ET_DELIVERY_ITEM=[an_item("900001", 3, UECHA="000010")]))

    assert [(i.item_number, i.quantity) for i in delivery.items] == [(900001, Decimal(3))]


@pytest.mark.parametrize(("role", "expected"), [("SP", "0000070001"), ("ZC", "")])
def test_the_forwarding_agent_has_a_configured_role(role: str, expected: str) -> None:
    partners = [
        {"VBELN": NUMBER, "PARVW": "SP", "LIFNR": "0000070001"},
        {"VBELN": NUMBER, "PARVW": "WE", "KUNNR": "0000100001"},
    ]

    (delivery,) = read(an_answer(ET_DELIVERY_PARTNER=partners), forwarding_agent_role=role)

    assert delivery.forwarding_agent == expected


def test_the_pick_time_is_the_last_picking_record_of_the_flow() -> None:
    flow = [
        {"VBELV": NUMBER, "VBTYP_N": "Q", "ERDAT": "20260302", "ERZET": "080000"},
        {"VBELV": NUMBER, "VBTYP_N": "Q", "ERDAT": "20260302", "ERZET": "093000"},
        {"VBELV": NUMBER, "VBTYP_N": "R", "ERDAT": "20260303", "ERZET": "143000"},
        {"VBELV": OTHER, "VBTYP_N": "Q", "ERDAT": "20260309", "ERZET": "080000"},
    ]

    (delivery,) = read(an_answer(ET_DOCUMENT_FLOW=flow))

    assert delivery.picked_at_from_flow == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_handling_units_of_a_single_delivery_are_its_own() -> None:
    units = [{"VENUM": "1", "EXIDV": "4711", "EXIDV2": "PARCEL-A"}]

    (delivery,) = read(an_answer(ET_HU_HEADER=units))

    assert delivery.handling_units == (("4711", "PARCEL-A"),)


def test_handling_units_that_name_no_delivery_are_read_delivery_by_delivery() -> None:
    units = [{"VENUM": "1", "EXIDV": "A"}, {"VENUM": "2", "EXIDV": "B"}]
    sap = FakeSap(
        {
            GETLIST: [
                an_answer_of(NUMBER, OTHER, ET_HU_HEADER=units),
                an_answer_of(NUMBER, ET_HU_HEADER=units[:1]),
                an_answer_of(OTHER, ET_HU_HEADER=units[1:]),
            ]
        }
    )

    found = a_client(sap).search_deliveries(sap_sales_order_numbers=["4711"]).complete()

    assert {d.delivery_number: d.handling_units for d in found} == {
        NUMBER: (("A", ""),),
        OTHER: (("B", ""),),
    }


def test_handling_units_that_name_their_delivery_need_no_second_call() -> None:
    units = [{"EXIDV": "A", "VBELN": NUMBER}, {"EXIDV": "B", "VPOBJKEY": OTHER}]
    sap = FakeSap({GETLIST: an_answer_of(NUMBER, OTHER, ET_HU_HEADER=units)})

    found = a_client(sap).search_deliveries(sap_sales_order_numbers=["4711"]).complete()

    assert [d.handling_units for d in found] == [(("A", ""),), (("B", ""),)]
    assert len(sap.calls) == 1


def test_a_part_names_the_set_it_belongs_to() -> None:
    (delivery,) = read(an_answer(ET_DELIVERY_ITEM=[an_item("000020", 1, UEPOS="000010")]))

    assert delivery.items[0].higher_level_item_number == 10


def test_p1_37_a_flag_the_system_lacks_is_left_out() -> None:
    sap = FakeSap({GETLIST: an_answer()}, missing={"IS_DLV_DATA_CONTROL.HU_DATA"})

    a_client(sap).search_deliveries(delivery_numbers=[NUMBER])

    assert "HU_DATA" not in sap.sent(GETLIST)["IS_DLV_DATA_CONTROL"]


def test_a_refused_read_is_not_an_empty_one() -> None:
    with pytest.raises(SapRejected):
        read({"RETURN": [message("E", "VL", "999")]})
