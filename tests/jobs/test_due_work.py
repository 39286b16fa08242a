"""What a worker finds to do: clicks first, then the oldest; nothing another is about to take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sync.jobs.due_work import DueWork
from sync.models import SyncTask
from tests.builders import a_task, a_worker

pytestmark = pytest.mark.django_db
BULK, CLICK = SyncTask.Priority.BULK, SyncTask.Priority.INTERACTIVE


def tasks(count: int, priority: int = BULK) -> list[int]:
    made = [
        a_task(reference=f"{priority}:{one}", lock=f"order:{priority}:{one}", priority=priority)
        for one in range(count)
    ]
    return [task.pk for task in made]


def found(work: DueWork, most: int = 10) -> list[int]:
    return [one.pk for one in work(most)]


def two_workers() -> tuple[DueWork, DueWork]:
    names = ["worker@a:1", "worker@a:2"]
    for name in names:
        a_worker(name=name)
    works = [DueWork(name) for name in names]
    for work in works:
        work.note_workers()
    return works[0], works[1]


def test_clicks_come_first_then_the_oldest() -> None:
    old = tasks(2)
    clicked = tasks(2, CLICK)

    assert found(DueWork("me")) == clicked + old


def test_what_was_put_back_stands_behind_what_has_waited_longer() -> None:
    first, second = tasks(2)
    SyncTask.objects.filter(pk=first).update(not_before=timezone.now())

    assert found(DueWork("me")) == [second, first]


def test_what_is_put_off_or_already_runs_is_left_out() -> None:
    due = a_task(lock="order:1")
    a_task(reference="later", lock="order:2", not_before=timezone.now() + timedelta(hours=1))
    a_task(reference="running", lock="order:3", state=SyncTask.State.RUNNING)

    assert found(DueWork("me")) == [due.pk]


def test_what_was_asked_for_by_a_clock_that_is_a_moment_ahead_is_found_and_claimed() -> None:
    """It is rung for once: passed over, it would wait for the sweep."""
    asked = a_task(not_before=timezone.now() + timedelta(milliseconds=900))

    assert found(DueWork("me")) == [asked.pk]
    taken = SyncTask.objects.take(asked.pk, owner="me", lease=timedelta(minutes=1))
    assert taken is not None


def test_work_of_an_order_whose_task_runs_is_left_out_instead_of_failing_at_the_claim() -> None:
    a_task(reference="running", lock="order:1", state=SyncTask.State.RUNNING)
    a_task(reference="waits behind it", lock="order:1")

    assert found(DueWork("me")) == []


def test_two_workers_begin_with_different_tasks() -> None:
    due = tasks(40)
    one, other = two_workers()

    assert found(one)[:10] == due[0:20:2]
    assert found(other)[:10] == due[1:20:2]


def test_what_has_waited_longest_is_done_whoever_s_part_it_is() -> None:
    due = tasks(40)

    _one, other = two_workers()

    assert found(other)[-1] == due[0]


def test_a_worker_whose_clock_is_wrong_takes_no_work_and_so_has_no_part() -> None:
    due = tasks(20)
    a_worker(name="worker@a:0", clock_skew_seconds=400)
    alone = DueWork("worker@a:1")
    alone.note_workers()

    assert found(alone) == due[:10]


def test_at_the_end_of_the_list_each_takes_what_the_other_may_have_left() -> None:
    due = tasks(3)
    one, other = two_workers()

    assert found(one) == [due[0], due[2], due[1]]
    assert found(other) == [due[1], due[0], due[2]]


def test_the_dead_have_no_part_of_the_list() -> None:
    due = tasks(20)
    a_worker(name="worker@a:9", beat_at=timezone.now() - timedelta(minutes=5))
    alone = DueWork("worker@a:1")
    alone.note_workers()

    assert found(alone) == due[:10]


def test_however_much_is_clicked_a_little_of_the_rest_is_found() -> None:
    clicked, rest = tasks(20, CLICK), tasks(3)

    assert found(DueWork("me")) == [*clicked[:10], rest[0]]


@pytest.mark.parametrize("waiting", [5, 60])
def test_a_look_costs_one_query_however_much_waits(
    waiting: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    tasks(waiting)

    with django_assert_num_queries(1):
        found(DueWork("me"))
