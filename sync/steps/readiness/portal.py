"""Checks the portal itself: settings, database, Redis, workers, scheduler, shops."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import django_rq
from django.core import checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from redis.exceptions import RedisError

from sync.models import ProcessHeartbeat, Shop, StepSchedule
from sync.steps.readiness.check_result import CheckResult, amber, green, red
from sync.told import told


def check_portal() -> Iterator[CheckResult]:
    """That the check runs at all proves one worker and the database."""
    yield from _settings()
    yield _database()
    yield _redis()
    yield from _processes()
    yield _schedules()
    yield from _shops()


def _settings() -> Iterator[CheckResult]:
    warnings = [one for one in checks.run_checks() if one.level >= checks.WARNING]
    for number, message in enumerate(warnings, start=1):
        light = red if message.level >= checks.ERROR else amber
        name = told("Setting {number}: {id}", number=number, id=message.id or message.msg)[:80]
        yield light(
            name, str(message.msg), str(message.hint or told(".env.example names every setting."))
        )
    if not warnings:
        yield green(told("Settings"), told("manage.py check has nothing to say."))


def _database() -> CheckResult:
    executor = MigrationExecutor(connection)
    open_migrations = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if open_migrations:
        words = told("{count} migrations have not run.", count=len(open_migrations))
        return red(
            told("Database"), words, told("Run manage.py migrate, then start the workers again.")
        )
    return green(
        told("Database"), told("{vendor}, all migrations have run.", vendor=connection.vendor)
    )


def _redis() -> CheckResult:
    try:
        django_rq.get_connection("interactive").ping()
    except RedisError as error:
        words = told("It cannot be reached ({name}).", name=type(error).__name__)
        return red(
            told("Redis"), words, told("Start it: until then work waits and only the sweep rings.")
        )
    return green(told("Redis"), told("Reachable."))


def _processes() -> Iterator[CheckResult]:
    living = [one for one in ProcessHeartbeat.objects.all() if one.is_alive]
    yield from _clocks(living)
    alive = Counter(one.kind for one in living)
    workers = alive[ProcessHeartbeat.Kind.WORKER]
    if workers:
        yield green(told("Workers"), told("{workers} alive.", workers=workers))
    else:
        yield red(told("Workers"), told("None has reported."), told("Start manage.py sync_worker."))
    if alive[ProcessHeartbeat.Kind.SCHEDULER]:
        yield green(told("Scheduler"), told("Alive."))
    else:
        yield red(
            told("Scheduler"), told("None has reported."), told("Start manage.py sync_scheduler.")
        )


def _clocks(living: list[ProcessHeartbeat]) -> Iterator[CheckResult]:
    """A process whose clock is wrong takes no work, so that nothing is done twice."""
    wrong = [one for one in living if one.wrong_clock]
    for one in wrong:
        yield red(
            told("Clock of {name}", name=one.name)[:80],
            told(
                "It is {wrong_clock} the database's, so this process takes no work.",
                wrong_clock=one.wrong_clock,
            ),
            told("Set the clock of its machine (NTP); it goes on by itself as soon as both agree."),
        )
    if not wrong:
        yield green(told("Clocks"), told("All processes agree with the database."))


def _schedules() -> CheckResult:
    off = [one.get_step_display() for one in StepSchedule.objects.filter(is_enabled=False)]
    if off:
        return amber(
            told("Automatic steps"),
            told("Switched off: {off}.", off=", ".join(off)),
            told("Nothing, if meant."),
        )
    return green(told("Automatic steps"), told("All are switched on."))


def _shops() -> Iterator[CheckResult]:
    active = list(Shop.objects.filter(is_active=True).prefetch_related("sales_areas"))
    if not active:
        yield red(told("Shops"), told("None is switched on."), told("Add a shop in the admin."))
        return
    shared = list(_shared_prefixes(active))
    if shared:
        yield red(
            told("Reference prefixes"),
            told("These share one: {shared}.", shared="; ".join(shared)),
            told(
                "Give the stores of all shops but one their own before their first order (Mappings "
                "→ Shops, or Sales areas for a single store): numbers would meet in SAP."
            ),
        )
    else:
        yield green(
            told("Shops"),
            told("{count} switched on, each with its own prefix in SAP.", count=len(active)),
        )


def _shared_prefixes(shops: list[Shop]) -> Iterator[str]:
    """The stores that have one prefix though they are of several shops, by name."""
    users: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for shop in shops:
        areas = list(shop.sales_areas.all())
        for area in areas:
            prefix = area.reference_prefix or shop.reference_prefix
            users[prefix][shop.code].append(area.name)
        if not areas:
            users[shop.reference_prefix][shop.code].append(told("all stores"))
    for prefix, by_shop in sorted(users.items()):
        if len(by_shop) > 1:
            named = [f"{code} ({', '.join(stores)})" for code, stores in by_shop.items()]
            yield told(
                "{named} have {prefix}", named=" and ".join(named), prefix=prefix or told("none")
            )
