"""Values are refused exactly where pyrfc refuses them (pyrfc sheet, sections 2 to 5)."""

from __future__ import annotations

import pickle
import threading
from collections import OrderedDict
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync.sandbox.sap import Connection, SapSystem, connect, connect_in_process
from sync.sandbox.sap.exceptions import (
    ABAPApplicationError,
    ExternalRuntimeError,
    LogonError,
    RFCError,
    RFCLibError,
)


class Subclass(str):
    """As Django's SafeString is."""


def echo(connection: Connection, **fields: Any) -> dict[str, Any]:
    answer = connection.call("STFC_STRUCTURE", IMPORTSTRUCT=fields)
    result: dict[str, Any] = answer["ECHOSTRUCT"]
    return result


@pytest.mark.parametrize("value", [None, 1, b"x", Subclass("x"), True])
def test_text_must_be_exactly_str(connection: Connection, value: Any) -> None:
    with pytest.raises(TypeError) as raised:
        echo(connection, RFCCHAR4=value)

    assert raised.value.args[1:] == (value, "of type", type(value), "RFCCHAR4", "IMPORTSTRUCT")


@pytest.mark.parametrize("value", [1, None, "", " ", "-1", "1.0"])
def test_numc_takes_digits_only(connection: Connection, value: Any) -> None:
    with pytest.raises(TypeError):
        connection.call("BAPI_SALESORDER_CREATEFROMDAT2", ORDER_ITEMS_IN=[{"ITM_NUMBER": value}])


@pytest.mark.parametrize(
    "value", ["00000000", "2024-02-29", "20230229", 20240229, datetime(2024, 2, 29, tzinfo=UTC)]
)
def test_dates_that_pyrfc_refuses_are_refused(connection: Connection, value: Any) -> None:
    with pytest.raises(TypeError):
        echo(connection, RFCDATE=value)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("20240229", "20240229"),
        (date(2024, 2, 29), "20240229"),
        ("", ""),
        (None, ""),
        (" " * 8, " " * 8),
    ],
)
def test_dates_that_pyrfc_takes_are_taken(connection: Connection, value: Any, read: str) -> None:
    assert echo(connection, RFCDATE=value)["RFCDATE"] == read


@pytest.mark.parametrize("value", ["240000", "12:34", 1])
def test_times_that_pyrfc_refuses_are_refused(connection: Connection, value: Any) -> None:
    with pytest.raises(TypeError):
        echo(connection, RFCTIME=value)


@pytest.mark.parametrize("value", [1, True, None, "", "1,5"])
def test_packed_numbers_refuse_int_and_text_that_is_no_number(
    connection: Connection, value: Any
) -> None:
    with pytest.raises(TypeError):
        connection.call("BAPI_SALESORDER_CREATEFROMDAT2", ORDER_SCHEDULES_IN=[{"REQ_QTY": value}])


@pytest.mark.parametrize(
    "value", ["NaN", "1E+2", Decimal("1E+2"), Decimal("1.0001"), Decimal("99999999999")]
)
def test_packed_numbers_of_unknown_effect_are_a_conversion_failure(
    connection: Connection, value: Any
) -> None:
    with pytest.raises(ExternalRuntimeError) as raised:
        connection.call("BAPI_SALESORDER_CREATEFROMDAT2", ORDER_SCHEDULES_IN=[{"REQ_QTY": value}])

    assert (raised.value.code, raised.value.key) == (22, "RFC_CONVERSION_FAILURE")


@pytest.mark.parametrize("value", [True, 1.0, "1", Decimal(1), None])
def test_integers_must_be_exactly_int(connection: Connection, value: Any) -> None:
    with pytest.raises(TypeError):
        echo(connection, RFCINT4=value)


def test_an_integer_beyond_32_bits_overflows(connection: Connection) -> None:
    with pytest.raises(OverflowError):
        echo(connection, RFCINT4=2**31)


@pytest.mark.parametrize("value", [(), None, OrderedDict(), [1]])
def test_structures_must_be_exactly_dict(connection: Connection, value: Any) -> None:
    with pytest.raises(TypeError):
        connection.call("STFC_STRUCTURE", IMPORTSTRUCT=value)


def test_tables_must_be_exactly_list(connection: Connection) -> None:
    with pytest.raises(TypeError):
        connection.call("STFC_STRUCTURE", RFCTABLE=())


def test_a_row_that_is_no_plain_dict_is_an_unknown_field(connection: Connection) -> None:
    with pytest.raises(ExternalRuntimeError) as raised:
        connection.call("STFC_STRUCTURE", RFCTABLE=[OrderedDict()])

    assert raised.value.message == "field '' not found"


