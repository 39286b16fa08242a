"""Asking for work: one open task per step and document, whoever asks and however often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from sync.jobs.bell import ring_after_commit
from sync.jobs.work import Work, is_full_fetch
from sync.models import Step, SyncTask, clock
from sync.models.steps import Act

Priority = SyncTask.Priority
RACES = 3
DONE_ONCE_MORE = Step.doing(Act.FETCH)


class Answer(StrEnum):
    ASKED = "asked"
    RETRIED = "retried"
    ALREADY_WAITING = "already_waiting"
    ALREADY_RUNNING = "already_running"
    RUNS_AGAIN = "runs_again"
    ALREADY_DONE = "already_done"
    NEEDS_ATTENTION = "needs_attention"


_ANSWER_TO_SCHEDULE = {
    SyncTask.State.WAITING: Answer.ALREADY_WAITING,
    SyncTask.State.RUNNING: Answer.ALREADY_RUNNING,
    SyncTask.State.NEEDS_ATTENTION: Answer.NEEDS_ATTENTION,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The task that covers the requested work, and what the request changed."""

    task: SyncTask
    answer: Answer


def ask(
    work: Work,
    *,
    origin: SyncTask.Origin,
    asked_by: User | None = None,
    priority: Priority | None = None,
) -> Asked:
    """Make sure there is an open task for ``work``; a person's request also wakes a stopped one.
    Without ``priority`` a person's is interactive."""
    if priority is None:
        priority = Priority.INTERACTIVE if asked_by else Priority.BULK
    for _ in range(RACES):
        try:
            return Asked(_create(work, origin, asked_by, priority), Answer.ASKED)
        except IntegrityError:
            existing = _open_task(work)
        joined = _join(existing, asked_by, priority) if existing is not None else None
        if joined is not None:
            return joined
        # The open task moved on between our insert and our look: once more.
    return Asked(_create(work, origin, asked_by, priority), Answer.ASKED)


def follow_up_urgency(task: SyncTask) -> Priority:
    """What follows from a click on one order is as urgent as the click; what follows from a click
    on many, or from a full fetch, may be a lot and gives way."""
    if task.asked_by_id is None:
        return Priority.BULK
    is_of_many = task.priority == Priority.CLICKED or task.sales_order_id is None
    return Priority.CLICKED if is_of_many else Priority.INTERACTIVE


def retry(task: SyncTask, *, asked_by: User) -> Asked:
    joined = None
    while joined is None and task.is_open:
        joined = _join(task, asked_by)
        if joined is None:
            task.refresh_from_db()
    return joined or Asked(task, Answer.ALREADY_DONE)


def _create(
    work: Work, origin: SyncTask.Origin, asked_by: User | None, priority: Priority
) -> SyncTask:
    with transaction.atomic():
        task = SyncTask.objects.create(
            **work.columns(), origin=origin, asked_by=asked_by, priority=priority
        )
        ring_after_commit([task])
    return task


def _open_task(work: Work) -> SyncTask | None:
    unfinished = SyncTask.objects.unfinished()
    return unfinished.filter(step=work.step, reference=work.reference).first()


def _join(
    task: SyncTask, asked_by: User | None, priority: Priority = Priority.INTERACTIVE
) -> Asked | None:
    """Join an open task that already covers the request; None when it has moved on meanwhile."""
    if asked_by is None:
        return _next_turn(task) or Asked(task, _ANSWER_TO_SCHEDULE[SyncTask.State(task.state)])
    if task.state == SyncTask.State.RUNNING:
        return _join_running(task, asked_by)
    if task.state == SyncTask.State.NEEDS_ATTENTION:
        return _wake(task, put_back_by(asked_by, priority))
    return _wake(task, _due_for(asked_by, min(priority, Priority(task.priority))))


def put_back_by(person: User, priority: Priority = Priority.INTERACTIVE) -> dict[str, Any]:
    """Columns that put finished or stopped work back in the queue for a person."""
    return _due_for(person, priority) | {
        "origin": SyncTask.Origin.REPAIR,
        "asked_at": clock.now(),
        "finished_at": None,
        "attempts": 0,
    }


def _due_for(person: User, priority: Priority) -> dict[str, Any]:
    return {
        "state": SyncTask.State.WAITING,
        "not_before": clock.now(),
        "priority": priority,
        "asked_by": person,
    }


def _wake(task: SyncTask, values: Mapping[str, Any]) -> Asked | None:
    """Make a task due now; None when it has moved on meanwhile."""
    stopped = task.state == SyncTask.State.NEEDS_ATTENTION
    if not SyncTask.objects.filter(pk=task.pk, state=task.state).update(**values):
        return None
    task.refresh_from_db()
    with transaction.atomic():
        ring_after_commit([task])
    return Asked(task, Answer.RETRIED if stopped else Answer.ALREADY_WAITING)


def _next_turn(task: SyncTask) -> Asked | None:
    """Queue a full fetch again at each turn, however the last one ended; other stopped work is left
    to people. None where nothing changes."""
    if not is_full_fetch(task) or task.state == SyncTask.State.RUNNING:
        return None
    now = clock.now()
    if task.state == SyncTask.State.WAITING and task.not_before <= now:
        return None
    values = {"state": SyncTask.State.WAITING, "not_before": now, "finished_at": None}
    return _wake(task, values)


def _join_running(task: SyncTask, asked_by: User) -> Asked | None:
    """Ask for follow-up work in the person's name as well. A fetch runs once more, because it may
    already have passed what the person wants to see."""
    again = task.step in DONE_ONCE_MORE
    running = SyncTask.objects.filter(pk=task.pk, state=SyncTask.State.RUNNING)
    if not running.update(
        asked_by=Coalesce("asked_by", Value(asked_by.pk)),
        is_wanted_again=again,
    ):
        return None
    return Asked(task, Answer.RUNS_AGAIN if again else Answer.ALREADY_RUNNING)
