"""What has been done for a document: its tasks, their attempts, each remote call."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db.models import Prefetch, Q, QuerySet

from sync.models import Decision, RemoteCall, SyncAttempt, SyncTask
from sync.roles import steps_to_retry

MOST_TASKS = 30
ENDS = (Decision.Kind.MARKED_DONE, Decision.Kind.REOPENED)


def timeline(tasks: QuerySet[SyncTask]) -> list[SyncTask]:
    """The newest tasks with attempts, remote calls and decisions, in four queries. Payloads stay
    where they are until somebody opens a call."""
    calls = RemoteCall.objects.defer("request", "answer").order_by("id")
    emptied = calls.annotate(was_emptied=Q(request=None))
    attempts = SyncAttempt.objects.prefetch_related(Prefetch("calls", emptied))
    told = tasks.select_related("asked_by", "shop", "sales_order").order_by("-id")
    told = told.defer("sales_order__payload")
    ended = Prefetch("decisions", Decision.objects.filter(kind__in=ENDS), to_attr="ends")
    return list(told.prefetch_related(Prefetch("attempt_log", attempts), ended)[:MOST_TASKS])


def decisions_on(task: SyncTask) -> QuerySet[Decision]:
    """Decisions that ended or reopened work of the same step and reference, newest first."""
    same = Decision.objects.filter(task__step=task.step, task__reference=task.reference)
    return same.filter(kind__in=ENDS)


def retryable(tasks: Iterable[SyncTask], user: User) -> set[int]:
    steps = set(steps_to_retry(user))
    return {
        task.pk
        for task in tasks
        if task.state == SyncTask.State.NEEDS_ATTENTION and task.step in steps
    }
