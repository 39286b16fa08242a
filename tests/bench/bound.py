"""Against what the remotes allow: the share of the latency bound, and a stock job's speed.

The bound: SAP's sessions are never idle. What an order takes of a session, in calls and in its unit
of work from create to commit, is measured with one session, where nothing else runs beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.bench import cycle, stock
from tests.bench.figures import Figure, at_least
from tests.bench.metered import booked_seconds
from tests.bench.stage import Remotes, Stage

SESSIONS = (1, 2, 4, 8)
ORDERS_EACH = 50  # for each session
MOST = SESSIONS[-1]
CORES = 2  # a process keeps no more than one busy
SHARES = {1: 0.9, 2: 0.9, 4: 0.9, 8: 0.6}


def figures(stage: Stage) -> Iterator[Figure]:
    rates: dict[int, float] = {}
    alone = 0.0
    for sessions in SESSIONS:
        before = booked_seconds(stage.directory).in_session
        rates[sessions] = _rate(stage, Remotes(), sessions, ORDERS_EACH * sessions)
        spent = booked_seconds(stage.directory).in_session - before
        if not alone:
            alone = spent / ORDERS_EACH
            yield Figure("SAP calls and unit of one order, alone", 1000 * alone, "ms")
        name = f"share of the latency bound, {sessions} SAP session{'s' if sessions > 1 else ''}"
        yield at_least(name, rates[sessions] * alone / sessions, SHARES[sessions])
    in_one = _rate(stage, Remotes(), MOST, ORDERS_EACH * MOST, processes=1)
    rate = _stock_rate(stage, Remotes())
    yield Figure("a stock forked job, one worker", 1 / rate, "s/order")
    yield at_least("against a stock job, per SAP session", rates[1] / rate, 2.5, "×")
    yield at_least("against a stock job, per worker process", in_one / rate, 8, "×")


def _rate(stage: Stage, remotes: Remotes, sessions: int, orders: int, processes: int = 0) -> float:
    """Three threads for each session, so that others call the shop and store meanwhile, and one in
    each process that is kept for clicks."""
    processes = processes or min(sessions, CORES)
    cycle.place(stage, orders)
    cycle.fetch_only(stage, orders)
    cycle.ask_for_pushes()
    stage.be_slow(remotes)
    threads = 3 * sessions // processes + 1
    stage.start_workers(processes, threads, SAP_SESSIONS=str(sessions))
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
    stage.crew.environment = {**stage.environment, **stock.NO_LIMITS}
    stock.enqueue(stage.environment["REDIS_URL"], keys)
    stage.crew.start("stock", [sys.executable, "-m", "tests.bench.stock"])
    found = cycle.rate(stage, cycle.CONFIRMED, ORDERS_EACH, after=1)
    stage.crew.retire("stock")
    return found
