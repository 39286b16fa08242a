"""A stand-in SAP in a folder of its own, with a clock that only moves when told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync.sandbox.sap import Connection, SapSystem, connect_in_process


class MovingClock:
    """Stands still until moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 15, 23, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def move(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def sap(tmp_path: Path, clock: MovingClock) -> Iterator[SapSystem]:
    system = SapSystem(tmp_path / "sap", now=clock, sleep=lambda seconds: None)
    yield system
    system.close()


@pytest.fixture
def connection(sap: SapSystem) -> Connection:
    return connect_in_process(sap)


def address(**extra: str) -> dict[str, str]:
    return {
        "NAME": "Ada Lovelace",
        "STREET": "12 St James",
        "CITY": "London",
        "COUNTRY": "GB",
        "POSTL_CODE": "SW1Y",
        **extra,
    }


def order(
    *lines: tuple[str, str, str], reference: str = "000000004", **header: str
) -> dict[str, Any]:
    """Parameters of a create without X structures; lines are (material, quantity, price)."""
    return {
        "ORDER_HEADER_IN": {
            "DOC_TYPE": "TA",
            "SALES_ORG": "1000",
            "DISTR_CHAN": "10",
            "DIVISION": "00",
            "PURCH_NO_C": reference,
            "CURRENCY": "USD",
            "PMNTTRMS": "0001",
            "SHIP_COND": "01",
            **header,
        },
        "ORDER_PARTNERS": [{"PARTN_ROLE": "AG", "PARTN_NUMB": "0000099001", **address()}],
        "ORDER_ITEMS_IN": [
            {"ITM_NUMBER": f"{n * 10:06d}", "MATERIAL": material}
            for n, (material, _, _) in enumerate(lines, 1)
        ],
        "ORDER_SCHEDULES_IN": [
            {"ITM_NUMBER": f"{n * 10:06d}", "SCHED_LINE": "0001", "REQ_QTY": Decimal(quantity)}
            for n, (_, quantity, _) in enumerate(lines, 1)
        ],
        "ORDER_CONDITIONS_IN": [
            {
                "ITM_NUMBER": f"{n * 10:06d}",
                "COND_TYPE": "PR00",
                "COND_VALUE": Decimal(price),
                "CURRENCY": header.get("CURRENCY", "USD"),
                "COND_P_UNT": Decimal(1),
                "COND_UNIT": "ST",
            }
            for n, (_, _, price) in enumerate(lines, 1)
            if price
        ],
    }


def keys(rows: list[dict[str, Any]]) -> list[str]:
    """RETURN rows as ``E V1 302``."""
    return [f"{row['TYPE']} {row['ID']} {row['NUMBER']}" for row in rows]


@pytest.fixture
def place(connection: Connection) -> Callable[..., str]:
    """Create and commit an order; returns its number."""

    def _place(
        *lines: tuple[str, str, str],
        reference: str = "000000004",
        conditions: list[dict[str, Any]] | None = None,
        **header: str,
    ) -> str:
        parameters = order(*lines, reference=reference, **header)
        parameters["ORDER_CONDITIONS_IN"] += conditions or []
        answer = connection.call("BAPI_SALESORDER_CREATEFROMDAT2", **parameters)
        assert answer["SALESDOCUMENT"], keys(answer["RETURN"])
        connection.call("BAPI_TRANSACTION_COMMIT", WAIT="X")
        return str(answer["SALESDOCUMENT"])

    return _place
