"""What one plain order costs the database, from the claim of each task to its end: create and
confirm, and the whole way. Stored as a count: ``make baseline``; ``-s`` shows who asks.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sync.jobs import work
from sync.jobs.ask import ask
from sync.jobs.run import run_one
from sync.models import SalesOrder, SyncTask
from tests.builders import a_user
from tests.world import World

STORED = Path(__file__).with_name("cycle.json")
TOLD = "Not the stored number of statements. If it is meant to be so: make baseline, and say why."
FRAMES = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
WRITES = ("INSERT", "UPDATE", "DELETE")
SYNC = f"{os.sep}sync{os.sep}"

pytestmark = [
    pytest.mark.django_db(transaction=True),  # or no transaction would be one of its own
    pytest.mark.skipif(connection.vendor != "sqlite", reason="counted on SQLite only"),
]


class Cost:
    """Statements by the module that caused them, and the transactions that wrote."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.by_module: Counter[str] = Counter()

    @contextmanager
    def counted(self) -> Iterator[None]:
        with CaptureQueriesContext(connection) as log, connection.execute_wrapper(self._noted):
            yield
        self.log += [query["sql"] for query in log.captured_queries]

    def _noted(self, execute: Any, sql: str, *more: Any) -> Any:
        if not sql.startswith(FRAMES):
            self.by_module[_caller()] += 1
        return execute(sql, *more)

    @property
    def totals(self) -> dict[str, int]:
        return {
            "queries": sum(not sql.startswith(FRAMES) for sql in self.log),
            "begin, savepoint, commit": sum(sql.startswith(FRAMES) for sql in self.log),
            "writing transactions": self._writing_transactions(),
        }

    def _writing_transactions(self) -> int:
        count, is_open, has_written = 0, False, False
        for sql in self.log:
            if sql.startswith("BEGIN"):
                is_open, has_written = True, False
            elif sql.startswith(("COMMIT", "ROLLBACK")):
                is_open = False
            elif sql.startswith(WRITES) and not (is_open and has_written):
                count, has_written = count + 1, True
        return count

    def told(self) -> str:
        lines = [f"{count:5} {module}" for module, count in self.by_module.most_common()]
        return "\n".join([json.dumps(self.totals), *lines])


def _caller() -> str:
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        path = frame.f_code.co_filename
        if SYNC in path and "site-packages" not in path and f"{SYNC}models" not in path:
            return f"{path.rpartition(SYNC)[2]}:{frame.f_code.co_name}"
        frame = frame.f_back
    return "?"


def go_the_whole_way(world: World) -> dict[str, Cost]:
    """Each task as a worker runs it; what people and the remotes do between is not counted."""
    person = a_user("Administrators")
    order = world.place()
    first, whole = Cost(), Cost()

    def run(wanted: work.Work, *also: Cost) -> None:
        task = ask(wanted, origin=SyncTask.Origin.CLICK, asked_by=person).task
        cost = Cost()
        with cost.counted():
            run_one(task.pk, world.remotes)
        task.refresh_from_db()
        assert task.state == SyncTask.State.DONE, task.error_message
        for one in (whole, *also):
            one.log += cost.log
            one.by_module += cost.by_module

    run(work.push_order(order), first)
    run(work.confirm_order(order), first)
    order.refresh_from_db()
    (delivery,) = world.dispatch(order)
    run(work.pull_deliveries(order))
    run(world.shipment_of(order, delivery))
    document = world.bill(delivery)
    run(work.pull_billing(order))
    run(world.invoice_of(order, document))
    order.refresh_from_db()
    assert order.stage == SalesOrder.Stage.COMPLETE
    return {"create and confirm": first, "whole cycle": whole}


def test_an_order_costs_the_database_no_more_than_is_stored(world: World) -> None:
    with mock.patch("django_rq.get_queue"):  # as if Redis were there
        go_the_whole_way(world)  # what is kept in memory is there now

        costs = go_the_whole_way(world)

    for name, cost in costs.items():
        sys.stdout.write(f"\n{name}: {cost.told()}\n")
    counted = {name: cost.totals for name, cost in costs.items()}
    if os.environ.get("REWRITE_BASELINE"):
        STORED.write_text(json.dumps(counted, indent=2) + "\n", "utf-8")
    assert counted == json.loads(STORED.read_text("utf-8")), TOLD
