"""What planning, scheduler and sweep ask the database is found by index, and takes few queries."""

from __future__ import annotations

from collections.abc import Callable
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sync.jobs import breaker, plan, schedule, turns
from sync.jobs.cleared import close_cleared
from sync.jobs.going_on import go_on
from sync.jobs.holds import wake_forgotten
from sync.jobs.resume import retry_oldest_of_each_cause
from sync.jobs.sweep import sweep
from sync.models import SalesOrder, Step, SyncTask
from tests.builders import a_billing_document, a_dispatched_delivery, a_task, an_order_in_sap
from tests.jobs.explained import plans

pytestmark = pytest.mark.django_db
PLANNED = [Step.PUSH_ORDER, Step.CONFIRM_ORDER, Step.PUSH_SHIPMENT, Step.PUSH_INVOICE]
LOOKS = [close_cleared, go_on, wake_forgotten, retry_oldest_of_each_cause, sweep, schedule.tick]


def a_stopped_confirmation(count: int) -> list[int]:
    return [
        a_task(
            Step.CONFIRM_ORDER,
            an_order_in_sap(),
            state=SyncTask.State.NEEDS_ATTENTION,
            finished_at=timezone.now(),
        ).pk
        for _ in range(count)
    ]


def staged() -> None:
    """Something of each kind, so that no query is spared."""
    order = an_order_in_sap()
    a_dispatched_delivery(order)
    a_billing_document(order)
    stopped = SyncTask.State.NEEDS_ATTENTION
    for step in (*PLANNED, Step.TRY_CONNECTION):
        a_task(step, order, state=stopped, reference=f"{step} stopped", finished_at=timezone.now())
    a_task(Step.PUSH_ORDER, order, reference="waits", cause="remote-away")


@pytest.mark.parametrize("step", PLANNED)
def test_outstanding_work_is_found_by_index(step: Step) -> None:
    staged()

    with plans() as found:
        list(plan.open_work(step))

    assert found.count
    assert found.whole == []


@pytest.mark.parametrize("step", [Step.PULL_ORDERS, Step.PULL_DELIVERIES, Step.PULL_BILLING])
def test_what_follows_from_a_fetch_is_found_by_index(step: Step) -> None:
    staged()
    tasks = [a_task(step, reference="all"), a_task(step, an_order_in_sap())]

    with plans() as found:
        for task in tasks:
            list(plan.follow_ups(task))

    assert found.whole == []


@pytest.mark.parametrize("look", LOOKS)
def test_a_look_of_the_scheduler_finds_all_by_index(look: Callable[[], object]) -> None:
    staged()
    schedule.create_missing_schedules()

    with plans() as found:
        look()

    assert found.count
    assert found.whole == []


def test_a_look_with_nothing_to_do_takes_at_most_twelve_queries() -> None:
    an_order_in_sap()
    a_task(Step.PUSH_ORDER, state=SyncTask.State.DONE)

    with CaptureQueriesContext(connection) as asked:
        schedule.tick()
        breaker.probe()
        sweep()

    assert len(asked) <= 12


def test_more_that_has_stopped_costs_no_more_queries() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked, mock.patch.object(turns, "AT_ONCE", 5):
            sweep()
        return len(asked)

    a_stopped_confirmation(5)
    few = queries()
    a_stopped_confirmation(20)

    assert queries() == few


def test_every_stopped_task_has_its_turn() -> None:
    tasks = a_stopped_confirmation(12)
    SalesOrder.objects.update(confirmed_at=timezone.now())

    with mock.patch.object(turns, "AT_ONCE", 5):
        for _look in range(3):
            sweep()

    states = SyncTask.objects.filter(pk__in=tasks).values_list("state", flat=True)
    assert set(states) == {SyncTask.State.DONE}
