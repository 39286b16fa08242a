"""What one order costs: into SAP and confirmed, and the whole way to the mailed invoice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from tests.bench.meter import Cost, read
from tests.bench.stage import Stage

GIVE_UP_AFTER_SECONDS = 300
LOOK_EVERY_SECONDS = 0.05
AT_ONCE = 4  # what the clerks of the stand-ins do at a time
CONFIRMED = "SELECT count(*) FROM sync_salesorder WHERE confirmed_at IS NOT NULL"
STORED = "SELECT count(*) FROM sync_salesorder"
SHIPPED = "SELECT count(*) FROM sync_shipment"
MAILED = "SELECT count(*) FROM sync_invoice WHERE is_customer_told"
OPEN = "SELECT count(*) FROM sync_synctask WHERE state IN ('waiting', 'running')"
NUMBERS = "SELECT sap_sales_order_number FROM sync_salesorder WHERE stage = %s"
IN_SAP, SHIPPED_ORDERS = "in_sap", "shipped"


@dataclass(frozen=True, slots=True)
class Measured:
    """Of some orders; seconds from the first request to the last order's end."""

    orders: int
    seconds: float
    cost: Cost

    def __add__(self, other: Measured) -> Measured:
        return Measured(self.orders, self.seconds + other.seconds, self.cost + other.cost)


def place(stage: Stage, orders: int, shape: str = "simple") -> None:
    stage.shop.clear_faults()
    for first in range(0, orders, 1000):
        stage.shop.post("orders", shape=shape, count=min(1000, orders - first))


def into_sap(stage: Stage, orders: int) -> Measured:
    """Orders placed before are fetched, created in SAP, read back and confirmed in the shop."""
    from sync.jobs import work
    from sync.models import Shop

    with _measured(stage, orders, CONFIRMED) as (told, measured):
        ask(work.pull_orders(Shop.objects.get()))
        told()
    return measured()


def fetch_only(stage: Stage, orders: int) -> None:
    """Orders placed before are stored by the portal, and wait."""
    from sync.jobs import work
    from sync.models import Shop, Step, StepSchedule

    pushes = StepSchedule.objects.filter(step=Step.PUSH_ORDER)
    pushes.update(is_enabled=False)
    stage.start_workers(1, 2)
    with stage.watch() as watcher:
        start = count(watcher, STORED)
        ask(work.pull_orders(Shop.objects.get()))
        until(watcher, STORED, start + orders)
        until_quiet(watcher)
    stage.stop_workers()
    pushes.update(is_enabled=True)


def ask_for_pushes() -> None:
    """Queue all that waits."""
    from sync.jobs import plan
    from sync.models import Step

    while wanted := list(plan.open_work(Step.PUSH_ORDER)):
        for one in wanted:
            ask(one)


def rate(stage: Stage, reached: str, wanted: int, *, after: int) -> float:
    """How many a second come to an end, once ``after`` have."""
    with stage.watch() as watcher:
        start = count(watcher, reached)
        until(watcher, reached, start + after)
        first, began = count(watcher, reached), time.monotonic()
        until(watcher, reached, start + wanted)
        return (start + wanted - first) / (time.monotonic() - began)


def let_wait(tasks: int) -> None:
    """So many tasks more wait behind those there are; they are not meant to be reached."""
    from sync.models import Step, SyncTask
    from tests.bench.multiplied import Numbers, multiply

    first = SyncTask.objects.create(
        step=Step.PUSH_ORDER, reference="bench:0", lock="bench:0", origin=SyncTask.Origin.SCHEDULE
    )
    own = "'bench:' || n"
    multiply(first, Numbers(tasks), {
        "id": "nextval(pg_get_serial_sequence('sync_synctask', 'id'))",
        "reference": own, "lock": own, "rung_at": "now()",
    })  # fmt: skip


def forget_waiting() -> None:
    from sync.models import SyncTask

    SyncTask.objects.filter(reference__startswith="bench:").delete()


