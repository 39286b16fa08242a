"""Asking: one open task for one piece of work, whoever asks and however often."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from sync.jobs import clicks, work
from sync.jobs.ask import Answer, _open_task, ask, retry
from sync.jobs.mass_clicks import retry_causes, sync_all_new_orders
from sync.jobs.work import Work
from sync.models import Step, SyncTask
from tests.builders import a_sales_order, a_shop, a_stopped_task, a_task, a_user
from tests.clicked import carried_out

pytestmark = pytest.mark.django_db
CLICK, SCHEDULE = SyncTask.Origin.CLICK, SyncTask.Origin.SCHEDULE
State = SyncTask.State


def test_p0_03_two_people_click_and_there_is_one_task() -> None:
    order = a_sales_order()

    first = clicks.sync_orders([order], a_user("Sales"))
    second = clicks.sync_orders([order], a_user("Sales"))

    assert first.message == "Sync now: 1 queued."
    assert second.message == "Sync now: 1 already waiting."
    assert first.tasks == second.tasks
    assert SyncTask.objects.count() == 1


def test_p0_03_who_clicks_while_it_runs_is_told_so() -> None:
    order = a_sales_order()
    clicks.sync_orders([order], a_user("Sales"))
    SyncTask.objects.update(state=State.RUNNING)

    second = clicks.sync_orders([order], a_user("Sales"))

    assert second.message == "Sync now: 1 already running."


def test_p0_03_the_database_itself_refuses_a_second_open_task() -> None:
    a_task(Step.PUSH_ORDER, reference="order:1", lock="a")

    with pytest.raises(IntegrityError), transaction.atomic():
        a_task(Step.PUSH_ORDER, reference="order:1", lock="b")


def test_p0_03_the_database_itself_refuses_two_running_tasks_of_one_lock() -> None:
    a_task(lock="order:1", state=State.RUNNING)

    with pytest.raises(IntegrityError), transaction.atomic():
        a_task(lock="order:1", state=State.RUNNING)


def test_work_that_is_done_may_be_asked_for_again() -> None:
    wanted = work.push_order(a_sales_order())
    first = ask(wanted, origin=SCHEDULE)
    SyncTask.objects.update(state=State.DONE)

    second = ask(wanted, origin=SCHEDULE)

    assert second.answer == Answer.ASKED
    assert second.task != first.task


def test_a_click_is_interactive_and_in_the_persons_name() -> None:
    person = a_user("Sales")

    asked = ask(work.push_order(a_sales_order()), origin=CLICK, asked_by=person)

    assert (asked.task.priority, asked.task.asked_by) == (SyncTask.Priority.INTERACTIVE, person)


def test_a_click_overtakes_the_automatic_task_that_waits() -> None:
    wanted, person = work.push_order(a_sales_order()), a_user("Sales")
    waiting = ask(wanted, origin=SCHEDULE).task

    asked = ask(wanted, origin=CLICK, asked_by=person)

    assert asked.task == waiting
    assert (asked.answer, asked.task.priority) == (Answer.ALREADY_WAITING, 0)
    assert asked.task.asked_by == person


def test_a_click_does_not_wait_for_a_retry_that_is_hours_away() -> None:
    wanted = work.push_order(a_sales_order())
    later = timezone.now() + timedelta(hours=2)
    ask(wanted, origin=SCHEDULE)
    SyncTask.objects.update(not_before=later)

    asked = ask(wanted, origin=CLICK, asked_by=a_user("Sales"))

    assert asked.task.not_before <= timezone.now()


def test_a_persons_wish_wakes_a_stopped_task() -> None:
    order, person = a_sales_order(), a_user("Sales")
    stopped = a_stopped_task(order=order, attempts=14)

    asked = ask(work.push_order(order), origin=CLICK, asked_by=person)

    assert (asked.task, asked.answer) == (stopped, Answer.RETRIED)
    assert (asked.task.state, asked.task.origin) == (State.WAITING, SyncTask.Origin.REPAIR)
    assert (asked.task.attempts, asked.task.asked_by) == (0, person)


def test_the_schedule_never_wakes_a_stopped_task() -> None:
    order = a_sales_order()
    a_stopped_task(order=order)

    asked = ask(work.push_order(order), origin=SCHEDULE)

    assert asked.answer == Answer.NEEDS_ATTENTION
    assert asked.task.state == State.NEEDS_ATTENTION


def test_p1_23_one_click_retries_everything_with_the_same_cause() -> None:
    alike = [a_stopped_task() for _ in range(3)]
    other = a_stopped_task(cause_key="mapping:carrier:X")

    clicked = retry_causes([{"cause_key": alike[0].cause_key}], a_user("Sales"))

    assert clicked.message.startswith("Retry: 3 stopped tasks asked for.")
    assert carried_out(clicked) == "Retry, 3 stopped tasks: 3 tried again."
    other.refresh_from_db()
    assert other.state == State.NEEDS_ATTENTION


def test_a_running_task_is_left_alone_by_a_retry() -> None:
    task = a_task(state=State.RUNNING, lease_owner="w", attempts=1)

    asked = retry(task, asked_by=a_user("Sales"))

    task.refresh_from_db()
    assert asked.answer == Answer.ALREADY_RUNNING
    assert (task.state, task.lease_owner) == (State.RUNNING, "w")


def test_nothing_to_do_is_said() -> None:
    assert clicks.sync_orders([], a_user("Sales")).message == (
        "Nothing to do: everything is up to date."
    )


def test_who_clicks_while_a_fetch_runs_gets_one_more_after_it() -> None:
    shop, person = a_shop(), a_user("Sales")
    running = ask(work.pull_orders(shop), origin=SCHEDULE).task
    SyncTask.objects.update(state=State.RUNNING)

    clicked = sync_all_new_orders(person)

    assert carried_out(clicked) == "Sync now, all new orders: 1 running, and once more after that."
    running.refresh_from_db()
    assert (running.is_wanted_again, running.asked_by) == (True, person)


def test_who_joins_what_runs_does_not_take_it_from_whom_it_is() -> None:
    order, first = a_sales_order(), a_user("Sales")
    running = ask(work.push_order(order), origin=CLICK, asked_by=first).task
    SyncTask.objects.update(state=State.RUNNING)

    asked = ask(work.push_order(order), origin=CLICK, asked_by=a_user("Finance"))

    running.refresh_from_db()
    assert asked.answer == Answer.ALREADY_RUNNING
    assert (running.is_wanted_again, running.asked_by) == (False, first)


def test_a_task_that_ends_while_somebody_joins_it_is_asked_for_anew() -> None:
    wanted = work.pull_orders(a_shop())
    ended = ask(wanted, origin=SCHEDULE).task
    SyncTask.objects.update(state=State.RUNNING)

    def just_before_it_ended(found: Work) -> SyncTask | None:
        seen = _open_task(found)
        SyncTask.objects.filter(pk=ended.pk).update(state=State.DONE)
        return seen

    with mock.patch("sync.jobs.ask._open_task", just_before_it_ended):
        asked = ask(wanted, origin=CLICK, asked_by=a_user("Sales"))

    assert asked.answer == Answer.ASKED
    assert asked.task != ended


def test_what_was_done_meanwhile_is_not_done_again_by_a_retry() -> None:
    stopped = a_stopped_task()
    SyncTask.objects.update(state=State.DONE)

    asked = retry(stopped, asked_by=a_user("Sales"))

    stopped.refresh_from_db()
    assert (asked.answer, stopped.state) == (Answer.ALREADY_DONE, State.DONE)
