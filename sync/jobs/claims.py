"""Claiming: one transaction takes a task, reads what its step needs, and opens its attempt."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from sync.jobs import fetches
from sync.jobs.holds import held_back, may_be_held
from sync.jobs.work import is_full_fetch
from sync.models import SyncAttempt, SyncTask

READ_WITH_IT = (
    "asked_by", "shop", "sales_order__shop", "delivery", "billing_document", "invoice"
)  # fmt: skip
LEFT_OUT = ("sales_order__payload", "invoice__payload")  # large, and read anew by whoever needs it


def begin(pk: int, *, owner: str, lease: timedelta) -> SyncAttempt | None:
    """None where the task is not due, taken, behind another of its lock, or held back."""
    try:
        with transaction.atomic():
            if not SyncTask.objects.take(pk, owner=owner, lease=lease):
                return None
            tasks = SyncTask.objects.select_related(*READ_WITH_IT).defer(*LEFT_OUT)
            task = tasks.annotate(may_be_held=may_be_held()).get(pk=pk)
            if vars(task)["may_be_held"] and _put_back(task):
                return None
            return SyncAttempt.objects.create(task=task, attempt=task.attempts, worker=owner)
    except IntegrityError:  # another task of the same lock is running
        return None


def _put_back(task: SyncTask) -> bool:
    """Put a task back while a remote it needs is in trouble; the attempt is not counted."""
    hold = held_back(task)
    if hold is None:
        return False
    if is_full_fetch(task):
        fetches.note_held_back(task)
    if hold.until is None:
        task.stop_for_a_person(hold.failure)
    else:
        task.try_again_at(hold.until, hold.failure)
    SyncTask.objects.filter(pk=task.pk, attempts=task.attempts).update(attempts=F("attempts") - 1)
    return True
