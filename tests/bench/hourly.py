"""Orders per hour with a SAP that takes 300 ms for a call, and at most 16 sessions."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.bench import cycle
from tests.bench.cycle import Measured
from tests.bench.figures import Figure, at_least
from tests.bench.meter import read
from tests.bench.stage import Remotes, Stage

ORDERS = 480  # a fetch asks for no more than 500 follow-ups; the scheduler does not run here
PROCESSES, THREADS = 2, 20
HOUR = 3600
ASK_EVERY_SECONDS = 1.0


def figures(stage: Stage) -> Iterator[Figure]:
    """First orders that only go into SAP; then, as all day long, as many that go into SAP, others
    that are shipped and others that are invoiced, all at once."""
    remotes = Remotes(sap_call=0.3)
    stage.start_workers(PROCESSES, THREADS, SAP_SESSIONS="16")
    cycle.place(stage, ORDERS)
    stage.be_slow(remotes)
    yield from _of("create + confirm", cycle.into_sap(stage, ORDERS), 50_000)
    stage.be_slow(Remotes(0, 0, 0))
    _get_ready(stage)
    stage.be_slow(remotes)
    yield from _of("whole cycle", _all_at_once(stage), 20_000)
    stage.stop_workers()


def _get_ready(stage: Stage) -> None:
    cycle.dispatch_all(stage)
    cycle.ship(stage, ORDERS)
    cycle.bill_all(stage)
    cycle.place(stage, ORDERS)
    cycle.into_sap(stage, ORDERS)
    cycle.dispatch_all(stage)
    cycle.place(stage, ORDERS)


def _of(name: str, measured: Measured, target: float) -> Iterator[Figure]:
    rate = measured.orders / measured.seconds
    yield at_least(f"{name}: orders per hour", rate * HOUR, target)
    cost = measured.cost
    used = cost.worker_cpu + cost.postgres_cpu + cost.sap_cpu + cost.shop_cpu
    yield Figure(f"{name}: cores in use, stand-ins too", used / measured.seconds)
    yield Figure(f"{name}: SAP sessions in use", cost.session_seconds / measured.seconds)


def _all_at_once(stage: Stage) -> Measured:
    """Every fetch begins anew once it has ended, as its schedule would have it."""
    from sync.jobs import work
    from sync.models import Shop, SyncTask

    fetches = (work.pull_orders(Shop.objects.get()), work.pull_deliveries(), work.pull_billing())
    with stage.watch() as watcher:
        before, began = read(stage, watcher), time.monotonic()
        goals = [
            (query, cycle.count(watcher, query) + ORDERS)
            for query in (cycle.CONFIRMED, cycle.SHIPPED, cycle.MAILED)
        ]
        while any(cycle.count(watcher, query) < goal for query, goal in goals):
            for fetch in fetches:
                open_ones = SyncTask.objects.filter(state__in=SyncTask.OPEN_STATES)
                if not open_ones.filter(step=fetch.step, reference=fetch.reference).exists():
                    cycle.ask(fetch)
            time.sleep(ASK_EVERY_SECONDS)
        seconds = time.monotonic() - began
        return Measured(ORDERS, seconds, read(stage, watcher) - before)
