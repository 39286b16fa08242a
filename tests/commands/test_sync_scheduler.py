"""The scheduler's process: it looks again and again, survives trouble, and ends when told."""

from __future__ import annotations

import os
import signal
import threading
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.utils import timezone

from sync.jobs.alarms import watch
from sync.jobs.plan import OPEN_WORK
from sync.management.commands import sync_scheduler
from sync.models import ProcessHeartbeat, Step, StepSchedule, SyncTask
from tests.builders import a_sales_order, a_task
from tests.receivers import set_urls

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_it_looks_until_it_is_told_to_stop(told: signal.Signals) -> None:
    looks: list[list[str]] = []

    def look() -> None:
        looks.append(list(ProcessHeartbeat.objects.values_list("kind", flat=True)))
        if len(looks) == 3:
            os.kill(os.getpid(), told)

    with mock.patch.object(sync_scheduler, "_look", look):
        call_command("sync_scheduler", every=0)

    assert looks == [["scheduler"]] * 3
    assert not ProcessHeartbeat.objects.exists()
    assert StepSchedule.objects.count() == len(OPEN_WORK)


@pytest.mark.django_db(transaction=True)  # it closes its connection
def test_one_look_asks_for_what_is_due_and_frees_what_is_lost() -> None:
    a_sales_order()
    StepSchedule.objects.create(step="push_order")
    lost = a_task(
        Step.PULL_BILLING,
        state=SyncTask.State.RUNNING,
        lease_until=timezone.now() - timedelta(seconds=1),
    )

    sync_scheduler._look()

    lost.refresh_from_db()
    assert lost.state == SyncTask.State.WAITING
    assert SyncTask.objects.filter(step="push_order").count() == 1


@pytest.mark.flow  # threads wait for each other, which takes minutes under a false clock
def test_a_mail_server_that_hangs_holds_up_no_look(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_urls(settings, "json://127.0.0.1:9/")
    monkeypatch.setattr(watch, "EVERY_SECONDS", 0)
    monkeypatch.setattr(watch, "END_SECONDS", 0.01)
    hangs, may_end = threading.Event(), threading.Event()
    looks: list[bool] = []

    def send() -> None:
        hangs.set()
        may_end.wait()

    def look() -> None:
        looks.append(hangs.wait(30))
        if len(looks) == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    with mock.patch.object(watch, "watch", send), mock.patch.object(sync_scheduler, "_look", look):
        call_command("sync_scheduler", every=0)
        may_end.set()

    assert looks == [True] * 3


def test_a_database_that_is_away_does_not_end_it(caplog: pytest.LogCaptureFixture) -> None:
    with mock.patch.object(StepSchedule.objects, "filter", side_effect=DatabaseError):
        sync_scheduler._look()

    assert "the ledger could not be read" in caplog.text
