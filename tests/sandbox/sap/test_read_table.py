"""RFC_READ_TABLE with its real habits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sync.sandbox.sap import Connection, SapSystem, billing, warehouse
from sync.sandbox.sap.dictionary import structure
from sync.sandbox.sap.exceptions import ABAPApplicationError
from sync.sandbox.sap.store import Store
from sync.sandbox.sap.where_clause import Keys, compile_where

LINE = ("S-001", "2", "10.00")


def read(
    connection: Connection, table: str, fields: str, *where: str, **more: Any
) -> dict[str, Any]:
    return connection.call(
        "RFC_READ_TABLE",
        QUERY_TABLE=table,
        FIELDS=[{"FIELDNAME": name} for name in fields.split()],
        OPTIONS=[{"TEXT": line} for line in where],
        **more,
    )


def test_columns_are_cut_by_offset_and_length(
    connection: Connection, place: Callable[..., str]
) -> None:
    number = place(LINE)

    answer = read(connection, "VBAK", "VBELN NETWR WAERK BSTNK")

    row = answer["DATA"][0]["WA"].ljust(512)
    cut = [
        row[int(f["OFFSET"]) : int(f["OFFSET"]) + int(f["LENGTH"])].strip()
        for f in answer["FIELDS"]
    ]
    assert cut == [number, "20.00", "USD", "000000004"]


def test_offsets_include_the_delimiter(connection: Connection) -> None:
    answer = read(connection, "VBAK", "VBELN ERDAT", DELIMITER="|", NO_DATA="X")

    assert [field["OFFSET"] for field in answer["FIELDS"]] == ["000000", "000011"]
    assert answer["DATA"] == []


@pytest.mark.parametrize(
    ("where", "hits"),
    [
        (["BSTNK = 'A' OR BSTNK EQ 'B'"], 2),
        (["BSTNK IN ('A','C')"], 2),
        (["NETWR GT '15' AND", "NOT BSTNK = 'A'"], 2),
        (["BSTNK BETWEEN 'B' AND 'C'"], 2),
        (["BSTNK LIKE '%A%'"], 1),
        (["VBELN = '5000001'"], 0),
        (["( BSTNK <> 'A' )"], 2),
    ],
)
def test_conditions_are_understood(
    connection: Connection, place: Callable[..., str], where: list[str], hits: int
) -> None:
    for reference in "ABC":
        place(LINE, reference=reference)

    assert len(read(connection, "VBAK", "VBELN", *where)["DATA"]) == hits


def test_rows_can_be_skipped_and_counted(connection: Connection, place: Callable[..., str]) -> None:
    numbers = [place(LINE, reference=reference) for reference in "ABC"]

    answer = read(connection, "VBAK", "VBELN", ROWSKIPS=1, ROWCOUNT=1)

    assert [row["WA"] for row in answer["DATA"]] == [numbers[1]]


@pytest.mark.parametrize(
    ("table", "fields", "where", "key"),
    [
        ("ZNONE", "VBELN", "", "TABLE_NOT_AVAILABLE"),
        ("VBAK", "TYPO", "", "TABLE_WITHOUT_DATA"),
        ("VBAK", "VBELN", "VBELN = ", "OPTION_NOT_VALID"),
        ("VBAK", "VBELN", "TYPO = 'X'", "OPTION_NOT_VALID"),
        ("LIKP", "", "", "DATA_BUFFER_EXCEEDED"),
    ],
)
def test_errors_are_the_real_exceptions(
    connection: Connection, table: str, fields: str, where: str, key: str
) -> None:
    with pytest.raises(ABAPApplicationError) as raised:
        read(connection, table, fields, *filter(None, [where]))

    assert (raised.value.code, raised.value.key) == (5, key)
    assert connection.alive


def test_an_application_error_leaves_the_session_as_it_was(connection: Connection) -> None:
    before = connection.get_connection_attributes()

    with pytest.raises(ABAPApplicationError):
        read(connection, "ZNONE", "VBELN")

    assert connection.get_connection_attributes() == before


@pytest.mark.parametrize(
    ("where", "keys"),
    [
        ("VBELN = '1'", {"VBELN": {"1"}}),
        ("VBELN = '1' OR VBELN EQ '2'", {"VBELN": {"1", "2"}}),
        ("VBELN IN ( '1' , '2' ) AND NETWR > 5", {"VBELN": {"1", "2"}}),
        ("VBELN = '1' AND VBELN = '2'", {"VBELN": set()}),
        ("VBELN = '1' OR ERDAT = '20260101'", {}),
        ("NOT VBELN = '1'", {}),
        ("VBELN <> '1'", {}),
        ("VBELN LIKE '1%'", {}),
        ("( VBELN = '1' OR VBELN = '2' ) AND VKORG = '1000'",
         {"VBELN": {"1", "2"}, "VKORG": {"1000"}}),
    ],
)  # fmt: skip
def test_a_condition_tells_which_keys_a_row_must_have(where: str, keys: Keys) -> None:
    assert compile_where([where], structure("VBAK")).keys == keys


@pytest.mark.parametrize("table", ["VBAK", "VBAP", "VBKD", "VBPA", "VBUK", "VBUP"])
def test_reading_by_number_reads_no_other_document(
    connection: Connection,
    place: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    table: str,
) -> None:
    number = place(LINE)

    def scan(*_: Any) -> Any:
        raise AssertionError("all documents were read")

    monkeypatch.setattr(Store, "all", scan)

    rows = read(connection, table, "VBELN", f"VBELN = '{number}'")["DATA"]

    assert {row["WA"] for row in rows} == {number}


def test_deliveries_and_bills_are_found_by_their_predecessor(
    sap: SapSystem, connection: Connection, place: Callable[..., str]
) -> None:
    number, _ = place(LINE, reference="000000005"), place(LINE, reference="000000006")
    (delivery,) = warehouse.create_delivery(sap, warehouse.DeliveryRequest([number]))
    warehouse.pick(sap, delivery)
    warehouse.post_goods_issue(sap, delivery, "DHL", ["1Z1"])
    (bill,) = billing.bill(sap, billing.BillingRequest(deliveries=[delivery]))

    lines = [
        read(connection, table, "VBELN", f"{column} = '{value}'")["DATA"]
        for table, column, value in (
            ("LIPS", "VGBEL", number),
            ("VBRP", "VGBEL", delivery),
            ("VBRP", "AUBEL", number),
        )
    ]

    assert [{row["WA"] for row in rows} for rows in lines] == [{delivery}, {bill}, {bill}]