@pytest.mark.parametrize("parameters", [{"UNKNOWN": "x"}, {"IMPORTSTRUCT": {"UNKNOWN": "x"}}])
def test_unknown_names_are_an_invalid_parameter(
    connection: Connection, parameters: dict[str, Any]
) -> None:
    with pytest.raises(ExternalRuntimeError) as raised:
        connection.call("STFC_STRUCTURE", **parameters)

    assert (raised.value.code, raised.value.key) == (20, "RFC_INVALID_PARAMETER")
    assert raised.value.message == "field 'UNKNOWN' not found"


def test_overlong_text_is_refused_in_strict_mode(connection: Connection) -> None:
    with pytest.raises(ExternalRuntimeError, match="has 5 characters"):
        echo(connection, RFCCHAR4="12345")


def test_overlong_text_is_cut_when_not_strict(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAP_STANDIN_STRICT", "0")

    assert echo(connection, RFCCHAR4="12345")["RFCCHAR4"] == "1234"


def test_a_character_beyond_the_bmp_takes_two_places(connection: Connection) -> None:
    with pytest.raises(ExternalRuntimeError):
        echo(connection, RFCCHAR4="ab😀c")


def test_text_comes_back_stripped_on_the_right(connection: Connection) -> None:
    assert echo(connection, RFCCHAR4=" a ")["RFCCHAR4"] == " a"


def test_results_hold_every_field_and_input_tables_come_back(connection: Connection) -> None:
    answer = connection.call(
        "STFC_STRUCTURE", IMPORTSTRUCT={"RFCINT4": 7}, RFCTABLE=[{"RFCCHAR4": "abcd"}]
    )

    assert set(answer) == {"ECHOSTRUCT", "RESPTEXT", "RFCTABLE"}
    assert answer["ECHOSTRUCT"]["RFCDATE"] == ""
    assert [row["RFCCHAR4"] for row in answer["RFCTABLE"]] == ["abcd", ""]


def test_parameters_not_requested_are_left_out(connection: Connection) -> None:
    answer = connection.call("STFC_CONNECTION", {"not_requested": ["RESPTEXT"]}, REQUTEXT="hi")

    assert answer == {"ECHOTEXT": "hi"}


def test_an_unknown_function_is_an_application_error(connection: Connection) -> None:
    with pytest.raises(ABAPApplicationError) as raised:
        connection.call("Z_MISSING")

    error = raised.value
    assert (error.code, error.key, error.msg_class) == (5, "FU_NOT_FOUND", "FL")
    assert error.message == "ID:FL Type:E Number:046 Z_MISSING"


@pytest.mark.parametrize("value", [100, None, Subclass("100")])
def test_connection_parameters_must_be_exactly_str(value: Any) -> None:
    with pytest.raises(RFCError, match="must be exactly str"):
        connect(ashost="x", client=value)


def test_a_refused_logon_is_a_logon_error(sap: SapSystem) -> None:
    sap.faults.arm("logon_refused")

    with pytest.raises(LogonError) as raised:
        connect_in_process(sap)

    assert (raised.value.code, raised.value.key) == (2, "RFC_LOGON_FAILURE")


def test_a_closed_connection_refuses_calls(connection: Connection) -> None:
    connection.close()

    with pytest.raises(RFCError, match="connection is closed") as raised:
        connection.call("RFC_PING")

    assert not isinstance(raised.value, RFCLibError)


def test_a_second_thread_is_refused_while_a_call_runs(tmp_path: Path) -> None:
    errors: list[ExternalRuntimeError] = []

    def call() -> None:
        try:
            connection.call("RFC_PING")
        except ExternalRuntimeError as error:
            errors.append(error)

    def call_from_another_thread(seconds: float) -> None:
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()

    system = SapSystem(tmp_path, sleep=call_from_another_thread)
    system.faults.arm("latency")
    connection = connect_in_process(system)

    connection.call("RFC_PING")

    system.close()
    assert [error.code for error in errors] == [13]


def test_a_connection_cannot_be_pickled(connection: Connection) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(connection)


def test_errors_keep_their_attributes_when_pickled() -> None:
    error = pickle.loads(pickle.dumps(ExternalRuntimeError("text", 22, "RFC_X")))

    assert (error.message, error.code, error.key) == ("text", 22, "RFC_X")


def test_a_function_description_tells_lengths(connection: Connection) -> None:
    description = connection.get_function_description("bapi_salesorder_createfromdat2")
    header = next(p for p in description.parameters if p["name"] == "ORDER_HEADER_IN")
    fields = {field["name"]: field for field in header["type_description"].fields}

    assert (header["direction"], header["parameter_type"]) == ("RFC_IMPORT", "RFCTYPE_STRUCTURE")
    assert fields["PURCH_NO_C"]["nuc_length"] == 35
    assert fields["PURCH_DATE"]["field_type"] == "RFCTYPE_DATE"
