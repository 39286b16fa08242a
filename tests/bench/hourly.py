"""Orders per hour with a SAP that takes 300 ms for a call, and at most 16 sessions."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import cycle
from tests.bench.figures import Figure, at_least
from tests.bench.stage import Remotes, Stage

ORDERS = 300
PROCESSES, THREADS = 2, 16
HOUR = 3600


def figures(stage: Stage) -> Iterator[Figure]:
    stage.start_workers(PROCESSES, THREADS, SAP_SESSIONS="16")
    cycle.place(stage, ORDERS)
    stage.be_slow(Remotes(sap_call=0.3))
    first = cycle.into_sap(stage, ORDERS)
    whole = first + cycle.on_to_the_mail(stage, ORDERS)
    stage.stop_workers()
    for name, measured, target in (
        ("create + confirm", first, 50_000), ("whole cycle", whole, 20_000),
    ):  # fmt: skip
        yield at_least(f"{name}: orders per hour", ORDERS / measured.seconds * HOUR, target)
        cost = measured.cost
        used = cost.worker_cpu + cost.postgres_cpu + cost.sap_cpu + cost.shop_cpu
        yield Figure(f"{name}: cores in use, stand-ins too", used / measured.seconds)
