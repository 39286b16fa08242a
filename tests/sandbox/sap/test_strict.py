"""Every mistake the pyrfc sheet lists in sections 2, 3 and 6: the strict stand-in refuses each.

With the class, code and key pyrfc has, and the same shape of ``args``. Strict is the default.
"""

from __future__ import annotations

import copy
import locale
import pickle
import weakref
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

import pytest

from sync.sandbox.sap import Connection, SapSystem, connect, connect_in_process
from sync.sandbox.sap.exceptions import (
    ABAPApplicationError,
    ABAPRuntimeError,
    CommunicationError,
    ExternalRuntimeError,
    LogonError,
    RFCError,
    RFCLibError,
)
from sync.sandbox.sap.fill import is_strict

from .conftest import order

CREATE = "BAPI_SALESORDER_CREATEFROMDAT2"
COMMIT = "BAPI_TRANSACTION_COMMIT"
ROW, STRUCTURE = "ORDER_ITEMS_IN", "IMPORTSTRUCT"


class Safe(str):
    """As Django's SafeString: ``str()`` leaves it as it is."""

    __slots__ = ()

    def __str__(self) -> str:
        return self


class Choice(StrEnum):
    """As Django's TextChoices."""

    ORDER = "TA"


class Mixed(str, Enum):  # noqa: UP042 - the older kind of member is meant
    """Whose ``str()`` is ``Mixed.ORDER``."""

    ORDER = "TA"


def call(connection: Connection, table: str, field: str, value: Any) -> dict[str, Any]:
    """One value in one field of one row or structure."""
    if table == STRUCTURE:
        return connection.call("STFC_STRUCTURE", IMPORTSTRUCT={field: value})
    rows: dict[str, Any] = {table: [{field: value}]}
    return connection.call(CREATE, None, TESTRUN="X", **rows)


def found(connection: Connection) -> int:
    answer = connection.call(
        "BAPI_SALESORDER_GETLIST",
        CUSTOMER_NUMBER="0000099001",
        SALES_ORGANIZATION="1000",
        PURCHASE_ORDER_NUMBER="000000004",
    )
    return len(answer["SALES_ORDERS"])


def test_strict_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAP_STANDIN_STRICT", raising=False)

    assert is_strict()


# ---- section 2: opening ------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["ashost", "client", "lang", "passwd"])
@pytest.mark.parametrize("value", [100, None, True, b"100", Safe("100"), Choice.ORDER])
def test_2_a_connection_parameter_that_is_not_exactly_str(name: str, value: Any) -> None:
    parameters = {"ashost": "x", "client": "100", "user": "U", "passwd": "p", name: value}

    with pytest.raises(RFCError, match="must be exactly str") as raised:
        connect(**parameters)

    assert type(raised.value) is RFCError
    assert "100" not in str(raised.value)


def test_2_no_connection_parameters() -> None:
    with pytest.raises(RFCError, match="Connection parameters missing") as raised:
        connect()

    assert getattr(raised.value, "code", None) is None


def test_2_no_host() -> None:
    with pytest.raises(ExternalRuntimeError) as raised:
        connect(client="100", user="U", passwd="p")

    assert (raised.value.code, raised.value.key) == (20, "RFC_INVALID_PARAMETER")


def test_2_an_unknown_configuration_key(sap: SapSystem) -> None:
    with pytest.raises(RFCError, match="not supported") as raised:
        connect_in_process(sap, {"strip": True})

    assert type(raised.value) is RFCError


def test_2_configuration_changed_after_opening_has_no_effect(connection: Connection) -> None:
    connection.options.update({"rstrip": False, "return_import_params": True, "dtime": True})

    answer = connection.call("STFC_CONNECTION", REQUTEXT="a")

    assert answer["ECHOTEXT"] == "a"
    assert "REQUTEXT" not in answer


def test_2_opening_a_freed_connection(connection: Connection) -> None:
    connection.free()

    with pytest.raises(RFCError, match="Connection parameters missing"):
        connection.open()


