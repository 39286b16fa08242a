"""The adapter on pyrfc and a real SAP system; reads and checks only, nothing is ever saved.

One skip when pyrfc or the system is missing. The type table is that of the pyrfc sheet, section 3.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from sync.errors import RemoteMisconfigured
from sync.sap.bapi import SapSession
from sync.sap.client import SapClient
from sync.sap.connection import connect
from sync.sap.options import SapOptions
from sync.sap.refusals import SapFieldMissing, SapFieldRefused
from sync.sap.sessions import SapSessions
from tests.pyrfc import system

reason = system.why_not()
if reason:
    pytest.skip(f"tests/pyrfc: {reason}", allow_module_level=True)

CREATE = "BAPI_SALESORDER_CREATEFROMDAT2"
MODULES = (
    CREATE,
    "BAPI_TRANSACTION_COMMIT",
    "BAPI_TRANSACTION_ROLLBACK",
    "BAPI_SALESORDER_GETLIST",
    "BAPISDORDER_GETDETAILEDLIST",
    "BAPI_SALESORDER_SIMULATE",
    "BAPI_DELIVERY_GETLIST",
    "BAPI_BILLINGDOC_GETLIST",
    "BAPI_BILLINGDOC_GETDETAIL",
)


@pytest.fixture
def client() -> Iterator[SapClient]:
    client = SapClient(connect, system.connection_parameters(), SapOptions())
    yield client
    client.close()


@pytest.fixture
def session() -> Iterator[SapSession]:
    sessions = SapSessions(connect, system.connection_parameters(), SapOptions())
    session = SapSession(sessions, SapOptions())
    yield session
    session.close()
    sessions.renew()


@pytest.fixture(scope="module")
def connection() -> Iterator[Any]:
    """pyrfc's own connection, to see what it takes and refuses by itself."""
    connection = connect(**system.connection_parameters())
    yield connection
    connection.close()


# ---- connecting --------------------------------------------------------------------------------
def test_the_system_answers_a_ping(client: SapClient) -> None:
    assert client.ping().startswith("SAP system ")


def test_a_wrong_password_is_for_the_administrator() -> None:
    # One attempt only: SAP locks a user after a few.
    parameters = {**system.connection_parameters(), "passwd": "wrong"}

    with pytest.raises(RemoteMisconfigured, match="refused the logon"):
        SapClient(connect, parameters, SapOptions()).ping()


@pytest.mark.parametrize("function", MODULES)
def test_the_interfaces_of_the_modules_we_call_are_readable(
    session: SapSession, function: str
) -> None:
    interface = session.interface(function)

    assert interface.parameters
    assert all(p.field.type.startswith("RFCTYPE_") for p in interface.parameters.values())


def test_lengths_are_told_in_characters(session: SapSession) -> None:
    header = session.interface(CREATE).parameters["ORDER_HEADER_IN"].fields or {}
    schedule = session.interface(CREATE).parameters["ORDER_SCHEDULES_IN"].fields or {}

    assert (header["PURCH_NO_C"].type, header["PURCH_NO_C"].length) == ("RFCTYPE_CHAR", 35)
    assert (schedule["REQ_QTY"].type, schedule["REQ_QTY"].decimals) == ("RFCTYPE_BCD", 3)


def test_a_module_that_is_not_there_is_named(session: SapSession) -> None:
    with pytest.raises(SapFieldMissing):
        session.interface("Z_PORTAL_DOES_NOT_EXIST")

    assert session.is_usable


# ---- the type table ----------------------------------------------------------------------------
class Text(str):
    """As Django's SafeString."""

    __slots__ = ()


def echo(connection: Any, **fields: Any) -> dict[str, Any]:
    answer = connection.call("STFC_STRUCTURE", IMPORTSTRUCT=fields)
    result: dict[str, Any] = answer["ECHOSTRUCT"]
    return result


TAKEN: list[tuple[str, Any, Any]] = [
    ("RFCCHAR4", "ab ", "ab"),
    ("RFCCHAR4", "äöü", "äöü"),
    ("RFCDATE", "20240229", "20240229"),
    ("RFCDATE", date(2024, 2, 29), "20240229"),
    ("RFCDATE", "", ""),
    ("RFCTIME", "235959", "235959"),
    ("RFCTIME", time(23, 59, 59), "235959"),
    ("RFCFLOAT", Decimal("1.5"), 1.5),
    ("RFCFLOAT", 1.5, 1.5),
    ("RFCINT1", 255, 255),
    ("RFCINT2", -2, -2),
    ("RFCINT4", 2**31 - 1, 2**31 - 1),
    ("RFCHEX3", b"abc", b"abc"),
    ("RFCHEX3", b"a", b"a\x00\x00"),
]


