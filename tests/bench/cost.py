"""What one order costs the portal: queries, transactions, CPU, calls, bytes."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.bench import cycle
from tests.bench.cycle import Measured
from tests.bench.figures import Figure
from tests.bench.stage import Remotes, Stage

ORDERS = 60
FEW = 10
LARGE = "large"  # 250 lines
SAME = 1.1  # times as much is still the same
COUNTS = {
    "queries": "queries",
    "writing_transactions": "writing transactions",
    "sap_calls": "SAP calls",
    "shop_calls": "shop calls",
}


def figures(stage: Stage) -> Iterator[Figure]:
    yield Figure("this machine's yardstick: two million additions", 1000 * _yardstick(), "ms")
    first, whole = _whole_cycle(stage, "simple", ORDERS)
    yield from _of("create + confirm", first, queries=40, worker=40)
    yield from _of("whole cycle", whole, queries=130, worker=110)
    each = whole.cost.per(whole.orders)
    yield Figure("whole cycle: writing transactions", each.writing_transactions, "", 30)
    yield Figure("whole cycle: PostgreSQL CPU", 1000 * each.postgres_cpu, "ms", 45)
    yield Figure("whole cycle: SAP calls", each.sap_calls, "", 12)
    yield Figure("whole cycle: shop calls", each.shop_calls, "", 9)
    yield Figure("whole cycle: ledger rows", each.ledger_rows)
    yield Figure("whole cycle: stand-ins' CPU", 1000 * (each.sap_cpu + each.shop_cpu), "ms")
    yield from _by_lines(stage)


def _by_lines(stage: Stage) -> Iterator[Figure]:
    """Against as many orders of one line, because what a fetch costs is shared by all it reads."""
    simple, large = (
        _whole_cycle(stage, shape, FEW)[1].cost.per(FEW) for shape in ("simple", LARGE)
    )
    for count, name in COUNTS.items():
        of_large = getattr(large, count)
        yield Figure(f"whole cycle, 250 lines: {name}", of_large)
        yield Figure(f"250 lines against one: {name}", of_large / getattr(simple, count), "×", SAME)
    yield Figure("whole cycle, 250 lines: worker CPU", 1000 * large.worker_cpu, "ms")


def _yardstick() -> float:
    """CPU seconds of the same work on any day: machines that others share are not equally fast."""
    began, total = time.process_time(), 0
    for number in range(2_000_000):
        total += number
    return time.process_time() - began


def _of(name: str, measured: Measured, *, queries: float, worker: float) -> Iterator[Figure]:
    each = measured.cost.per(measured.orders)
    yield Figure(f"{name}: queries", each.queries, "", queries)
    yield Figure(f"{name}: BEGIN, COMMIT and their like", each.frames)
    yield Figure(f"{name}: worker CPU", 1000 * each.worker_cpu, "ms", worker)


def _whole_cycle(stage: Stage, shape: str, orders: int) -> tuple[Measured, Measured]:
    """After one order has warmed everything up."""
    stage.start_workers(1, 4)
    for count in (1, orders):
        cycle.place(stage, count, shape)
        stage.be_slow(Remotes())
        first = cycle.into_sap(stage, count)
        whole = first + cycle.on_to_the_mail(stage, count)
    stage.stop_workers()
    return first, whole