@pytest.mark.parametrize("use", [pickle.dumps, copy.copy, copy.deepcopy, weakref.ref])
def test_2_copies_pickles_and_weak_references(
    connection: Connection, use: Callable[[Connection], Any]
) -> None:
    with pytest.raises(TypeError):
        use(connection)


def test_2_an_extra_attribute(connection: Connection) -> None:
    with pytest.raises(AttributeError):
        connection.order_number = "1"  # type: ignore[attr-defined]


# ---- section 3: the type table -----------------------------------------------------------------
SUBCLASSES = [Safe("x"), Choice.ORDER, Mixed.ORDER]
REFUSED_TYPES: list[tuple[str, str, list[Any]]] = [
    (STRUCTURE, "RFCCHAR4", [None, 1, 1.0, Decimal(1), b"x", True, *SUBCLASSES]),
    (ROW, "ITM_NUMBER", [10, None, "", " ", "-1", "1.0"]),
    (STRUCTURE, "RFCDATE",
     [datetime(2024, 2, 29, tzinfo=UTC), 20240229, "2024-02-29", "20230229", "00000000"]),
    (STRUCTURE, "RFCTIME", [datetime(2024, 2, 29, tzinfo=UTC), 1, "240000", "12:34"]),
    ("ORDER_SCHEDULES_IN", "REQ_QTY", [1, True, None, "", "1,5"]),
    (STRUCTURE, "RFCFLOAT", [1, True, None, "", "1,5"]),
    *((STRUCTURE, name, [True, 1.0, "1", Decimal(1), None])
      for name in ("RFCINT1", "RFCINT2", "RFCINT4")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "field", "value"),
    [(table, field, value) for table, field, values in REFUSED_TYPES for value in values],
)
def test_3_a_value_of_the_wrong_type_names_field_and_structure(
    connection: Connection, table: str, field: str, value: Any
) -> None:
    with pytest.raises(TypeError) as raised:
        call(connection, table, field, value)

    text, *rest = raised.value.args
    assert isinstance(text, str)
    assert rest == [value, "of type", type(value), field, table]


@pytest.mark.parametrize("value", ["abc", None, memoryview(b"abc")])
def test_3_a_raw_value_that_is_no_bytes_has_pythons_text_and_the_names(
    connection: Connection, value: Any
) -> None:
    with pytest.raises(TypeError) as raised:
        call(connection, STRUCTURE, "RFCHEX3", value)

    assert raised.value.args[1:] == ("RFCHEX3", STRUCTURE)


STRUCTURES: list[Any] = [[], None, (), OrderedDict(), defaultdict(str)]
TABLES: list[Any] = [(), {}, None, iter(())]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [(STRUCTURE, v) for v in STRUCTURES] + [("RFCTABLE", v) for v in TABLES],
)
def test_3_a_structure_or_table_of_another_type(
    connection: Connection, parameter: str, value: Any
) -> None:
    with pytest.raises(TypeError) as raised:
        connection.call("STFC_STRUCTURE", **{parameter: value})

    assert len(raised.value.args) == 3
    assert raised.value.args[1:] == (str(type(value)), parameter)


@pytest.mark.parametrize("row", [OrderedDict(), "x", None, ()])
def test_3_a_row_that_is_no_plain_dict(connection: Connection, row: Any) -> None:
    with pytest.raises(ExternalRuntimeError) as raised:
        connection.call("STFC_STRUCTURE", RFCTABLE=[row])

    error = raised.value
    assert (error.code, error.key) == (20, "RFC_INVALID_PARAMETER")
    assert error.message == "field '' not found"


