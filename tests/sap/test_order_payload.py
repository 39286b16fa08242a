"""The parameters of the create call."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sync.sap.options import SapOptions
from sync.sap.order_payload import create_arguments
from sync.sap.records import SapCondition, SapItemRequest, SapPartner, SapSalesOrderRequest
from tests.sap.builders import a_request, an_address


def arguments(
    request: SapSalesOrderRequest, *, long_material: bool = True, **options: Any
) -> dict[str, Any]:
    return create_arguments(
        request, SapOptions(**options), long_material=long_material, test_run=False
    )


def test_every_field_sent_has_its_flag_and_no_other() -> None:
    sent = arguments(a_request())

    for data, flags in (
        (sent["ORDER_HEADER_IN"], sent["ORDER_HEADER_INX"]),
        (sent["ORDER_ITEMS_IN"][0], sent["ORDER_ITEMS_INX"][0]),
        (sent["ORDER_SCHEDULES_IN"][0], sent["ORDER_SCHEDULES_INX"][0]),
        (sent["ORDER_CONDITIONS_IN"][0], sent["ORDER_CONDITIONS_INX"][0]),
    ):
        assert set(flags) == {*data, "UPDATEFLAG"}
        assert flags["UPDATEFLAG"] == "I"


def test_the_reference_is_stored_trimmed_and_in_upper_case() -> None:
    sent = arguments(a_request(customer_reference=" web-12a "))

    assert sent["ORDER_HEADER_IN"]["PURCH_NO_C"] == "WEB-12A"


def test_blank_fields_are_not_sent() -> None:
    sent = arguments(a_request(payment_terms="", requested_date=None))

    assert "PMNTTRMS" not in sent["ORDER_HEADER_IN"]
    assert "REQ_DATE" not in sent["ORDER_SCHEDULES_IN"][0]


def test_a_line_carries_its_numbers_in_internal_form() -> None:
    sent = arguments(a_request())

    assert sent["ORDER_ITEMS_IN"] == [
        {
            "ITM_NUMBER": "000010",
            "MATERIAL": "000000000000004711",
            "PO_ITM_NO": "000042",
            "SALES_UNIT": "ST",
            "SHORT_TEXT": "A thing",
        }
    ]


def test_the_quantity_travels_in_a_schedule_line_of_the_same_item() -> None:
    sent = arguments(a_request())

    assert sent["ORDER_SCHEDULES_IN"] == [
        {
            "ITM_NUMBER": "000010",
            "SCHED_LINE": "0001",
            "REQ_DATE": "20260304",
            "REQ_QTY": Decimal(2),
        }
    ]


@pytest.mark.parametrize(
    ("material", "wanted", "has_field", "field"),
    [
        ("4711", None, True, "MATERIAL"),
        ("A-VERY-LONG-MATERIAL", None, True, "MATERIAL_LONG"),
        ("A-VERY-LONG-MATERIAL", None, False, "MATERIAL"),
        ("4711", True, True, "MATERIAL_LONG"),
        ("A-VERY-LONG-MATERIAL", False, True, "MATERIAL"),
    ],
)
def test_the_long_material_is_used_where_needed_or_wanted(
    material: str, wanted: bool | None, has_field: bool, field: str
) -> None:
    item = SapItemRequest(10, material, Decimal(1), "ST", "", "")

    sent = arguments(a_request(items=(item,)), long_material=has_field, use_long_material=wanted)

    names = {"MATERIAL", "MATERIAL_LONG"} & set(sent["ORDER_ITEMS_IN"][0])
    assert names == {field}


def test_a_price_has_a_per_and_a_unit() -> None:
    (condition,) = arguments(a_request())["ORDER_CONDITIONS_IN"]

    assert condition == {
        "ITM_NUMBER": "000010",
        "COND_TYPE": "PR00",
        "COND_VALUE": Decimal("19.90"),
        "CURRENCY": "EUR",
        "COND_P_UNT": Decimal(1),
        "COND_UNIT": "ST",
    }


@pytest.mark.parametrize(
    "condition",
    [
        SapCondition(10, "ZDIS", Decimal("-5"), "EUR", unit="ST", is_fixed_amount=True),
        SapCondition(0, "ZFRE", Decimal("4.90"), "EUR"),
    ],
)
def test_a_fixed_amount_and_a_header_amount_have_no_per(condition: SapCondition) -> None:
    (sent,) = arguments(a_request(conditions=(condition,)))["ORDER_CONDITIONS_IN"]

    assert not {"COND_P_UNT", "COND_UNIT"} & set(sent)


@pytest.mark.parametrize("item_number", [0, 10])
def test_a_price_of_zero_is_sent_with_its_flag(item_number: int) -> None:
    free = SapCondition(item_number, "PR00", Decimal(0), "EUR", unit="ST")
    sent = arguments(a_request(conditions=(free,)))

    (value,), (flags,) = sent["ORDER_CONDITIONS_IN"], sent["ORDER_CONDITIONS_INX"]
    assert (value["COND_VALUE"], flags["COND_VALUE"]) == (0, "X")
    assert value["ITM_NUMBER"] == f"{item_number:06d}"


def test_a_division_of_zeros_is_sent_with_its_flag() -> None:
    sent = arguments(a_request(division="00"))

    assert sent["ORDER_HEADER_IN"]["DIVISION"] == "00"
    assert sent["ORDER_HEADER_INX"]["DIVISION"] == "X"


def test_a_customer_number_is_padded() -> None:
    assert arguments(a_request())["ORDER_PARTNERS"] == [
        {"PARTN_ROLE": "AG", "PARTN_NUMB": "0000100001"}
    ]


def test_an_address_without_mail_goes_inline() -> None:
    partners = (SapPartner("AG", "CPD", an_address()),)

    sent = arguments(a_request(partners=partners))

    assert sent["ORDER_PARTNERS"][0]["NAME"] == "Erika Mustermann"
    assert sent["ORDER_PARTNERS"][0]["COUNTR_ISO"] == "DE"
    assert "PARTNERADDRESSES" not in sent


@pytest.mark.parametrize(
    "changes", [{"email": "e@example.com"}, {"name": "N" * 40}, {"telephone": "1" * 20}]
)
def test_an_address_with_mail_or_long_fields_is_linked(changes: dict[str, str]) -> None:
    partners = (SapPartner("AG", "CPD"), SapPartner("WE", "CPD", an_address(**changes)))

    sent = arguments(a_request(partners=partners))

    assert sent["ORDER_PARTNERS"][1] == {
        "PARTN_ROLE": "WE",
        "PARTN_NUMB": "CPD",
        "ADDR_LINK": "0000000001",
    }
    (address,) = sent["PARTNERADDRESSES"]
    assert address["ADDR_NO"] == "0000000001"
    assert address["POSTL_COD1"] == "51147"


def test_a_long_street_uses_the_long_field() -> None:
    partners = (SapPartner("AG", "CPD", an_address(street="S" * 50)),)

    (address,) = arguments(a_request(partners=partners))["PARTNERADDRESSES"]

    assert address["STREET_LNG"] == "S" * 50
    assert "STREET" not in address


def test_a_text_is_split_between_words_and_loses_nothing() -> None:
    text = ("word " * 60).strip()

    lines = arguments(a_request(header_texts=(("0001", "EN", text),)))["ORDER_TEXT"]

    assert all(len(line["TEXT_LINE"]) <= 132 for line in lines)
    assert " ".join(line["TEXT_LINE"] for line in lines) == text
    assert [line.get("FORMAT_COL", "") for line in lines] == ["*", "", ""]


def test_a_text_without_blanks_is_split_at_132_and_marked_as_one() -> None:
    lines = arguments(a_request(header_texts=(("0001", "EN", "x" * 140),)))["ORDER_TEXT"]

    assert [(len(line["TEXT_LINE"]), line["FORMAT_COL"]) for line in lines] == [
        (132, "*"),
        (8, "="),
    ]


def test_each_line_of_a_comment_is_a_paragraph() -> None:
    lines = arguments(a_request(header_texts=(("0001", "EN", "one\ntwo"),)))["ORDER_TEXT"]

    assert [(line["FORMAT_COL"], line["TEXT_LINE"]) for line in lines] == [
        ("*", "one"),
        ("*", "two"),
    ]


def test_a_part_names_the_set_it_belongs_to() -> None:
    part = SapItemRequest(20, "M", Decimal(1), "ST", "", "", higher_level_item_number=10)

    sent = arguments(a_request(items=(part,)))

    assert sent["ORDER_ITEMS_IN"][0]["HG_LV_ITEM"] == "000010"


@pytest.mark.parametrize(
    ("unit", "taught", "sent"),
    [
        ("ST", {}, "ST"),
        ("PCE", {}, "ST"),
        ("KGM", {}, "KG"),
        ("EA", {}, "EA"),
        ("PAK", {}, "PAK"),
        ("PC", {"PC": "ST"}, "ST"),
        ("PCE", {"PCE": "EA"}, "EA"),
    ],
)
def test_units_go_out_as_internal_keys_whether_given_as_such_or_as_iso_codes(
    unit: str, taught: dict[str, str], sent: str
) -> None:
    request = a_request(
        items=(replace(a_request().items[0], unit=unit),),
        conditions=(replace(a_request().conditions[0], unit=unit),),
    )

    arguments = create_arguments(
        request, SapOptions(unit_keys=taught), long_material=True, test_run=False
    )

    assert arguments["ORDER_ITEMS_IN"][0]["SALES_UNIT"] == sent
    assert arguments["ORDER_CONDITIONS_IN"][0]["COND_UNIT"] == sent
