"""The database's clock rules: whose own clock is wrong claims nothing, and what it writes is right.

The database says another time than the process believes; a test cannot set either clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from sync.jobs import heartbeat, run
from sync.management.commands import sync_scheduler
from sync.models import ProcessHeartbeat, clock
from sync.steps.readiness.portal import check_portal
from tests.builders import a_task
from tests.claiming import claim

pytestmark = pytest.mark.django_db
BEHIND, AHEAD = timedelta(seconds=-400), timedelta(seconds=400)


class Database:
    """Its clock, seen from a process that is off by ``skew``."""

    _skew = timedelta(0)

    @property
    def skew(self) -> timedelta:
        return self._skew

    @skew.setter
    def skew(self, skew: timedelta) -> None:
        self._skew = skew
        clock.skew()  # as before each claim and with each sign of life

    def told(self) -> datetime:
        return timezone.now() - self._skew


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    told = Database()
    monkeypatch.setattr(clock, "_told", told.told)
    monkeypatch.setattr(clock, "HOLD_SECONDS", -1)
    with clock.going_by_the_database():
        yield told


def about(moment: datetime | None, expected: datetime) -> bool:
    return moment is not None and abs(moment - expected) < timedelta(seconds=30)


@pytest.mark.parametrize("skew", [BEHIND, AHEAD])
def test_leases_are_written_by_the_databases_clock(database: Database, skew: timedelta) -> None:
    task = a_task(not_before=timezone.now() - timedelta(hours=1))
    database.skew = skew

    claimed = claim(task.pk, owner="me", lease=timedelta(minutes=5))

    assert claimed is not None
    assert about(claimed.lease_until, database.told() + timedelta(minutes=5))


def test_what_is_due_only_by_a_wrong_clock_is_not_due(database: Database) -> None:
    task = a_task(not_before=timezone.now())
    database.skew = AHEAD  # the process believes it is due; the database says in 400 s

    assert claim(task.pk, owner="me", lease=timedelta(minutes=5)) is None


@pytest.mark.parametrize("skew", [BEHIND, AHEAD])
def test_a_process_with_a_wrong_clock_claims_nothing_until_it_agrees_again(
    database: Database, skew: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed: list[int] = []
    monkeypatch.setattr(run, "run_one", lambda pk, _: claimed.append(pk))
    database.skew = skew
    run.run_task(1)
    assert claimed == []

    database.skew = timedelta(seconds=4)
    run.run_task(1)
    assert claimed == [1]


def test_a_scheduler_with_a_wrong_clock_frees_and_asks_for_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(sync_scheduler, "close_old_connections", lambda: None)  # the test's own
    for name in ("tick", "sweep"):
        monkeypatch.setattr(sync_scheduler, name, lambda name=name: done.append(name))
    database.skew = AHEAD
    sync_scheduler._look()
    assert done == []

    database.skew = timedelta(0)
    sync_scheduler._look()
    assert done == ["tick", "sweep"]


def test_it_is_told_in_readiness_and_to_the_monitor(database: Database, client: Client) -> None:
    database.skew = BEHIND
    heartbeat.beat("worker@a:1", ProcessHeartbeat.Kind.WORKER)
    database.skew = timedelta(0)

    (finding,) = [one for one in check_portal() if "worker@a:1" in one.name]
    told = client.get("/readyz").json()["missing"]

    assert "400 s behind" in finding.detail
    assert "clock of worker@a:1, 400 s behind" in told


def test_the_sign_of_life_of_a_wrong_clock_is_not_wrong_itself(database: Database) -> None:
    database.skew = BEHIND
    heartbeat.beat("worker@a:1", ProcessHeartbeat.Kind.WORKER)
    database.skew = timedelta(0)

    assert about(ProcessHeartbeat.objects.get().beat_at, timezone.now() - BEHIND)


def test_between_two_measurements_nobody_can_set_the_clock(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.skew = BEHIND
    before = clock.now()
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(days=1))

    assert about(clock.now(), before)


def test_an_answer_that_comes_late_does_not_set_the_ledgers_time_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or what a click has asked for a moment ago is not due yet, and nobody looks again."""
    steady, told_at = [1000.0], timezone.now()

    def late() -> datetime:
        steady[0] += 0.4
        return told_at

    monkeypatch.setattr(clock, "_told", late)
    monkeypatch.setattr(clock, "_steady", lambda: steady[0])
    clock.skew()

    reading = clock._process.reading
    assert reading is not None
    assert reading.now == told_at + timedelta(seconds=0.4)


def test_whether_a_process_may_work_is_asked_of_the_database_only_now_and_then(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = mock.Mock(side_effect=database.told)
    monkeypatch.setattr(clock, "_told", asked)
    steady, began = [1000.0], timezone.now()
    monkeypatch.setattr(clock, "_steady", lambda: steady[0])
    monkeypatch.setattr(timezone, "now", lambda: began + timedelta(seconds=steady[0] - 1000))
    clock.skew()

    for _ in range(20):
        steady[0] += 0.4
        assert clock.agrees_soon()
        clock.now()
    assert asked.call_count == 1

    steady[0] += clock.MEASURED_FOR_SECONDS
    assert clock.agrees_soon()
    assert asked.call_count == 2


def test_a_clock_set_wrong_since_the_last_measurement_is_noticed_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.skew()
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + AHEAD)

    assert not clock.agrees_soon()


def test_without_a_ruling_database_the_time_is_simply_the_time() -> None:
    assert about(clock.now(), timezone.now())
    assert clock.agrees()


def test_the_kernel_tells_the_time_where_the_database_has_no_clock() -> None:
    told = clock._kernel_time()

    assert told is None or told.tzinfo is not None


def test_the_uptime_of_a_container_is_not_counted_from_the_start_of_its_host(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    uptime, stat = tmp_path / "uptime", tmp_path / "stat"
    uptime.write_text("60.00 1.00")
    stat.write_text("btime 1700000000\n")
    monkeypatch.setattr(clock, "_UPTIME", uptime)
    monkeypatch.setattr(clock, "_STAT", stat)
    monkeypatch.setattr(clock, "_steady", lambda: 90_000.0)

    assert clock._kernel_time() is None
