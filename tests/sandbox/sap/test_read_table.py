"""RFC_READ_TABLE with its real habits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sync.sandbox.sap import Connection
from sync.sandbox.sap.exceptions import ABAPApplicationError

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
