"""A round of fetches in which nothing is new."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import cycle
from tests.bench.figures import Figure
from tests.bench.meter import read
from tests.bench.stage import Remotes, Stage

OPEN_ORDERS = 200


def figures(stage: Stage) -> Iterator[Figure]:
    from sync.jobs import work

    cycle.place(stage, OPEN_ORDERS)
    stage.start_workers(1, 4)
    cycle.into_sap(stage, OPEN_ORDERS)
    cycle.deliver_all(stage)
    stage.be_slow(Remotes())  # which also counts the calls
    with stage.watch() as watcher:
        for _ in range(3):  # the first has news, the second leaves the row that others replace
            before = read(stage, watcher)
            for fetch in (work.pull_deliveries(), work.pull_billing()):
                cycle.ask(fetch)
                cycle.until_quiet(watcher)
            cost = read(stage, watcher) - before
        is_open = "SELECT count(*) FROM sync_salesorder WHERE stage IN ('in_sap', 'picking')"
        orders = cycle.count(watcher, is_open)
    stage.stop_workers()
    yield Figure("steady round: SAP calls per open order", cost.sap_calls / orders, "", 0.05)
    yield Figure("steady round: ledger rows stored", cost.ledger_rows, "", 0)
    yield Figure("steady round: queries per open order", cost.queries / orders)