NOT_CONVERTED: list[tuple[str, str, list[Any]]] = [
    (ROW, "ITM_NUMBER", ["²", "٣", "1234567"]),
    ("ORDER_SCHEDULES_IN", "REQ_QTY",
     ["NaN", "Infinity", "1E+2", Decimal("1E+2"), 1e-07, "1_000", " 1 ",
      Decimal("1.0001"), Decimal("99999999999")]),
    (STRUCTURE, "RFCINT1", [256, -1]),
    (STRUCTURE, "RFCINT2", [2**15]),
    (STRUCTURE, "RFCHEX3", [b"abcd"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "field", "value"),
    [(table, field, value) for table, field, values in NOT_CONVERTED for value in values],
)
def test_3_what_the_library_might_cut_round_or_misread(
    connection: Connection, table: str, field: str, value: Any
) -> None:
    with pytest.raises(ExternalRuntimeError) as raised:
        call(connection, table, field, value)

    assert (raised.value.code, raised.value.key) == (22, "RFC_CONVERSION_FAILURE")


def test_3_an_integer_beyond_32_bits_is_no_rfc_error(connection: Connection) -> None:
    with pytest.raises(OverflowError):
        call(connection, STRUCTURE, "RFCINT4", 2**31)


@pytest.mark.parametrize("value", ["12345", "ab😀c"])
def test_3_text_longer_than_its_field(connection: Connection, value: str) -> None:
    with pytest.raises(ExternalRuntimeError) as raised:
        call(connection, STRUCTURE, "RFCCHAR4", value)

    assert (raised.value.code, raised.value.key) == (20, "RFC_INVALID_PARAMETER")


def test_3_a_lone_surrogate(connection: Connection) -> None:
    with pytest.raises(UnicodeEncodeError):
        call(connection, STRUCTURE, "RFCCHAR4", "\ud800")


def test_3_text_after_a_nul_is_dropped(connection: Connection) -> None:
    assert call(connection, STRUCTURE, "RFCCHAR4", "a\x00b")["ECHOSTRUCT"]["RFCCHAR4"] == "a"


@pytest.mark.parametrize(
    ("function", "parameters", "name"),
    [
        ("STFC_CONNECTION", {"UNKNOWN": "x"}, "UNKNOWN"),
        ("STFC_CONNECTION", {"requtext": "x"}, "requtext"),
        ("STFC_STRUCTURE", {"IMPORTSTRUCT": {"UNKNOWN": "x"}}, "UNKNOWN"),
        ("STFC_STRUCTURE", {"RFCTABLE": [{"rfcchar4": "x"}]}, "rfcchar4"),
    ],
)
def test_3_an_unknown_parameter_or_field(
    connection: Connection, function: str, parameters: dict[str, Any], name: str
) -> None:
    with pytest.raises(ExternalRuntimeError) as raised:
        connection.call(function, **parameters)

    error = raised.value
    assert (error.code, error.key) == (20, "RFC_INVALID_PARAMETER")
    assert error.message == f"field '{name}' not found"


def test_3_a_field_name_that_is_no_text(connection: Connection) -> None:
    with pytest.raises(AttributeError):
        connection.call("STFC_STRUCTURE", IMPORTSTRUCT={1: "x"})


@pytest.mark.parametrize("name", ["Z_MISSING", "rfc_ping"])
def test_3_an_unknown_function_or_one_in_lower_case(connection: Connection, name: str) -> None:
    with pytest.raises(ABAPApplicationError) as raised:
        connection.call(name)

    error = raised.value
    assert (error.code, error.key) == (5, "FU_NOT_FOUND")
    assert error.message == f"ID:FL Type:E Number:046 {name}"
    assert (error.msg_class, error.msg_type, error.msg_number) == ("FL", "E", "046")


def test_3_a_point_under_a_locale_with_a_comma(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locale, "localeconv", lambda: {"decimal_point": ","})

    with pytest.raises(ExternalRuntimeError) as raised:
        call(connection, "ORDER_SCHEDULES_IN", "REQ_QTY", Decimal("1.5"))

    assert (raised.value.code, raised.value.key) == (22, "RFC_CONVERSION_FAILURE")


# ---- section 6: what an error does to the session ----------------------------------------------
FILL_MISTAKES: list[dict[str, Any]] = [
    {"REQUTEXT": 1},
    {"UNKNOWN": "x"},
    {"REQUTEXT": "x" * 256},
    {"REQUTEXT": "\ud800"},
]


@pytest.mark.parametrize("mistake", FILL_MISTAKES)
def test_6_a_mistake_while_filling_leaves_the_unit_of_work(
    connection: Connection, mistake: dict[str, Any]
) -> None:
    connection.call(CREATE, **order(("S-001", "1", "10.00")))

    with pytest.raises((TypeError, ExternalRuntimeError, UnicodeEncodeError)):
        connection.call("STFC_CONNECTION", **mistake)

    connection.call(COMMIT, WAIT="X")
    assert (found(connection), connection.alive) == (1, True)


def test_6_an_abap_exception_leaves_the_unit_of_work(connection: Connection) -> None:
    connection.call(CREATE, **order(("S-001", "1", "10.00")))

    with pytest.raises(ABAPApplicationError):
        connection.call("RFC_READ_TABLE", QUERY_TABLE="MISSING")

    connection.call(COMMIT, WAIT="X")
    assert (found(connection), connection.alive) == (1, True)


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("dump", ABAPRuntimeError, 3),
        ("abort", ABAPRuntimeError, 4),
        ("drop_before", CommunicationError, 1),
        ("drop_after", CommunicationError, 1),
    ],
)
def test_6_a_commit_after_a_failed_call_reports_success_and_saves_nothing(
    sap: SapSystem, connection: Connection, fault: str, error: type[RFCLibError], code: int
) -> None:
    connection.call(CREATE, **order(("S-001", "1", "10.00")))
    sap.faults.arm(fault, operation="RFC_PING")

    with pytest.raises(error) as raised:
        connection.call("RFC_PING")
    committed = connection.call(COMMIT, WAIT="X")

    assert raised.value.code == code
    assert connection.alive
    assert committed["RETURN"]["TYPE"] == ""
    assert found(connection) == 0


