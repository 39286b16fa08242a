"""Against what the remotes allow: the share of the latency bound, and a stock job's speed."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.bench import cycle, stock
from tests.bench.figures import Figure, at_least
from tests.bench.stage import Remotes, Stage

SESSIONS = (1, 2, 4, 8)
ORDERS_EACH = 50  # for each session
CALLS = 3  # in SAP beside the commit: look-up, create, read back
SHARES = {1: 0.9, 2: 0.9, 4: 0.9, 8: 0.6}


def figures(stage: Stage) -> Iterator[Figure]:
    remotes = Remotes()
    seconds = CALLS * remotes.sap_call + remotes.sap_commit
    rates = {}
    for sessions in SESSIONS:
        orders = ORDERS_EACH * sessions
        rates[sessions] = _rate(stage, remotes, sessions, orders)
        share = rates[sessions] * seconds / sessions
        name = f"share of the latency bound, {sessions} SAP session{'s' if sessions > 1 else ''}"
        yield at_least(name, share, SHARES[sessions])
    rate = _stock_rate(stage, remotes)
    yield Figure("a stock forked job, one worker", 1 / rate, "s/order")
    yield at_least("against a stock job, per SAP session", rates[1] / rate, 2.5, "×")
    yield at_least("against a stock job, per worker process", max(
        rates[4] / _processes(4), rates[8] / _processes(8)) / rate, 8, "×")  # fmt: skip


def _processes(sessions: int) -> int:
    return 1 if sessions < 4 else 2


def _threads(sessions: int) -> int:
    """Of each process: two for each session, so that one calls the shop meanwhile, and one that is
    kept for clicks."""
    return 2 * sessions // _processes(sessions) + 1


def _rate(stage: Stage, remotes: Remotes, sessions: int, orders: int) -> float:
    cycle.place(stage, orders)
    cycle.fetch_only(stage, orders)
    cycle.ask_for_pushes()
    stage.be_slow(remotes)
    stage.start_workers(_processes(sessions), _threads(sessions), SAP_SESSIONS=str(sessions))
    found = cycle.rate(stage, cycle.CONFIRMED, orders, after=2 * sessions)
    stage.stop_workers()
    return found


def _stock_rate(stage: Stage, remotes: Remotes) -> float:
    cycle.place(stage, ORDERS_EACH)
    cycle.fetch_only(stage, ORDERS_EACH)
    stage.be_slow(remotes)
    with stage.watch() as watcher:
        waiting = "SELECT id FROM sync_salesorder WHERE confirmed_at IS NULL"
        keys = [int(str(row[0])) for row in watcher.execute(waiting)]
    stock.enqueue(stage.environment["REDIS_URL"], keys)
    stage.crew.start("stock", [sys.executable, "-m", "tests.bench.stock"])
    found = cycle.rate(stage, cycle.CONFIRMED, ORDERS_EACH, after=1)
    stage.crew.retire("stock")
    return found
