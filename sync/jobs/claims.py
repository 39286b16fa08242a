"""Claiming: one transaction takes a task, reads what its step needs, and opens its attempt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from sync.jobs import fetches, order_holds
from sync.jobs.holds import Hold, held_back, may_be_held
from sync.jobs.work import is_full_fetch
from sync.models import SyncAttempt, SyncTask

LARGE = {"sales_order", "invoice"}  # their payload is read anew by whoever needs it


def begin(pk: int, *, owner: str, lease: timedelta) -> SyncAttempt | None:
    """None where the task is not due, taken, behind another of its lock, or held back."""
    held = connection.connection
    try:
        return _begin(pk, owner, lease)
    except (OperationalError, InterfaceError):
        if connection.connection is held:  # else it was found dead, and Django has replaced it
            raise
        return _begin(pk, owner, lease)


def _begin(pk: int, owner: str, lease: timedelta) -> SyncAttempt | None:
    try:
        with transaction.atomic():
            about = SyncTask.objects.take(pk, owner=owner, lease=lease)
            if about is None:
                return None
            task = _read(pk, about)
            hold = _hold_on(task)
            if hold is not None:
                _put_back(task, hold)
                return None
            return SyncAttempt.objects.create(task=task, attempt=task.attempts, worker=owner)
    except IntegrityError:  # another task of the same lock is running
        return None


def _read(pk: int, about: Sequence[str]) -> SyncTask:
    """With what it is about, and no more: joins and columns are most of what a claim costs."""
    tasks = SyncTask.objects.annotate(
        may_be_held=may_be_held(), is_any_order_held=order_holds.is_any_order_held()
    )
    if about:
        tasks = tasks.select_related(*about)
    task = tasks.defer(*(f"{name}__payload" for name in about if name in LARGE)).get(pk=pk)
    order = task.sales_order
    if order is not None and task.shop is not None and order.shop_id == task.shop.pk:
        order.shop = task.shop
    return task


def _hold_on(task: SyncTask) -> Hold | None:
    """A person's, or that of a remote it needs."""
    read = vars(task)
    hold = order_holds.held_back(task) if read["is_any_order_held"] else None
    return held_back(task) if hold is None and read["may_be_held"] else hold


def _put_back(task: SyncTask, hold: Hold) -> None:
    if is_full_fetch(task):
        fetches.note_held_back(task)
    if hold.until is None:
        task.stop_for_a_person(hold.failure)
    else:
        task.try_again_at(hold.until, hold.failure)
    count_no_try(task)


def count_no_try(task: SyncTask) -> None:
    """Of an attempt in which nothing was tried; nothing where the next one has begun."""
    mine = SyncTask.objects.filter(pk=task.pk, attempts=task.attempts)
    mine.update(attempts=F("attempts") - 1)
