"""Asking for work: one open task per step and document, whoever asks and however often."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from sync.jobs.bell import ring_after_commit
from sync.jobs.work import Work
from sync.models import SyncTask

RACES = 3


class Answer(StrEnum):
    """What became of a request for work."""

    ASKED = "asked"
    RETRIED = "retried"
    ALREADY_WAITING = "already_waiting"
    ALREADY_RUNNING = "already_running"
    NEEDS_ATTENTION = "needs_attention"


@dataclass(frozen=True, slots=True)
class Asked:
    """The task that stands for the wanted work, and what asking changed."""

    task: SyncTask
    answer: Answer


def ask(work: Work, *, origin: SyncTask.Origin, asked_by: User | None = None) -> Asked:
    """Make sure there is an open task for ``work``; a person's request also wakes a stopped one."""
    for _ in range(RACES):
        try:
            return Asked(_create(work, origin, asked_by), Answer.ASKED)
        except IntegrityError:
            existing = _open_task(work)
        if existing is not None:
            return _join(existing, asked_by)
        # The open task ended between our insert and our look: once more.
    return Asked(_create(work, origin, asked_by), Answer.ASKED)


def retry(task: SyncTask, *, asked_by: User) -> Asked:
    """Put a task that needs attention back to work, because a person says so."""
    return _join(task, asked_by)


def _create(work: Work, origin: SyncTask.Origin, asked_by: User | None) -> SyncTask:
    priority = SyncTask.Priority.INTERACTIVE if asked_by else SyncTask.Priority.BULK
    with transaction.atomic():
        task = SyncTask.objects.create(
            **work.columns(), origin=origin, asked_by=asked_by, priority=priority
        )
        ring_after_commit([task])
    return task


def _open_task(work: Work) -> SyncTask | None:
    unfinished = SyncTask.objects.unfinished()
    return unfinished.filter(step=work.step, reference=work.reference).first()


def _join(task: SyncTask, asked_by: User | None) -> Asked:
    """Someone wants what an open task already stands for."""
    if task.state == SyncTask.State.RUNNING:
        return Asked(task, Answer.ALREADY_RUNNING)
    if asked_by is None:
        waiting = task.state == SyncTask.State.WAITING
        return Asked(task, Answer.ALREADY_WAITING if waiting else Answer.NEEDS_ATTENTION)
    stopped = task.state == SyncTask.State.NEEDS_ATTENTION
    values = {
        "state": SyncTask.State.WAITING,
        "not_before": timezone.now(),
        "priority": SyncTask.Priority.INTERACTIVE,
        "asked_by": asked_by,
    }
    if stopped:
        values |= {
            "origin": SyncTask.Origin.REPAIR,
            "asked_at": timezone.now(),
            "finished_at": None,
            "attempts": 0,
        }
    SyncTask.objects.filter(pk=task.pk, state=task.state).update(**values)
    task.refresh_from_db()
    with transaction.atomic():
        ring_after_commit([task])
    return Asked(task, Answer.RETRIED if stopped else Answer.ALREADY_WAITING)
