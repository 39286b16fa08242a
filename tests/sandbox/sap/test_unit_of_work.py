"""Commit, rollback, sessions and locks of the stand-in SAP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sync.sandbox.sap import Connection, SapSystem, connect_in_process
from sync.sandbox.sap.exceptions import ABAPRuntimeError, CommunicationError
from sync.sandbox.sap.warehouse import set_order_lock

from .conftest import MovingClock, keys, order

CREATE = "BAPI_SALESORDER_CREATEFROMDAT2"
COMMIT = "BAPI_TRANSACTION_COMMIT"
LINE = ("S-001", "2", "10.00")


def found(connection: Connection, reference: str = "000000004") -> list[str]:
    answer = connection.call(
        "BAPI_SALESORDER_GETLIST",
        CUSTOMER_NUMBER="0000099001",
        SALES_ORGANIZATION="1000",
        PURCHASE_ORDER_NUMBER=reference,
    )
    return [row["SD_DOC"] for row in answer["SALES_ORDERS"]]


def test_nothing_is_saved_before_the_commit(connection: Connection) -> None:
    answer = connection.call(CREATE, **order(LINE))

    assert answer["SALESDOCUMENT"] == "0005000001"
    assert found(connection) == []


def test_a_commit_in_the_same_session_saves(connection: Connection) -> None:
    number = connection.call(CREATE, **order(LINE))["SALESDOCUMENT"]

    committed = connection.call(COMMIT, WAIT="X")

    assert committed["RETURN"]["TYPE"] == ""
    assert found(connection) == [number]


def test_a_commit_in_another_session_succeeds_and_saves_nothing(
    sap: SapSystem, connection: Connection
) -> None:
    connection.call(CREATE, **order(LINE))

    committed = connect_in_process(sap).call(COMMIT, WAIT="X")

    assert committed["RETURN"]["TYPE"] == ""
    assert found(connection) == []


def test_a_rollback_burns_the_number(connection: Connection) -> None:
    connection.call(CREATE, **order(LINE))
    connection.call("BAPI_TRANSACTION_ROLLBACK")
    connection.call(COMMIT, WAIT="X")

    answer = connection.call(CREATE, **order(LINE))

    assert found(connection) == []
    assert answer["SALESDOCUMENT"] == "0005000002"


def test_a_commit_without_wait_saves_a_little_later(
    connection: Connection, clock: MovingClock
) -> None:
    number = connection.call(CREATE, **order(LINE))["SALESDOCUMENT"]
    connection.call(COMMIT)
    at_once = found(connection)

    clock.move(2)

    assert at_once == []
    assert found(connection) == [number]


def test_a_lost_connection_leaves_a_new_empty_session_on_the_same_object(
    sap: SapSystem, connection: Connection
) -> None:
    connection.call(CREATE, **order(LINE))
    sap.faults.arm("drop_before", operation="RFC_PING")

    with pytest.raises(CommunicationError):
        connection.call("RFC_PING")
    committed = connection.call(COMMIT, WAIT="X")

    assert connection.alive
    assert committed["RETURN"]["TYPE"] == ""
    assert found(connection) == []


@pytest.mark.parametrize("operation", ["", COMMIT])
def test_a_lost_answer_to_the_commit_leaves_the_order_saved(
    sap: SapSystem, connection: Connection, operation: str
) -> None:
    number = connection.call(CREATE, **order(LINE))["SALESDOCUMENT"]
    sap.faults.arm("lost_commit_answer", operation=operation)

    with pytest.raises(CommunicationError) as raised:
        connection.call(COMMIT, WAIT="X")

    assert raised.value.code == 1
    assert found(connection) == [number]


def test_a_terminated_update_is_an_error_in_the_return_of_the_commit(
    sap: SapSystem, connection: Connection
) -> None:
    connection.call(CREATE, **order(LINE))
    sap.faults.arm("commit_error")

    committed = connection.call(COMMIT, WAIT="X")

    assert committed["RETURN"]["TYPE"] == "E"
    assert found(connection) == []


def test_a_dump_carries_its_id_and_ends_the_session(sap: SapSystem, connection: Connection) -> None:
    connection.call(CREATE, **order(LINE))
    sap.faults.arm("dump", key="TIME_OUT")

    with pytest.raises(ABAPRuntimeError) as raised:
        connection.call(COMMIT, WAIT="X")
    connection.call(COMMIT, WAIT="X")

    assert (raised.value.code, raised.value.key) == (3, "TIME_OUT")
    assert found(connection) == []


def change(connection: Connection, number: str) -> list[str]:
    answer = connection.call(
        "BAPI_SALESORDER_CHANGE",
        SALESDOCUMENT=number,
        RETURN=[],
        ORDER_HEADER_INX={"UPDATEFLAG": "U"},
        ORDER_ITEM_IN=[{"ITM_NUMBER": "000010", "REASON_REJ": "50"}],
        ORDER_ITEM_INX=[{"ITM_NUMBER": "000010", "UPDATEFLAG": "U", "REASON_REJ": "X"}],
    )
    return keys(answer["RETURN"])


def test_a_document_open_elsewhere_is_locked(
    sap: SapSystem, connection: Connection, place: Callable[..., str]
) -> None:
    number = place(LINE)
    set_order_lock(sap, number, "MILLER")

    refused = change(connection, number)
    set_order_lock(sap, number, "")

    assert refused == ["E V1 042", "E V4 219"]
    assert "E V1 042" not in change(connection, number)


def test_a_change_locks_until_its_commit(
    sap: SapSystem, connection: Connection, place: Callable[..., str]
) -> None:
    number = place(LINE)
    other = connect_in_process(sap)
    change(connection, number)

    before = change(other, number)
    connection.call(COMMIT, WAIT="X")

    assert before == ["E V1 042", "E V4 219"]
    assert change(other, number)[-1] == "S V1 311"


def test_documents_survive_a_restart(
    sap: SapSystem, place: Callable[..., str], tmp_path: Path
) -> None:
    number = place(LINE)
    sap.close()

    again = SapSystem(tmp_path / "sap")

    assert found(connect_in_process(again)) == [number]
    again.close()


def test_numbers_go_on_after_a_restart(
    connection: Connection, sap: SapSystem, tmp_path: Path
) -> None:
    connection.call(CREATE, **order(LINE))
    sap.close()

    again = SapSystem(tmp_path / "sap")
    number = connect_in_process(again).call(CREATE, **order(LINE))["SALESDOCUMENT"]

    assert number == "0005000002"
    again.close()
