"""What a sales order must look like for the stand-in SAP to take it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from sync.sandbox.sap import Connection, SapSystem, connect_in_process
from sync.sandbox.sap.documents import SalesOrder

from .conftest import address, keys, order

CREATE = "BAPI_SALESORDER_CREATEFROMDAT2"
LINE = ("S-001", "2", "10.00")


def refused(connection: Connection, **parameters: Any) -> list[str]:
    answer = connection.call(CREATE, **parameters)
    assert answer["SALESDOCUMENT"] == ""
    return keys(answer["RETURN"])


def saved(sap: SapSystem, number: str) -> SalesOrder:
    found = sap.store.get(SalesOrder, number)
    assert found is not None
    return found


def test_a_good_order_answers_with_the_recorded_messages(connection: Connection) -> None:
    answer = connection.call(CREATE, **order(LINE))

    assert keys(answer["RETURN"]) == ["S V4 233", "S V4 233", "S V1 311"]
    assert answer["RETURN"][-1]["MESSAGE_V1"] == "Standard Order"
    assert answer["RETURN"][-1]["MESSAGE_V2"] == "5000001"


def test_messages_are_in_the_logon_language(sap: SapSystem) -> None:
    answer = connect_in_process(sap, lang="DE").call(CREATE, **order(LINE))

    assert answer["RETURN"][-1]["MESSAGE"] == "Terminauftrag 5000001 ist gesichert worden"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"SALES_ORG": "9999"}, "E CZ 115"),
        ({"DOC_TYPE": "OR"}, "E V1 320"),
        ({"CURRENCY": "XXX"}, "E V1 802"),
    ],
)
def test_a_header_that_customising_does_not_know_is_refused(
    connection: Connection, header: dict[str, str], expected: str
) -> None:
    messages = refused(connection, **order(LINE, **header))

    assert messages[0] == expected
    assert messages[-1] == "E V4 219"


def test_external_keys_are_taken_with_convert(connection: Connection) -> None:
    parameters = order(LINE, DOC_TYPE="OR")
    parameters["ORDER_PARTNERS"][0]["PARTN_ROLE"] = "SP"

    assert connection.call(CREATE, CONVERT="X", **parameters)["SALESDOCUMENT"]


@pytest.mark.parametrize(
    ("partner", "expected"),
    [
        ({"PARTN_NUMB": "99001"}, "E VP 199"),
        ({"PARTN_NUMB": "0000010002"}, "E VP 112"),
        ({"PARTN_ROLE": "SP"}, "E VP 201"),
        ({"CITY": ""}, "E VP 206"),
    ],
)
def test_partners_must_be_padded_known_and_complete(
    connection: Connection, partner: dict[str, str], expected: str
) -> None:
    parameters = order(LINE)
    parameters["ORDER_PARTNERS"][0].update(partner)

    assert refused(connection, **parameters)[0] == expected


@pytest.mark.parametrize("number", ["1000", "0000001000"])
def test_alpha_is_the_callers_duty(connection: Connection, number: str) -> None:
    parameters = order(LINE)
    parameters["ORDER_PARTNERS"] = [{"PARTN_ROLE": "AG", "PARTN_NUMB": number}]

    answer = connection.call(CREATE, **parameters)

    assert bool(answer["SALESDOCUMENT"]) == (number == "0000001000")


def test_an_unpadded_document_number_finds_nothing(
    connection: Connection, place: Callable[..., str]
) -> None:
    number = place(LINE)

    answers = [
        connection.call("BAPI_SALESORDER_GETSTATUS", SALESDOCUMENT=text)
        for text in (number, number.lstrip("0"))
    ]

    assert [answer["RETURN"]["CODE"] for answer in answers] == ["", "V1302"]


def test_an_unknown_material_names_its_row(connection: Connection) -> None:
    answer = connection.call(CREATE, **order(LINE, ("NOPE", "1", "5.00")))

    assert keys(answer["RETURN"]) == ["E V1 382", "E V4 248", "E V4 219"]
    assert answer["RETURN"][0]["ROW"] == 2


def test_fields_without_their_flag_are_lost_silently(
    connection: Connection, sap: SapSystem
) -> None:
    parameters = order(LINE)
    parameters["ORDER_HEADER_INX"] = {
        "UPDATEFLAG": "I",
        **dict.fromkeys(
            ("DOC_TYPE", "SALES_ORG", "DISTR_CHAN", "DIVISION", "PMNTTRMS", "SHIP_COND"), "X"
        ),
    }

    number = connection.call(CREATE, **parameters)["SALESDOCUMENT"]
    connection.call("BAPI_TRANSACTION_COMMIT", WAIT="X")

    assert saved(sap, number).customer_reference == ""


def test_an_item_field_without_its_flag_is_lost_silently(
    connection: Connection, sap: SapSystem
) -> None:
    parameters = order(LINE)
    parameters["ORDER_ITEMS_IN"][0]["SHORT_TEXT"] = "My own text"
    parameters["ORDER_ITEMS_INX"] = [{"ITM_NUMBER": "000010", "UPDATEFLAG": "I", "MATERIAL": "X"}]

    number = connection.call(CREATE, **parameters)["SALESDOCUMENT"]
    connection.call("BAPI_TRANSACTION_COMMIT", WAIT="X")

    assert saved(sap, number).items[0].short_text == "Simple One"


@pytest.mark.parametrize(("flags", "price"), [({"COND_VALUE": "X"}, 0), ({}, 25)])
def test_a_price_of_zero_without_its_flag_is_priced_by_sap_itself(
    connection: Connection, sap: SapSystem, flags: dict[str, str], price: int
) -> None:
    parameters = order(LINE)
    (condition, *_) = parameters["ORDER_CONDITIONS_IN"]
    condition["COND_VALUE"] = Decimal(0)
    key = {"ITM_NUMBER": condition["ITM_NUMBER"], "COND_TYPE": condition["COND_TYPE"]}
    parameters["ORDER_CONDITIONS_IN"] = [condition]
    parameters["ORDER_CONDITIONS_INX"] = [{**key, "UPDATEFLAG": "I", "CURRENCY": "X", **flags}]

    number = connection.call(CREATE, **parameters)["SALESDOCUMENT"]
    connection.call("BAPI_TRANSACTION_COMMIT", WAIT="X")

    assert saved(sap, number).conditions[0].value == price


def test_an_order_without_payment_terms_is_saved_but_incomplete(
    connection: Connection, sap: SapSystem
) -> None:
    answer = connection.call(CREATE, **order(LINE, PMNTTRMS=""))
    connection.call("BAPI_TRANSACTION_COMMIT", WAIT="X")

    assert "W V1 555" in keys(answer["RETURN"])
    assert saved(sap, answer["SALESDOCUMENT"]).incomplete == ["VBKD-ZTERM"]


def test_a_testrun_draws_no_number(connection: Connection) -> None:
    answer = connection.call(CREATE, TESTRUN="X", **order(LINE))

    assert answer["SALESDOCUMENT"] == ""
    assert connection.call(CREATE, **order(LINE))["SALESDOCUMENT"] == "0005000001"


def test_a_known_customer_reference_only_warns_and_only_if_wanted(
    connection: Connection, sap: SapSystem, place: Callable[..., str]
) -> None:
    place(LINE)
    silent = keys(connection.call(CREATE, TESTRUN="X", **order(LINE))["RETURN"])
    sap.settings.change({"duplicate_po_warning": True})

    warned = keys(connection.call(CREATE, TESTRUN="X", **order(LINE))["RETURN"])

    assert "W V4 115" not in silent
    assert "W V4 115" in warned


def test_prices_discounts_freight_and_tax_add_up(sap: SapSystem, place: Callable[..., str]) -> None:
    conditions = [
        {"ITM_NUMBER": "000010", "COND_TYPE": "ZDIS", "COND_VALUE": Decimal("-6.00")},
        {"ITM_NUMBER": "000010", "COND_TYPE": "ZTAX", "COND_VALUE": Decimal("4.45")},
        {"COND_TYPE": "HD00", "COND_VALUE": Decimal("15.00")},
        {"COND_TYPE": "ZFTX", "COND_VALUE": Decimal("1.24")},
    ]

    placed = saved(sap, place(("S-001", "3", "19.99"), conditions=conditions))

    assert placed.items[0].net_value == Decimal("53.97")
    assert placed.net_value == Decimal("68.97")
    assert placed.tax_value == Decimal("5.69")


def test_yen_are_shifted_in_curr_fields_only(
    connection: Connection, place: Callable[..., str]
) -> None:
    number = place(("S-001", "1", "10000"), CURRENCY="JPY")

    status = connection.call("BAPI_SALESORDER_GETSTATUS", SALESDOCUMENT=number)
    details = connection.call(
        "BAPISDORDER_GETDETAILEDLIST",
        I_BAPI_VIEW={"HEADER": "X"},
        SALES_DOCUMENTS=[{"VBELN": number}],
    )

    assert status["STATUSINFO"][0]["NET_VALUE"] == Decimal("100.00")
    assert details["ORDER_HEADERS_OUT"][0]["NET_VAL_HD"] == Decimal(10000)


def test_the_look_up_needs_customer_and_sales_organisation(connection: Connection) -> None:
    answer = connection.call("BAPI_SALESORDER_GETLIST", PURCHASE_ORDER_NUMBER="000000004")

    assert answer["RETURN"]["TYPE"] == "E"


def test_the_short_look_up_field_compares_twenty_characters(
    connection: Connection, place: Callable[..., str]
) -> None:
    number = place(LINE, reference="12345678901234567890-LONG")

    answer = connection.call(
        "BAPI_SALESORDER_GETLIST",
        CUSTOMER_NUMBER="0000099001",
        SALES_ORGANIZATION="1000",
        PURCHASE_ORDER="12345678901234567890",
    )

    assert [row["SD_DOC"] for row in answer["SALES_ORDERS"]] == [number]


def test_details_come_only_for_the_flags_given(
    connection: Connection, place: Callable[..., str]
) -> None:
    number = place(LINE)

    answer = connection.call(
        "BAPISDORDER_GETDETAILEDLIST",
        I_BAPI_VIEW={"ITEM": "X", "SDCOND": "X"},
        SALES_DOCUMENTS=[{"VBELN": number}, {"VBELN": "0000000001"}],
    )

    assert [row["MATERIAL"] for row in answer["ORDER_ITEMS_OUT"]] == ["S-001"]
    assert [row["COND_TYPE"] for row in answer["ORDER_CONDITIONS_OUT"]] == ["PR00"]
    assert answer["ORDER_HEADERS_OUT"] == []


def test_a_rejected_item_counts_nothing(
    connection: Connection, sap: SapSystem, place: Callable[..., str]
) -> None:
    number = place(LINE, ("S-002", "1", "5.00"))

    connection.call(
        "BAPI_SALESORDER_CHANGE",
        SALESDOCUMENT=number,
        ORDER_HEADER_INX={"UPDATEFLAG": "U"},
        ORDER_ITEM_IN=[{"ITM_NUMBER": "000010", "REASON_REJ": "50"}],
        ORDER_ITEM_INX=[{"ITM_NUMBER": "000010", "UPDATEFLAG": "U", "REASON_REJ": "X"}],
    )
    connection.call("BAPI_TRANSACTION_COMMIT", WAIT="X")

    assert saved(sap, number).items[0].rejection_reason == "50"
    assert saved(sap, number).net_value == Decimal("5.00")


def test_simulate_answers_quantities_with_implied_decimals(connection: Connection) -> None:
    answer = connection.call(
        "BAPI_SALESORDER_SIMULATE",
        ORDER_HEADER_IN={
            "DOC_TYPE": "TA",
            "SALES_ORG": "1000",
            "DISTR_CHAN": "10",
            "DIVISION": "00",
            "SHIP_COND": "01",
        },
        ORDER_PARTNERS=[{"PARTN_ROLE": "AG", "PARTN_NUMB": "0000099001", **address()}],
        ORDER_ITEMS_IN=[
            {
                "ITM_NUMBER": "000010",
                "MATERIAL": "S-001",
                "REQ_QTY": "2000",
                "COND_TYPE": "PR00",
                "COND_VAL1": Decimal("10.00"),
            }
        ],
    )

    assert answer["RETURN"]["TYPE"] == ""
    assert answer["ORDER_ITEMS_OUT"][0]["REQ_QTY"] == Decimal("2.000")
    assert answer["ORDER_ITEMS_OUT"][0]["NET_VALUE1"] == Decimal("20.0000")
    assert answer["ORDER_INCOMPLETE"][0]["FIELD_NAME"] == "ZTERM"


def test_an_external_number_is_taken_once(connection: Connection) -> None:
    taken = connection.call(CREATE, SALESDOCUMENTIN="0009000001", **order(LINE))
    connection.call("BAPI_TRANSACTION_COMMIT", WAIT="X")

    assert taken["SALESDOCUMENT"] == "0009000001"
    assert refused(connection, SALESDOCUMENTIN="0009000001", **order(LINE)) == [
        "E V1 301",
        "E V4 219",
    ]
