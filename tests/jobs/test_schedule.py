"""The schedules: each asks at its interval, once, and only where switched on."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone

from sync.jobs import plan, schedule
from sync.models import Step, StepSchedule, SyncTask
from tests.builders import a_sales_order, a_shop

pytestmark = pytest.mark.django_db


def a_schedule(step: Step = Step.PUSH_ORDER, **values: object) -> StepSchedule:
    return StepSchedule.objects.create(**{"step": step, "interval_seconds": 30, **values})


def test_a_due_schedule_asks_for_its_work_and_looks_again_later() -> None:
    a_sales_order()
    due = a_schedule()

    assert schedule.tick() == 1

    due.refresh_from_db()
    task = SyncTask.objects.get()
    assert (task.step, task.origin, task.asked_by) == ("push_order", "schedule", None)
    assert due.last_run_at is not None
    assert due.next_run_at - due.last_run_at == timedelta(seconds=30)


def test_two_schedulers_ask_once() -> None:
    a_sales_order()
    a_schedule()

    assert [schedule.tick(), schedule.tick()] == [1, 0]
    assert SyncTask.objects.count() == 1


def test_of_two_schedulers_that_saw_the_same_moment_one_takes_it() -> None:
    seen_by_both = a_schedule()
    now = timezone.now()

    taken = [schedule._take(seen_by_both, now), schedule._take(seen_by_both, now)]

    assert taken == [True, False]


def test_a_schedule_switched_off_asks_nothing() -> None:
    a_sales_order()
    a_schedule(is_enabled=False)

    assert schedule.tick() == 0
    assert not SyncTask.objects.exists()


def test_a_schedule_that_is_not_due_asks_nothing() -> None:
    a_sales_order()
    a_schedule(next_run_at=timezone.now() + timedelta(seconds=60))

    assert schedule.tick() == 0


def test_work_that_waits_already_is_not_asked_for_twice() -> None:
    a_sales_order()
    due = a_schedule()
    schedule.tick()
    StepSchedule.objects.filter(pk=due.pk).update(next_run_at=timezone.now())

    assert schedule.tick() == 0
    assert SyncTask.objects.count() == 1


def test_a_shop_that_is_not_active_is_not_pulled() -> None:
    a_shop(is_active=False)
    a_schedule(Step.PULL_ORDERS)

    assert schedule.tick() == 0


def test_missing_schedules_are_made_once_and_a_persons_choice_stays() -> None:
    schedule.create_missing_schedules()
    StepSchedule.objects.filter(step="push_order").update(is_enabled=False, interval_seconds=900)

    schedule.create_missing_schedules()

    kept = StepSchedule.objects.get(step="push_order")
    assert (kept.is_enabled, kept.interval_seconds) == (False, 900)
    assert StepSchedule.objects.count() == len(plan.OPEN_WORK)


def test_where_more_waits_than_is_asked_for_at_once_the_next_look_goes_on() -> None:
    for _ in range(5):
        a_sales_order()
    a_schedule()

    with mock.patch.object(plan, "AT_ONCE", 2):
        assert [schedule.tick() for _look in range(4)] == [2, 2, 1, 0]
