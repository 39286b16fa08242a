"""What the pages cost at a million orders, and how much more than at 10,000.

The databases are made beforehand by ``make million``; BENCH_MILLION and BENCH_MILLION_10K name
them. BENCH_SQLITE names a file with 200,000 orders, as ``tests.bench.to_sqlite`` makes it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.figures import Aim, Figure, at_least
from tests.bench.pages import ADMIN, MOST_IN_ALL_MS, MOST_IN_DATABASE_MS, TABLES, PageCost
from tests.bench.stage import Stage
from tests.chaos.command_line import tell

WORST = 10
GROWTH = 2
OWN_LISTS = {25: "orders: all", 50: "orders: per_page=50", 100: "orders: per_page=100"}


MOST_ON_SQLITE_MS = 100


def figures(stage: Stage) -> Iterator[Figure]:
    if file := os.environ.get("BENCH_SQLITE"):
        yield from on_sqlite(_measured(stage, f"sqlite:///{Path(file).resolve()}", "sqlite"))
    yield from _on_postgres(stage)


def _on_postgres(stage: Stage) -> Iterator[Figure]:
    large, small = os.environ.get("BENCH_MILLION"), os.environ.get("BENCH_MILLION_10K")
    if not large or not small:
        tell("pages: skipped; BENCH_MILLION and BENCH_MILLION_10K name no databases")
        return
    measured = _measured(stage, large, "large")
    pages = [one for one in measured if not one.is_stock]
    yield from within(pages)
    yield from beside_stock(measured)
    yield from growth(pages, _measured(stage, small, "small"))
    _tell_worst(pages)


def _tell_worst(pages: list[PageCost]) -> None:
    for one in sorted(pages, key=lambda one: -one.all_ms)[:WORST]:
        tell(f"  {one.row}")


def _measured(stage: Stage, database: str, name: str) -> list[PageCost]:
    """In a process of its own: this one is set up for the stage's database."""
    told = stage.directory / f"pages-{name}.json"
    environment = {
        **os.environ, "DATABASE_URL": database, "JSON": str(told),
        "DJANGO_SETTINGS_MODULE": "tests.settings",  # without collectstatic
    }  # fmt: skip
    command = [sys.executable, "-m", "tests.bench.pages"]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return read_back(told)


def read_back(told: Path) -> list[PageCost]:
    return [PageCost(**json.loads(line)) for line in told.read_text("utf-8").splitlines()]


def within(pages: list[PageCost]) -> Iterator[Figure]:
    every = len(pages)
    yield Figure("pages: measured at a million orders", every, aim=Aim.STATED)
    quick = sum(one.is_answered and one.all_ms <= MOST_IN_ALL_MS for one in pages)
    yield at_least(f"pages: CPU and database ≤ {MOST_IN_ALL_MS} ms", quick, every)
    by_index = sum(one.is_answered and one.database_ms <= MOST_IN_DATABASE_MS for one in pages)
    yield at_least(f"pages: database ≤ {MOST_IN_DATABASE_MS} ms", by_index, every)


def on_sqlite(pages: list[PageCost]) -> Iterator[Figure]:
    quick = sum(one.is_answered and one.all_ms <= MOST_ON_SQLITE_MS for one in pages)
    name = f"SQLite at 200,000: pages within {MOST_ON_SQLITE_MS} ms"
    yield at_least(name, quick, len(pages))
    worst = max(one.all_ms for one in pages)
    yield Figure("SQLite at 200,000: the worst page", worst, "ms", MOST_ON_SQLITE_MS)
    _tell_worst(pages)


def beside_stock(measured: list[PageCost]) -> Iterator[Figure]:
    """The portal's list of orders, for each number of rows, against what others would show."""
    costs = {one.name: one.all_ms for one in measured}
    for rows, own in OWN_LISTS.items():
        for stock in (TABLES, ADMIN):
            share = costs[own] / costs[f"{stock}: {rows} rows"]
            yield Figure(f"pages: {rows} orders, against {stock}", share, "×", aim=Aim.STATED)


def growth(pages: list[PageCost], small: list[PageCost]) -> Iterator[Figure]:
    before = {one.name: one.all_ms for one in small}
    grown = {one.name: one.all_ms / before[one.name] for one in pages if before.get(one.name)}
    worst = max(grown, key=lambda name: grown[name])
    yield Figure("pages: growth from 10,000, median", median(grown.values()), "×", GROWTH)
    yield Figure("pages: growth from 10,000, worst", grown[worst], "×", GROWTH)
    tell(f"  grown most: {worst}")
