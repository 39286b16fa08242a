"""The bell: carries an id, comes after the commit, and loses no work when Redis is away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest import mock

import pytest
from django.utils.module_loading import import_string

from sync.jobs import bell, clicks
from sync.models import SyncTask
from tests.builders import a_sales_order, a_task, a_user

pytestmark = pytest.mark.django_db
Capture = Callable[..., AbstractContextManager[list[Callable[[], Any]]]]


def test_with_redis_away_the_bell_says_so_and_rings_nothing() -> None:
    task = a_task()

    assert bell.ring([task]) is False

    task.refresh_from_db()
    assert task.rung_at is None
    assert not bell.is_reachable()


def test_with_redis_away_a_click_is_recorded_all_the_same(
    django_capture_on_commit_callbacks: Capture,
) -> None:
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        clicked = clicks.sync_orders([a_sales_order()], a_user("Sales"))

    assert len(callbacks) == 1
    assert clicked.message == "Sync now: 1 queued."
    assert SyncTask.objects.get().state == SyncTask.State.WAITING


def test_the_bell_rings_only_after_the_commit(django_capture_on_commit_callbacks: Capture) -> None:
    queue = mock.Mock()
    with mock.patch("django_rq.get_queue", return_value=queue):
        with django_capture_on_commit_callbacks() as callbacks:
            clicks.sync_orders([a_sales_order()], a_user("Sales"))
        assert not queue.enqueue.called

        callbacks[0]()

    assert queue.enqueue.call_args.args == (bell.RUN_TASK, SyncTask.objects.get().pk)
    assert SyncTask.objects.get().rung_at is not None


@pytest.mark.parametrize(
    ("priority", "name"),
    [
        (SyncTask.Priority.INTERACTIVE, "interactive"),
        (SyncTask.Priority.CLICKED, "bulk"),
        (SyncTask.Priority.BULK, "bulk"),
    ],
)
def test_the_bell_rings_in_the_queue_of_its_priority(priority: int, name: str) -> None:
    with mock.patch("django_rq.get_queue") as get_queue:
        bell.ring([a_task(priority=priority)])

    get_queue.assert_called_once_with(name)


def test_what_redis_is_told_to_run_exists() -> None:
    assert callable(import_string(bell.RUN_TASK))