@pytest.mark.parametrize(("field", "value", "read"), TAKEN)
def test_3_what_pyrfc_takes_comes_back(connection: Any, field: str, value: Any, read: Any) -> None:
    assert echo(connection, **{field: value})[field] == read


REFUSED: list[tuple[str, Any]] = [
    *(("RFCCHAR4", value) for value in (None, 1, b"x", Text("x"))),
    *(("RFCDATE", value) for value in (
        "00000000", "2024-02-29", "20230229", datetime(2024, 2, 29, tzinfo=UTC))),
    *(("RFCTIME", value) for value in ("240000", "12:34")),
    *(("RFCFLOAT", value) for value in (1, True, None, "", "1,5")),
    *(("RFCINT4", value) for value in (True, 1.0, "1", Decimal(1), None)),
    *(("RFCHEX3", value) for value in ("abc", None)),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), REFUSED)
def test_3_what_pyrfc_refuses_names_field_and_structure(
    connection: Any, field: str, value: Any
) -> None:
    with pytest.raises(TypeError) as raised:
        echo(connection, **{field: value})

    assert raised.value.args[-2:] == (field, "IMPORTSTRUCT")
    assert connection.alive


@pytest.mark.parametrize("value", [10, None, "", " ", "-1"])
def test_3_numc_takes_digits_only(connection: Any, value: Any) -> None:
    with pytest.raises(TypeError):
        connection.call(CREATE, TESTRUN="X", ORDER_ITEMS_IN=[{"ITM_NUMBER": value}])


@pytest.mark.parametrize("value", [1, True, None, "", "1,5"])
def test_3_packed_numbers_refuse_int_and_text_that_is_no_number(
    connection: Any, value: Any
) -> None:
    with pytest.raises(TypeError):
        connection.call(CREATE, TESTRUN="X", ORDER_SCHEDULES_IN=[{"REQ_QTY": value}])


@pytest.mark.parametrize("value", [None, [], OrderedDict()])
def test_3_structures_are_exactly_dict(connection: Any, value: Any) -> None:
    with pytest.raises(TypeError):
        connection.call("STFC_STRUCTURE", IMPORTSTRUCT=value)


@pytest.mark.parametrize("fields", [{"UNKNOWN": "x"}])
def test_3_an_unknown_field_is_an_invalid_parameter(connection: Any, fields: Any) -> None:
    with pytest.raises(Exception, match="field 'UNKNOWN' not found") as raised:
        echo(connection, **fields)

    assert type(raised.value).__name__ == "ExternalRuntimeError"
    assert (raised.value.code, raised.value.key) == (20, "RFC_INVALID_PARAMETER")  # type: ignore[attr-defined]


def test_the_adapter_refuses_before_pyrfc_would_cut(session: SapSession) -> None:
    with pytest.raises(SapFieldRefused, match=r"IMPORTSTRUCT\.RFCCHAR4"):
        session.call("STFC_STRUCTURE", {"IMPORTSTRUCT": {"RFCCHAR4": "12345"}})

    assert session.is_usable


# ---- orders: checked, looked up, never saved ---------------------------------------------------
def test_a_dry_run_is_answered_and_leaves_nothing(client: SapClient) -> None:
    missing = system.missing_order_values()
    if missing:
        pytest.skip(f"tests/pyrfc: a dry run needs {', '.join(missing)}")
    request = system.order_request()

    simulation = client.simulate_sales_order(request)

    assert simulation.messages
    assert look_up(client, request) == []


def test_a_look_up_of_a_reference_nobody_has_is_empty(client: SapClient) -> None:
    missing = system.missing_order_values()
    if missing:
        pytest.skip(f"tests/pyrfc: a look-up needs {', '.join(missing)}")

    assert look_up(client, system.order_request()) == []


def look_up(client: SapClient, request: Any) -> list[Any]:
    return client.search_sales_orders(
        request.customer_reference,
        sold_to=request.partners[0].customer_number,
        sales_organization=request.sales_organization,
        created_from=request.order_date,
    )
