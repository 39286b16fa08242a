"""What has been done for a document: its tasks, their attempts, each remote call."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet

from sync.models import RemoteCall, SyncAttempt, SyncTask
from sync.views.people import steps_to_retry

MOST_TASKS = 30


def timeline(tasks: QuerySet[SyncTask]) -> list[SyncTask]:
    """The newest tasks with their attempts and remote calls, in three queries."""
    attempts = SyncAttempt.objects.prefetch_related(
        Prefetch("calls", RemoteCall.objects.order_by("id"))
    )
    told = tasks.select_related("asked_by", "shop", "sales_order").order_by("-id")
    return list(told.prefetch_related(Prefetch("attempt_log", attempts))[:MOST_TASKS])


def retryable(tasks: Iterable[SyncTask], user: User) -> set[int]:
    """The keys of stopped tasks this person may put back to work."""
    steps = set(steps_to_retry(user))
    return {
        task.pk
        for task in tasks
        if task.state == SyncTask.State.NEEDS_ATTENTION and task.step in steps
    }
