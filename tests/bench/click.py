"""A click on "Sync now" while 5,000 orders wait and are being worked on: when does the row show the
end, and what does the click itself cost?"""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, quantiles

import psycopg
import requests

from tests.bench import cycle
from tests.bench.browser import Browser
from tests.bench.figures import Aim, Figure
from tests.bench.meter import read, tree_seconds
from tests.bench.stage import READY_WITHIN_SECONDS, Remotes, Stage
from tests.chaos.options import MANAGE
from tests.chaos.processes import free_ports

WAITING = 5_000
CLICKS = 20
THREADS = 8
BETWEEN_SECONDS = 0.37  # so that the clicks keep no step with the work
PERSON = "sales"
CALLS = (
    "SELECT c.system, c.operation FROM sync_remotecall c "
    "JOIN sync_syncattempt a ON a.id = c.attempt_id JOIN sync_synctask t ON t.id = a.task_id "
    "WHERE t.sales_order_id = %s"
)
NEWEST = "SELECT id FROM sync_salesorder ORDER BY id DESC LIMIT %s"
COMMIT = "BAPI_TRANSACTION_COMMIT"
STILL_WAITING = "SELECT count(*) FROM sync_synctask WHERE state = 'waiting' AND step = 'push_order'"


@dataclass(frozen=True, slots=True)
class Shown:
    """Seconds from the click until the row shows the end, and what of it the remotes took."""

    seconds: float
    remotes_seconds: float

    @property
    def own_seconds(self) -> float:
        return self.seconds - self.remotes_seconds


def figures(stage: Stage) -> Iterator[Figure]:
    orders = WAITING + 3 * CLICKS
    cycle.place(stage, orders)
    cycle.fetch_only(stage, orders)
    with stage.watch() as watcher:
        stored = watcher.execute(NEWEST, [orders])
        keys = sorted(int(str(row[0])) for row in stored)
    fresh, crowd = keys[: 2 * CLICKS], keys[2 * CLICKS :]
    browser = Browser(_start_web(stage), PERSON)
    yield from _costs_of_posts(stage, browser, fresh, crowd)
    yield from _until_shown(stage, browser, crowd)
    stage.crew.retire("web")


def _start_web(stage: Stage) -> str:
    """As the demo starts it; returns the portal's address."""
    from sync.management.commands.demo import PORTS, commands

    collect = [*MANAGE, "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(collect, env={**os.environ, **stage.environment}, check=True)
    (port,) = free_ports(1)
    ports = {**dict.fromkeys(PORTS, 0), "PORTAL_PORT": port}
    wanted = commands(stage.directory, ports, {"workers": 0, "place_every": 0})
    stage.crew.start("web", shlex.split(wanted["web"]))
    address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        try:
            if requests.get(f"{address}/healthz", timeout=2).ok:
                return address
        except requests.RequestException:
            time.sleep(0.1)
    raise RuntimeError(f"the web process did not start; see {stage.crew.logs}")


# ---- what the click itself costs
def _costs_of_posts(
    stage: Stage, browser: Browser, fresh: list[int], crowd: list[int]
) -> Iterator[Figure]:
    """While no worker runs, so that all that reaches the database is the click's."""
    many = ",".join(map(str, crowd[:WAITING]))
    confirmed = str(len(fresh) + len(crowd))
    match = {"all_matching": "yes", "matching": "stage=to_sync", "confirmed": confirmed}
    presses: dict[str, Callable[[int], object]] = {
        "on 1 order": lambda at: browser.press(f"/orders/{fresh[at]}/sync/"),
        "in 1 order's row": lambda at: browser.press_in_row(fresh[CLICKS + at]),
        f"on {WAITING:,} ticked orders": lambda _: browser.press("/orders/sync/", selected=many),
        f"on {WAITING:,} that match": lambda _: browser.press("/orders/sync/", **match),
    }
    for name, press in presses.items():
        queries, cpu = _cost(stage, press)
        yield Figure(f"click {name}: queries of the POST", queries, "", 10)
        yield Figure(f"click {name}: web CPU of the POST", 1000 * cpu, "ms", 20)
    _forget_tasks(stage)


def _cost(stage: Stage, press: Callable[[int], object]) -> tuple[float, float]:
    """Of one click; a thread of the web process that asks the database for the first time asks
    more, which the median leaves out."""
    web = stage.crew.processes["web"].running.pid
    with stage.watch() as watcher:
        began, asked = tree_seconds(web), [read(stage, watcher).queries]
        for at in range(CLICKS):
            press(at)
            asked.append(read(stage, watcher).queries)
        cpu = tree_seconds(web) - began
    return median(after - before for before, after in pairwise(asked)), cpu / CLICKS


def _forget_tasks(stage: Stage) -> None:
    with stage.watch() as watcher:
        watcher.execute("TRUNCATE sync_synctask, sync_click CASCADE")


# ---- until the row shows the end
def _until_shown(stage: Stage, browser: Browser, crowd: list[int]) -> Iterator[Figure]:
    _ask_by_schedule(crowd)
    stage.be_slow(Remotes())
    stage.start_workers(1, THREADS)
    with stage.watch() as watcher:
        cycle.until(watcher, cycle.CONFIRMED, 1)
        confirmed, began = cycle.count(watcher, cycle.CONFIRMED), time.monotonic()
        found = [_click(watcher, browser, order) for order in crowd[-CLICKS:]]
        seconds = time.monotonic() - began
        bulk = cycle.count(watcher, cycle.CONFIRMED) - confirmed - CLICKS
        left = cycle.count(watcher, STILL_WAITING)
    stage.stop_workers()
    own = [one.own_seconds for one in found]
    yield Figure("click to shown: p95 beyond the remotes' time", _p95(own), "s", 1)
    yield Figure("click to shown: median beyond the remotes' time", median(own), "s")
    yield Figure("click to shown: p95 in all", _p95([one.seconds for one in found]), "s")
    remotes = median(one.remotes_seconds for one in found)
    yield Figure("click to shown: remotes' own time", remotes, "s")
    yield Figure("click to shown: other orders confirmed a second", bulk / seconds)
    yield Figure("click to shown: orders still waiting", left, aim=Aim.STATED)


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]


def _ask_by_schedule(orders: list[int]) -> None:
    from sync.jobs import work
    from sync.jobs.ask import ask_all
    from sync.models import SalesOrder, SyncTask

    waiting = SalesOrder.objects.filter(pk__in=orders).order_by("pk")
    ask_all(map(work.push_order, waiting), origin=SyncTask.Origin.SCHEDULE)


def _click(watcher: psycopg.Connection[tuple[object, ...]], browser: Browser, order: int) -> Shown:
    time.sleep(BETWEEN_SECONDS)
    began = time.monotonic()
    browser.follow(browser.press_in_row(order))
    seconds = time.monotonic() - began
    calls = [(str(system), str(operation)) for system, operation in watcher.execute(CALLS, [order])]
    return Shown(seconds, sum(_seconds_of(*call) for call in calls))


def _seconds_of(system: str, operation: str) -> float:
    if system != "sap":
        return Remotes.shop_call
    return Remotes.sap_commit if operation == COMMIT else Remotes.sap_call
