"""The sweep: nothing stays running past its lease, and no due work goes unheard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone

from sync.jobs.sweep import _free, sweep
from sync.models import SyncAttempt, SyncTask
from tests.builders import a_task, an_attempt
from tests.claiming import claim

pytestmark = pytest.mark.django_db
State = SyncTask.State
PAST = timedelta(seconds=-1)


class Queue:
    """Redis, as far as a bell needs it: remembers what was put in."""

    def __init__(self) -> None:
        self.rung: list[int] = []
        self.count = 0  # rings no worker has heard yet

    def enqueue(self, path: str, pk: int, **options: Any) -> None:
        self.rung.append(pk)


@pytest.fixture
def queue() -> Iterator[Queue]:
    found = Queue()
    with mock.patch("django_rq.get_queue", return_value=found):
        yield found


def a_lost_task(**values: Any) -> SyncTask:
    task = a_task(
        state=State.RUNNING,
        lease_owner="gone",
        lease_until=timezone.now() + PAST,
        attempts=1,
        **values,
    )
    an_attempt(task, outcome=SyncAttempt.Outcome.RUNNING, finished_at=None)
    return task


def test_p0_07_a_task_past_its_lease_waits_again_and_its_attempt_is_lost(queue: Queue) -> None:
    task = a_lost_task()

    assert sweep() == (1, 1)

    task.refresh_from_db()
    assert (task.state, task.lease_owner, task.lease_until) == (State.WAITING, "", None)
    assert task.attempt_log.get().outcome == SyncAttempt.Outcome.LOST
    assert queue.rung == [task.pk]


def test_p0_07_two_sweeps_free_a_lost_task_once(queue: Queue) -> None:
    a_lost_task()

    assert [sweep()[0], sweep()[0]] == [1, 0]


def test_two_sweeps_at_the_same_moment_free_a_lost_task_once(queue: Queue) -> None:
    task = a_lost_task()
    stale = SyncTask.objects.get(pk=task.pk)
    sweep()  # the other one was quicker, and a worker has the task again
    claim(task.pk, owner="new", lease=timedelta(seconds=60))

    assert _free(stale, timezone.now()) == 0

    task.refresh_from_db()
    assert (task.state, task.lease_owner) == (State.RUNNING, "new")


def test_a_task_within_its_lease_is_left(queue: Queue) -> None:
    a_task(state=State.RUNNING, lease_until=timezone.now() + timedelta(seconds=60))

    assert sweep() == (0, 0)


def test_due_work_nobody_rang_for_is_rung_interactive_first(queue: Queue) -> None:
    bulk = a_task()
    urgent = a_task(priority=SyncTask.Priority.INTERACTIVE)

    assert sweep() == (0, 2)

    assert queue.rung == [urgent.pk, bulk.pk]


def test_work_rung_a_moment_ago_is_not_rung_again(queue: Queue) -> None:
    a_task()
    sweep()

    assert sweep() == (0, 0)


def test_work_rung_long_ago_is_rung_again(queue: Queue) -> None:
    a_task(rung_at=timezone.now() - timedelta(minutes=5))

    assert sweep() == (0, 1)


def test_a_full_queue_is_not_rung_again_for_the_same_work(queue: Queue) -> None:
    a_task(rung_at=timezone.now() - timedelta(minutes=5))
    queue.count = 1

    assert sweep() == (0, 0)


def test_a_queue_with_fewer_rings_than_due_work_has_lost_some(queue: Queue) -> None:
    for _ in range(3):
        a_task(rung_at=timezone.now() - timedelta(seconds=10))
    queue.count = 1  # in each of the two queues

    assert sweep() == (0, 3)


def test_work_forgotten_behind_a_full_queue_is_rung_at_last(queue: Queue) -> None:
    task = a_task(rung_at=timezone.now() - timedelta(minutes=11))
    queue.count = 1

    assert sweep() == (0, 1)
    assert queue.rung == [task.pk]


def test_a_retry_is_rung_when_its_time_has_come_and_not_before(queue: Queue) -> None:
    task = a_task(not_before=timezone.now() + timedelta(seconds=60))
    assert sweep() == (0, 0)
    SyncTask.objects.filter(pk=task.pk).update(not_before=timezone.now())

    assert sweep() == (0, 1)


def test_p0_07_with_redis_away_the_sweep_frees_and_rings_nothing() -> None:
    task = a_lost_task()

    assert sweep() == (1, 0)

    task.refresh_from_db()
    assert (task.state, task.rung_at) == (State.WAITING, None)