def test_6_a_failed_reopening_hides_the_reason_and_leaves_no_connection(
    sap: SapSystem, connection: Connection
) -> None:
    sap.faults.arm("drop_after", operation="RFC_PING")
    sap.faults.arm("logon_refused")

    with pytest.raises(LogonError) as raised:
        connection.call("RFC_PING")
    with pytest.raises(RFCError, match="connection is closed") as closed:
        connection.call("RFC_PING")

    assert (raised.value.code, raised.value.key) == (2, "RFC_LOGON_FAILURE")
    assert type(closed.value) is RFCError
    assert not connection.alive


@pytest.mark.parametrize("use", ["ping", "reset_server_context"])
def test_6_a_failure_outside_a_call_leaves_a_dead_handle_until_reopened(
    sap: SapSystem, connection: Connection, use: str
) -> None:
    sap.drop_all_sessions()

    with pytest.raises(CommunicationError):
        getattr(connection, use)()
    with pytest.raises(ExternalRuntimeError) as raised:
        connection.call("RFC_PING")

    assert (raised.value.code, raised.value.key) == (13, "RFC_INVALID_HANDLE")
    assert connection.alive
    connection.reopen()
    connection.call("RFC_PING")


def test_6_a_partner_gone_while_idle_is_not_noticed_before_the_next_use(
    sap: SapSystem, connection: Connection
) -> None:
    sap.drop_all_sessions()

    assert connection.alive
    assert connection.is_valid()


@pytest.mark.parametrize("use", ["ping", "reset_server_context"])
def test_6_using_a_closed_connection(connection: Connection, use: str) -> None:
    connection.close()

    with pytest.raises(ExternalRuntimeError) as raised:
        getattr(connection, use)()

    assert (raised.value.code, raised.value.key) == (13, "RFC_INVALID_HANDLE")


def test_6_cancelling_an_idle_connection_leaves_a_dead_handle(connection: Connection) -> None:
    connection.cancel()

    with pytest.raises(ExternalRuntimeError) as raised:
        connection.call("RFC_PING")

    assert (raised.value.code, connection.alive) == (13, True)
