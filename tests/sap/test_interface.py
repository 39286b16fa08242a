"""Every call is checked against the interface before it is sent."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from sync.sap.interface import Field, InterfaceCache, checked_value, read_interface
from sync.sap.refusals import SapFieldMissing, SapFieldRefused
from tests.sap.fake_sap import Description, FakeSap

CREATE = "BAPI_SALESORDER_CREATEFROMDAT2"
CHAR = Field("RFCTYPE_CHAR", 4)
NUMC = Field("RFCTYPE_NUM", 6)
DATS = Field("RFCTYPE_DATE", 8)
TIMS = Field("RFCTYPE_TIME", 6)
PACKED = Field("RFCTYPE_BCD", 7, 3)
INT1 = Field("RFCTYPE_INT1", 1)
INT4 = Field("RFCTYPE_INT", 4)
RAW = Field("RFCTYPE_BYTE", 2)


@pytest.mark.parametrize(
    ("field", "value", "sent"),
    [
        (CHAR, "abcd", "abcd"),
        (CHAR, "ü😀a", "ü😀a"),
        (NUMC, "10", "000010"),
        (DATS, "20240229", "20240229"),
        (DATS, "00000000", ""),
        (DATS, "        ", ""),
        (DATS, date(2024, 2, 29), "20240229"),
        (TIMS, "143000", "143000"),
        (TIMS, time(14, 30, 0, 999), "143000"),
        (PACKED, Decimal("1.5"), "1.500"),
        (PACKED, Decimal("1E+2"), "100.000"),
        (INT4, 5, 5),
        (RAW, b"ab", b"ab"),
    ],
)
def test_values_take_the_form_pyrfc_accepts(field: Field, value: Any, sent: Any) -> None:
    checked = checked_value("F.P.X", field, value)

    assert checked == sent
    assert type(checked) is type(sent)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (CHAR, "abcde"),
        (CHAR, "abc😀"),
        (CHAR, 5),
        (CHAR, None),
        (NUMC, ""),
        (NUMC, " "),
        (NUMC, "-1"),
        (NUMC, "1.0"),
        (NUMC, "²"),
        (NUMC, "1234567"),
        (NUMC, 10),
        (DATS, "2024-02-29"),
        (DATS, "20230229"),
        (DATS, None),
        (TIMS, "240000"),
        (TIMS, "12:34"),
        (PACKED, 5),
        (PACKED, "1,5"),
        (PACKED, 1.5),
        (PACKED, Decimal("1.2345")),
        (PACKED, Decimal("12345678901")),
        (PACKED, Decimal("NaN")),
        (INT4, True),
        (INT4, 2**31),
        (INT1, 256),
        (RAW, "ab"),
        (RAW, b"abc"),
        (Field("RFCTYPE_FLOAT", 8), 1.0),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_the_name_of_its_field(
    field: Field, value: Any
) -> None:
    with pytest.raises(SapFieldRefused, match=r"F\.P\.X") as caught:
        checked_value("F.P.X", field, value)

    assert caught.value.cause_key == "sap:field:F.P.X"
    assert len(str(value)) < 4 or str(value) not in caught.value.message


def the_interface(*missing: str) -> Any:
    return read_interface(CREATE, Description(CREATE, set(missing)))


def test_a_structure_and_a_table_are_checked_field_by_field() -> None:
    sent = the_interface().checked(
        {
            "ORDER_HEADER_IN": {"DOC_TYPE": "TA"},
            "ORDER_ITEMS_IN": [{"ITM_NUMBER": "10", "MATERIAL": "M"}],
        }
    )

    assert sent["ORDER_ITEMS_IN"] == [{"ITM_NUMBER": "000010", "MATERIAL": "M"}]
    assert type(sent["ORDER_HEADER_IN"]) is dict


@pytest.mark.parametrize(
    "arguments", [{"ORDER_ITEMS_IN": {"MATERIAL": "M"}}, {"ORDER_ITEMS_IN": ["M"]}]
)
def test_a_table_must_be_rows_of_fields(arguments: dict[str, Any]) -> None:
    with pytest.raises(SapFieldRefused, match="ORDER_ITEMS_IN"):
        the_interface().checked(arguments)


def test_p1_37_an_optional_field_an_older_system_lacks_is_left_out() -> None:
    interface = the_interface("ORDER_ITEMS_IN.MATERIAL_LONG", "CONVERT")

    sent = interface.checked(
        {"ORDER_ITEMS_IN": [{"MATERIAL": "M", "MATERIAL_LONG": "M"}], "CONVERT": "X"},
        optional={"ORDER_ITEMS_IN.MATERIAL_LONG", "CONVERT"},
    )

    assert sent == {"ORDER_ITEMS_IN": [{"MATERIAL": "M"}]}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"NO_SUCH": "X"}, "NO_SUCH"),
        ({"SALESDOCUMENT": "1"}, "SALESDOCUMENT"),
        ({"ORDER_HEADER_IN": {"NO_SUCH": "X"}}, "ORDER_HEADER_IN.NO_SUCH"),
    ],
)
def test_any_other_unknown_field_is_refused(arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(SapFieldMissing, match=named):
        the_interface().checked(arguments)


def test_an_interface_is_read_once_per_system() -> None:
    cache, sap = InterfaceCache(), FakeSap()
    connection = sap.connect()

    for system in ("A", "A", "B"):
        cache.get(system, CREATE, lambda: connection.get_function_description(CREATE))

    assert sap.described == [CREATE, CREATE]


def test_a_table_line_without_a_name_takes_plain_values() -> None:
    class Line:
        fields = [{"name": "", "field_type": "RFCTYPE_CHAR", "nuc_length": 3, "decimals": 0}]

    class Plain:
        parameters = [
            {"name": "T", "direction": "RFC_TABLES", "parameter_type": "RFCTYPE_TABLE",
             "type_description": Line()},
        ]  # fmt: skip

    assert read_interface("F", Plain()).parameters["T"].fields is None


@pytest.mark.parametrize(
    ("parameter", "field", "value", "sent"),
    [
        ("ORDER_PARTNERS", "PARTN_NUMB", "4711", "0000004711"),
        ("ORDER_PARTNERS", "PARTN_NUMB", "CPD-1", "CPD-1"),
        ("ORDER_PARTNERS", "PARTN_NUMB", "", ""),
        ("ORDER_ITEMS_IN", "PO_ITM_NO", "42", "000042"),
        ("PARTNERADDRESSES", "ADDR_NO", "1", "0000000001"),
        ("ORDER_PARTNERS", "TELEPHONE", "4711", "4711"),
    ],
)
def test_fields_under_exit_alpha_go_out_in_internal_form(
    parameter: str, field: str, value: str, sent: str
) -> None:
    checked = the_interface().checked({parameter: [{field: value}]})

    assert checked[parameter] == [{field: sent}]


def test_the_flag_of_a_padded_field_stays_a_flag() -> None:
    checked = the_interface().checked({"ORDER_ITEMS_INX": [{"PO_ITM_NO": "X"}]})

    assert checked["ORDER_ITEMS_INX"] == [{"PO_ITM_NO": "X"}]
