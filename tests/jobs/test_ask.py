"""Asking: one open task for one piece of work, whoever asks and however often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from unittest import mock

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sync.jobs import clicks, work
from sync.jobs.ask import Answer, _open_tasks, ask, ask_all, retry
from sync.jobs.mass_clicks import retry_causes
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

    clicked = clicks.sync_all_new_orders(person)

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

    def just_before_it_ended(works: Sequence[Work]) -> list[SyncTask]:
        seen = _open_tasks(works)
        SyncTask.objects.filter(pk=ended.pk).update(state=State.DONE)
        return seen

    with mock.patch("sync.jobs.ask._open_tasks", just_before_it_ended):
        asked = ask(wanted, origin=CLICK, asked_by=a_user("Sales"))

    assert asked.answer == Answer.ASKED
    assert asked.task != ended


def test_what_was_done_meanwhile_is_not_done_again_by_a_retry() -> None:
    stopped = a_stopped_task()
    SyncTask.objects.update(state=State.DONE)

    asked = retry(stopped, asked_by=a_user("Sales"))

    stopped.refresh_from_db()
    assert (asked.answer, stopped.state) == (Answer.ALREADY_DONE, State.DONE)


def test_many_are_asked_for_in_as_many_statements_as_few() -> None:
    shop, person = a_shop(), a_user("Sales")
    few, many = ([work.push_order(a_sales_order(shop=shop)) for _ in range(n)] for n in (2, 100))

    counts = []
    for works in (few, many):
        for who in (None, person, person):  # new; waiting; waiting already for a person
            with CaptureQueriesContext(connection) as queries:
                asked = ask_all(works, origin=SCHEDULE, asked_by=who)
            counts.append(len(queries))
            assert [one.task.reference for one in asked] == [one.reference for one in works]

    assert counts[:3] == counts[3:]
    assert SyncTask.objects.filter(asked_by=person).count() == len(few) + len(many)


def test_asking_for_many_does_for_each_what_asking_for_it_does() -> None:
    person = a_user("Sales")
    works = [work.push_order(a_sales_order()) for _ in range(6)]
    _new, *others = works
    for wanted in others:
        ask(wanted, origin=SCHEDULE)
    states = [State.WAITING, State.WAITING, State.RUNNING, State.NEEDS_ATTENTION]
    states += [State.NEEDS_ATTENTION]
    for wanted, state in zip(others, states, strict=True):
        SyncTask.objects.filter(reference=wanted.reference).update(state=state, attempts=3)

    asked = ask_all([*works, works[0]], origin=CLICK, asked_by=person)

    assert [one.answer for one in asked] == [
        Answer.ASKED, Answer.ALREADY_WAITING, Answer.ALREADY_WAITING, Answer.ALREADY_RUNNING,
        Answer.RETRIED, Answer.RETRIED, Answer.ASKED,
    ]  # fmt: skip
    stored = {task.pk: task for task in SyncTask.objects.all()}
    assert len(stored) == len(works)
    for one in asked:
        task = stored[one.task.pk]
        assert (one.task.state, one.task.priority) == (task.state, task.priority)
        assert task.asked_by == person
        assert task.attempts == (0 if one.answer in (Answer.ASKED, Answer.RETRIED) else 3)


def test_many_that_move_on_while_they_are_joined_are_asked_for_anew() -> None:
    works = [work.push_order(a_sales_order()) for _ in range(3)]
    ended = ask_all(works, origin=SCHEDULE)[1].task

    def just_before_it_ended(wanted: Sequence[Work]) -> list[SyncTask]:
        seen = _open_tasks(wanted)
        SyncTask.objects.filter(pk=ended.pk).update(state=State.DONE)
        return seen

    with mock.patch("sync.jobs.ask._open_tasks", just_before_it_ended):
        asked = ask_all(works, origin=CLICK, asked_by=a_user("Sales"))

    assert [one.answer for one in asked] == [
        Answer.ALREADY_WAITING, Answer.ASKED, Answer.ALREADY_WAITING
    ]  # fmt: skip


def test_tasks_are_made_order_by_order_as_things_must_happen() -> None:
    first, second = a_sales_order(), a_sales_order()
    works = [work.confirm_order(second), work.push_order(second), work.push_order(first)]

    ask_all(works, origin=SCHEDULE)

    made = SyncTask.objects.order_by("id").values_list("sales_order", "step")
    assert list(made) == [
        (first.pk, Step.PUSH_ORDER), (second.pk, Step.PUSH_ORDER), (second.pk, Step.CONFIRM_ORDER)
    ]  # fmt: skip


def test_of_many_joined_at_once_one_that_moved_on_costs_the_others_nothing() -> None:
    """Workers take some of them while a click on many joins them."""
    person = a_user("Sales")

    def cost(number: int) -> int:
        wanted = [work.push_order(a_sales_order()) for _ in range(number)]
        ask_all(wanted, origin=SCHEDULE)

        def then_one_began(works: Sequence[Work]) -> list[SyncTask]:
            seen = _open_tasks(works)
            SyncTask.objects.filter(pk=seen[0].pk).update(state=State.RUNNING)
            return seen

        with (
            mock.patch("sync.jobs.ask._open_tasks", then_one_began),
            CaptureQueriesContext(connection) as queries,
        ):
            asked = ask_all(wanted, origin=CLICK, asked_by=person)
        answers = [one.answer for one in asked]
        assert answers.count(Answer.ALREADY_WAITING) == number - 1
        assert answers.count(Answer.ALREADY_RUNNING) == 1
        return len(queries)

    assert cost(40) == cost(4)
