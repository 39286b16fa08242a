"""What each page costs on the database that is there: queries, time in the database, CPU, bytes.

``DATABASE_URL=… python -m tests.bench.pages`` prints a table; PAIRS=1 asks for every filter under
every sort, ONLY=part for the addresses whose name holds the part. It reads; only the sign-in
writes a session.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from statistics import median
from typing import Any

import django

TIMES = 3  # after one more that fills what is kept in memory
MOST_IN_ALL_MS, MOST_IN_DATABASE_MS = 50, 10
TABLES, ADMIN = "stock django-tables2", "stock admin"


@dataclass(frozen=True, slots=True)
class PageCost:
    """Medians; ``status`` is the answer's."""

    name: str
    status: int
    queries: int
    database_ms: float
    cpu_ms: float
    bytes: int
    slowest: str = ""

    @property
    def all_ms(self) -> float:
        return self.database_ms + self.cpu_ms

    @property
    def is_answered(self) -> bool:
        return self.status < HTTPStatus.BAD_REQUEST

    @property
    def is_stock(self) -> bool:
        """Measured beside the portal's own."""
        return self.name.startswith((TABLES, ADMIN))

    @property
    def is_met(self) -> bool:
        return (
            self.is_answered
            and self.all_ms <= MOST_IN_ALL_MS
            and self.database_ms <= MOST_IN_DATABASE_MS
        )

    @property
    def row(self) -> str:
        told = f"{self.name[:70]:<70} {self.status} {self.queries:>3} queries"
        verdict = "" if self.is_met else "  NOT MET"
        figures = f"{self.database_ms:>8.1f} ms database {self.cpu_ms:>6.1f} ms CPU"
        return f"{told} {figures} {self.bytes:>9,} B{verdict}"


def measure_pages(*, pairs: bool = False, only: str = "") -> list[PageCost]:
    """Needs Django set up for the database to be measured."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client

    from tests.addresses import addresses, newest_sample

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # other processes' work would not be counted
            cursor.execute("SET max_parallel_workers_per_gather = 0")
    client = Client(raise_request_exception=False, headers={"host": "localhost"})
    people = User.objects.filter(is_superuser=True, is_active=True)
    person = people.first() or User.objects.create_superuser("bench")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    wanted = addresses(newest_sample(), pairs=pairs)
    costs = (_measured(client, name, url) for name, url in wanted.items() if only in name)
    found = [one for one in costs if one.status != HTTPStatus.METHOD_NOT_ALLOWED]  # only posted to
    return found + _stock(client, only)


def _stock(client: Any, only: str) -> list[PageCost]:
    from django.test import override_settings

    from tests.bench import stock_pages

    with override_settings(ROOT_URLCONF=stock_pages.__name__):
        wanted = stock_pages.stock_addresses()
        return [_measured(client, name, url) for name, url in wanted.items() if only in name]


def _measured(client: Any, name: str, url: str) -> PageCost:
    answers = [_asked(client, name, url) for _ in range(1 + TIMES)][1:]
    by_cost = sorted(answers, key=lambda one: one.database_ms)
    middle = by_cost[len(by_cost) // 2]
    return PageCost(
        name,
        middle.status,
        middle.queries,
        middle.database_ms,
        median(one.cpu_ms for one in answers),
        middle.bytes,
        middle.slowest,
    )


def _spent_by_database() -> float:
    """Seconds the server's process, or SQLite in this one, has worked for this connection: on a
    busy machine, waiting for a core is not the database's work. The time that passes where its
    process is elsewhere."""
    from django.db import connection

    if connection.vendor == "postgresql":
        own = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
        if own.exists():
            return int(own.read_text().split()[0]) / 1e9
    if connection.vendor == "sqlite":
        return time.process_time()
    return time.perf_counter()


def _asked(client: Any, name: str, url: str) -> PageCost:
    from django.db import connection

    spent: list[tuple[float, str]] = []

    def timed(execute: Any, sql: str, *rest: Any) -> Any:
        began = _spent_by_database()
        try:
            return execute(sql, *rest)
        finally:
            spent.append((_spent_by_database() - began, str(sql)))

    began = time.process_time()
    with connection.execute_wrapper(timed):
        answer = client.get(url)
    cpu = time.process_time() - began
    slowest, sql = max(spent, default=(0.0, ""))
    database = sum(one for one, _sql in spent)
    if connection.vendor == "sqlite":  # works in this process
        cpu -= database
    return PageCost(
        name,
        answer.status_code,
        len(spent),
        database * 1000,
        cpu * 1000,
        len(answer.content),
        f"{slowest * 1000:.0f} ms: {sql[:20000]}",
    )


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    logging.getLogger("django.request").setLevel(logging.ERROR)  # some are only posted to
    costs = measure_pages(pairs=bool(os.environ.get("PAIRS")), only=os.environ.get("ONLY", ""))
    for one in sorted(costs, key=lambda one: -one.all_ms):
        sys.stdout.write(f"{one.row}\n")
    own = [one for one in costs if not one.is_stock]
    met = sum(one.is_met for one in own)
    sys.stdout.write(f"{met} of {len(own)} pages within {MOST_IN_ALL_MS} ms\n")
    if file := os.environ.get("JSON"):
        Path(file).write_text("".join(json.dumps(asdict(one)) + "\n" for one in costs), "utf-8")


if __name__ == "__main__":
    main()
