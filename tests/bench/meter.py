"""What the portal has cost so far, counted where it cannot be mistaken: in PostgreSQL, in the
kernel's books of each process, at the stand-ins."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import psycopg

from tests.bench.metered import booked_seconds
from tests.bench.stage import Stage

TICKS = os.sysconf("SC_CLK_TCK")
FRAME = "'^ *(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|SHOW|SELECT set_config)'"
STATEMENTS = (
    f"SELECT coalesce(sum(calls) FILTER (WHERE query !~* {FRAME}), 0), "
    f"coalesce(sum(calls) FILTER (WHERE query ~* {FRAME}), 0) FROM pg_stat_statements s "
    "JOIN pg_roles r ON r.oid = s.userid WHERE r.rolname = 'portal' "
    "AND query NOT LIKE '%FOR KEY SHARE OF x'"  # PostgreSQL's own, for foreign keys
)
TRANSACTIONS = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"  # those that write
CALLS = (
    "SELECT count(*) FILTER (WHERE system = 'sap'), "
    "count(*) FILTER (WHERE system <> 'sap' AND operation <> 'GET orders') FROM sync_remotecall"
)
ROWS = (
    "SELECT (SELECT count(*) FROM sync_synctask) + (SELECT count(*) FROM sync_syncattempt) "
    "+ (SELECT count(*) FROM sync_remotecall)"
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of the time between two readings; CPU in seconds."""

    queries: float
    frames: float  # BEGIN, COMMIT and their like
    writing_transactions: float
    worker_cpu: float
    postgres_cpu: float
    sap_cpu: float
    shop_cpu: float
    sap_calls: float
    shop_calls: float  # beside the fetches' pages, which hundreds of orders share
    ledger_rows: float
    session_seconds: float  # of SAP's sessions in calls and units

    def __sub__(self, other: Self) -> Self:
        return self._with(lambda mine, its: mine - its, other)

    def __add__(self, other: Self) -> Self:
        return self._with(lambda mine, its: mine + its, other)

    def per(self, orders: int) -> Self:
        return type(self)(*(value / orders for value in self._values))

    @property
    def _values(self) -> list[float]:
        return [float(getattr(self, one.name)) for one in fields(self)]

    def _with(self, combine: Callable[[float, float], float], other: Self) -> Self:
        return type(self)(*map(combine, self._values, other._values))


def read(stage: Stage, watcher: psycopg.Connection[tuple[object, ...]]) -> Cost:
    def numbers(query: str) -> list[float]:
        row = watcher.execute(query.encode()).fetchone()
        assert row is not None
        return [float(str(value)) for value in row]

    queries, frames = numbers(STATEMENTS)
    (transactions,) = numbers(TRANSACTIONS)
    sap_calls, shop_calls = numbers(CALLS)
    (rows,) = numbers(ROWS)
    fired = [float(one["fired"]) for one in stage.sap.faults()]
    booked = booked_seconds(stage.directory)
    return Cost(
        queries, frames, transactions,
        sum(map(cpu_seconds, stage.worker_pids())) - booked.cpu,
        postgres_seconds(stage.cluster),
        cpu_seconds(stage.crew.processes["sap"].running.pid),
        cpu_seconds(stage.crew.processes["shop"].running.pid),
        sum(fired) if fired else sap_calls, shop_calls, rows, booked.in_session,
    )  # fmt: skip


def statements(stage: Stage, most: int = 120) -> list[str]:
    """How often, how many milliseconds, what."""
    query = (
        "SELECT calls || ' ' || round(total_exec_time::numeric) || ' ' || left(query, 190) "
        "FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid "
        "WHERE r.rolname = 'portal' AND query NOT LIKE '%%FOR KEY SHARE OF x' "
        "ORDER BY calls DESC LIMIT %s"
    )
    with stage.watch() as watcher:
        return [str(row[0]) for row in watcher.execute(query, [most])]


def cpu_seconds(pid: int) -> float:
    """Of the process and of its children that have ended."""
    values = _stat(pid)
    return sum(values[11:15]) / TICKS if values else 0.0


def postgres_seconds(cluster: Path) -> float:
    """Of the whole server."""
    return tree_seconds(int((cluster / "postmaster.pid").read_text().split()[0]))


def tree_seconds(master: int) -> float:
    """Of a process and its children, whether they have ended or not."""
    total = cpu_seconds(master)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            values = _stat(int(entry.name))
            if values and values[1] == master:
                total += sum(values[11:13]) / TICKS
    return total


def peak_memory_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _stat(pid: int) -> list[int]:
    """The numbers after the name in brackets, state first as 0; empty where it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    _state, *rest = text.rpartition(")")[2].split()
    return [0, *(int(value) for value in rest)]