def deliver_all(stage: Stage) -> None:
    """In SAP only: every order has a delivery that is not picked yet."""
    numbers = _numbers(stage, IN_SAP)
    _clerks(stage, lambda number: stage.sap.post(f"orders/{number}/deliveries"), numbers)


def on_to_the_mail(stage: Stage, orders: int) -> Measured:
    """Delivered, shipped, billed, invoiced and mailed."""
    from sync.jobs import work

    dispatch_all(stage)
    shipped = ship(stage, orders)
    bill_all(stage)
    with _measured(stage, orders, MAILED) as (told, measured):
        ask(work.pull_deliveries())  # which tells what is billed
        with stage.watch() as watcher:
            until_quiet(watcher)
        ask(work.pull_billing())
        told()
    return shipped + measured()


def ship(stage: Stage, orders: int) -> Measured:
    """What was dispatched before is read and shipped in the shop."""
    from sync.jobs import work

    with _measured(stage, orders, SHIPPED) as (told, measured):
        ask(work.pull_deliveries())
        told()
    return measured()


def dispatch_all(stage: Stage) -> None:
    """In SAP only: every order that has no delivery is delivered, picked and dispatched."""
    _clerks(stage, lambda number: _dispatch(stage, number), _numbers(stage, IN_SAP))


def bill_all(stage: Stage) -> None:
    """In SAP only: every order that is shipped is billed."""
    _clerks(stage, lambda number: _bill(stage, number), _numbers(stage, SHIPPED_ORDERS))


def ask(wanted: object) -> None:
    from sync.jobs.ask import ask as ask_for
    from sync.models import SyncTask

    ask_for(wanted, origin=SyncTask.Origin.SCHEDULE)  # type: ignore[arg-type]


@contextmanager
def _measured(
    stage: Stage, orders: int, reached: str
) -> Iterator[tuple[Callable[[], None], Callable[[], Measured]]]:
    with stage.watch() as watcher:
        before, start = read(stage, watcher), count(watcher, reached)
        began = time.monotonic()
        ended = began

        def wait() -> None:
            nonlocal ended
            until(watcher, reached, start + orders)
            ended = time.monotonic()
            until_quiet(watcher)

        yield wait, lambda: Measured(orders, ended - began, after - before)
        after = read(stage, watcher)


def until(watcher: psycopg.Connection[tuple[object, ...]], query: str, wanted: int) -> None:
    last, moved = -1, time.monotonic()
    while (now := count(watcher, query)) < wanted:
        if now != last:
            last, moved = now, time.monotonic()
        if time.monotonic() - moved > GIVE_UP_AFTER_SECONDS:
            raise RuntimeError(f"{now} of {wanted}: {query}")
        time.sleep(LOOK_EVERY_SECONDS)


def until_quiet(watcher: psycopg.Connection[tuple[object, ...]]) -> None:
    deadline = time.monotonic() + GIVE_UP_AFTER_SECONDS
    while count(watcher, OPEN) and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_SECONDS)


def count(watcher: psycopg.Connection[tuple[object, ...]], query: str) -> int:
    row = watcher.execute(query.encode()).fetchone()
    return int(str(row[0])) if row else 0


def _numbers(stage: Stage, at: str) -> list[str]:
    with stage.watch() as watcher:
        return [str(row[0]) for row in watcher.execute(NUMBERS, [at])]


def _clerks(stage: Stage, act: Callable[[str], None], numbers: list[str]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as clerks:
        list(clerks.map(act, numbers))


def _dispatch(stage: Stage, number: str) -> None:
    made = stage.sap.post(f"orders/{number}/deliveries")
    for delivery in made["deliveries"]:
        stage.sap.post(f"deliveries/{delivery}/pick")
        stage.sap.post(
            f"deliveries/{delivery}/goods-issue", carrier="DHL", tracking=[f"DHL{delivery}"]
        )


def _bill(stage: Stage, number: str) -> None:
    books = stage.sap.get(f"orders/{number}")
    stage.sap.post("billing", deliveries=[one["number"] for one in books["deliveries"]])
