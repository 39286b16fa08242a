"""Claiming: one worker gets a task, one task of a lock runs, and only an owner writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sync.errors import LeaseLost
from sync.models import SyncTask
from tests.builders import a_sales_order, a_task
from tests.claiming import claim

pytestmark = pytest.mark.django_db
LEASE = timedelta(seconds=60)
State = SyncTask.State


def claimed(task: SyncTask, owner: str = "one") -> SyncTask:
    mine = claim(task.pk, owner=owner, lease=LEASE)
    assert mine is not None
    return mine


def test_a_due_task_is_taken_with_a_lease() -> None:
    before = timezone.now()

    task = claimed(a_task())

    assert (task.state, task.lease_owner, task.attempts) == (State.RUNNING, "one", 1)
    assert task.started_at is not None
    assert task.started_at >= before
    assert task.lease_until == task.started_at + LEASE


def test_a_task_that_is_not_due_is_left() -> None:
    task = a_task(not_before=timezone.now() + timedelta(seconds=60))

    assert claim(task.pk, owner="one", lease=LEASE) is None


@pytest.mark.parametrize(
    "state", [State.RUNNING, State.DONE, State.NEEDS_ATTENTION, State.CANCELLED]
)
def test_only_a_waiting_task_is_taken(state: SyncTask.State) -> None:
    task = a_task(state=state)

    assert claim(task.pk, owner="one", lease=LEASE) is None


def test_p0_03_of_two_workers_one_gets_the_task() -> None:
    task = a_task()

    mine = claim(task.pk, owner="one", lease=LEASE)
    theirs = claim(task.pk, owner="two", lease=LEASE)

    assert mine is not None
    assert theirs is None
    task.refresh_from_db()
    assert (task.lease_owner, task.attempts) == ("one", 1)


def test_p0_09_a_task_whose_lock_is_taken_waits() -> None:
    claimed(a_task(lock="order:1"))
    behind = a_task(lock="order:1")

    assert claim(behind.pk, owner="two", lease=LEASE) is None

    behind.refresh_from_db()
    assert (behind.state, behind.attempts) == (State.WAITING, 0)


def test_the_lock_is_free_when_its_task_has_ended() -> None:
    claimed(a_task(lock="order:1")).succeed("Done.")
    behind = a_task(lock="order:1")

    assert claim(behind.pk, owner="two", lease=LEASE) is not None


def test_a_retry_frees_the_lock() -> None:
    first = claimed(a_task(lock="order:1"))
    first.try_again_at(timezone.now() + LEASE, {"error_class": "RemoteUnavailable"})
    behind = a_task(lock="order:1")

    assert claim(behind.pk, owner="two", lease=LEASE) is not None


def test_p0_07_a_worker_that_lost_its_lease_can_write_nothing() -> None:
    task = claimed(a_task())
    SyncTask.objects.filter(pk=task.pk).update(lease_owner="two", attempts=2)

    writes: list[Callable[[], None]] = [
        lambda: task.hold_lease(LEASE),
        lambda: task.write_ahead(number="1"),
        lambda: task.succeed("Done."),
        lambda: task.stop_for_a_person({"error_class": "X"}),
        lambda: task.try_again_at(timezone.now(), {}),
    ]
    for write in writes:
        with pytest.raises(LeaseLost):
            write()

    task.refresh_from_db()
    assert (task.state, task.facts, task.outcome) == (State.RUNNING, {}, "")


def test_p0_07_an_attempt_counted_afresh_after_a_retry_does_not_pass_for_the_old_one() -> None:
    first = claimed(a_task())
    SyncTask.objects.filter(pk=first.pk).update(state=State.WAITING, attempts=0)
    claimed(first, owner="two")

    with pytest.raises(LeaseLost):
        first.succeed("Done.")


def test_p0_07_the_same_worker_writes_nothing_for_an_attempt_that_was_given_away() -> None:
    first = claimed(a_task())
    SyncTask.objects.filter(pk=first.pk).update(state=State.WAITING)
    claimed(first)

    with pytest.raises(LeaseLost):
        first.succeed("Done.")


def test_facts_written_ahead_are_kept_together() -> None:
    task = claimed(a_task())

    task.write_ahead(a=1)
    task.write_ahead(b=2)

    assert SyncTask.objects.get(pk=task.pk).facts == {"a": 1, "b": 2}


def test_a_claim_takes_three_statements_and_reads_only_what_its_task_is_about() -> None:
    order = a_sales_order()
    task = a_task(order=order, shop=order.shop)

    with CaptureQueriesContext(connection) as made:
        mine = claimed(task)
        assert mine.sales_order is not None
        assert mine.sales_order.shop.code == order.shop.code

    statements = [one["sql"] for one in made if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    update, read, begun = statements
    assert (update.split()[0], read.split()[0], begun.split()[0]) == ("UPDATE", "SELECT", "INSERT")
    others = ("auth_user", "outbounddelivery", "billingdocument", "sync_invoice")
    assert not [table for table in others if table in read]
    assert '"sync_salesorder"."payload"' not in read
