"""Asking for work: one open task per step and document, whoever asks and however often."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import BigIntegerField, Value
from django.db.models.functions import Coalesce

from sync.jobs.bell import ring_after_commit
from sync.jobs.work import Work, has_turns
from sync.models import Step, SyncTask, clock
from sync.models.open_tasks import create_unless_open
from sync.models.steps import ASKING, Act

Priority = SyncTask.Priority
Key = tuple[str, str]  # step and reference: of one there is at most one open task
RACES = 4
AT_ONCE = 500
STEPS_IN_ORDER = list(Step)
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
_ANSWER_TO_WAKING = {
    SyncTask.State.WAITING: Answer.ALREADY_WAITING,
    SyncTask.State.NEEDS_ATTENTION: Answer.RETRIED,
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
    return ask_all([work], origin=origin, asked_by=asked_by, priority=priority)[0]


def ask_all(
    works: Iterable[Work],
    *,
    origin: SyncTask.Origin,
    asked_by: User | None = None,
    priority: Priority | None = None,
    click: int | None = None,
) -> list[Asked]:
    """As ``ask`` for each, and in their order, in a few statements for every ``AT_ONCE`` works.
    What is still to come of an earlier click stays with that one."""
    wanted = list(works)
    if priority is None:
        priority = Priority.INTERACTIVE if asked_by else Priority.BULK
    told = {"origin": origin, "asked_by": asked_by, "priority": priority, "click_id": click}
    # All who ask do so in one order, so that none waits for what another has just asked for.
    ordered = sorted({_key(work): work for work in wanted}.values(), key=_place)
    asked: dict[Key, Asked] = {}
    for start in range(0, len(ordered), AT_ONCE):
        asked |= _asked(ordered[start : start + AT_ONCE], told)
    return [asked[_key(work)] for work in wanted]


def _asked(works: Sequence[Work], told: Mapping[str, Any]) -> dict[Key, Asked]:
    asked: dict[Key, Asked] = {}
    for _ in range(RACES):
        left = [work for work in works if _key(work) not in asked]
        created = _create(left, told)
        asked |= {_key(task): Asked(task, Answer.ASKED) for task in created}
        existing = _open_tasks([work for work in left if _key(work) not in asked])
        asked |= {_key(one.task): one for one in _join_all(existing, told)}
        if len(asked) == len(works):
            return asked
        # Open tasks moved on between our insert and our look: once more.
    raise RuntimeError("Tasks kept moving on while they were asked for.")


def follow_up_urgency(task: SyncTask) -> Priority:
    """What follows from a click on one order is as urgent as the click; what follows from a click
    on many, or from a full fetch, may be a lot and gives way. The rest of a click does not: it is
    soon queued, and only then the person knows what became of it."""
    if task.asked_by_id is None:
        return Priority.BULK
    if task.step in ASKING:
        return Priority.INTERACTIVE
    is_of_many = task.priority == Priority.CLICKED or task.sales_order_id is None
    return Priority.CLICKED if is_of_many else Priority.INTERACTIVE


def retry(task: SyncTask, *, asked_by: User) -> Asked:
    joined = None
    while joined is None and task.is_open:
        joined = _join(task, asked_by)
        if joined is None:
            task.refresh_from_db()
    return joined or Asked(task, Answer.ALREADY_DONE)


def _create(works: Sequence[Work], told: Mapping[str, Any]) -> list[SyncTask]:
    now = clock.now()
    told = {**told, "asked_at": now, "not_before": now}
    with transaction.atomic():
        created = create_unless_open([SyncTask(**work.columns(), **told) for work in works])
        if created:
            ring_after_commit(created)
    return created


def _open_tasks(works: Sequence[Work]) -> list[SyncTask]:
    keys = {_key(work) for work in works}
    if not keys:
        return []
    found = SyncTask.objects.unfinished().filter(
        step__in={step for step, _ in keys}, reference__in={reference for _, reference in keys}
    )
    return [task for task in found if _key(task) in keys]


def _key(one: Work | SyncTask) -> Key:
    return str(one.step), one.reference


def _place(work: Work) -> tuple[int, int, str]:
    """By order, and within an order as things must happen."""
    order = work.sales_order.pk if work.sales_order is not None else 0
    return order, STEPS_IN_ORDER.index(work.step), work.reference


def _join_all(tasks: Sequence[SyncTask], told: Mapping[str, Any]) -> list[Asked]:
    """Join open tasks; those that have moved on meanwhile are left out."""
    asked_by, priority, click = told["asked_by"], told["priority"], told["click_id"]
    alike: dict[tuple[str, int, int | None], list[SyncTask]] = defaultdict(list)
    for task in tasks if asked_by is not None and len(tasks) > 1 else ():
        if task.state in _ANSWER_TO_WAKING:
            alike[task.state, task.priority, task.click_id].append(task)
    joined: dict[int, Asked] = {}
    for (state, *_), same in alike.items():
        woken = _wake_all(same, _woken_by(asked_by, same[0], priority, click))
        answer = _ANSWER_TO_WAKING[SyncTask.State(state)]
        joined |= {task.pk: Asked(task, answer) for task in woken}
    left = [task for task in tasks if task.pk not in joined]
    rest = [one for task in left if (one := _join(task, asked_by, priority, click)) is not None]
    return [*joined.values(), *rest]


def _wake_all(tasks: Sequence[SyncTask], values: Mapping[str, Any]) -> list[SyncTask]:
    """As ``_wake`` for each; returns those that had not moved on meanwhile."""
    alike = SyncTask.objects.filter(pk__in=[task.pk for task in tasks], state=tasks[0].state)
    with transaction.atomic():
        still = set(alike.order_by("pk").select_for_update().values_list("pk", flat=True))
        SyncTask.objects.filter(pk__in=still).update(**values)
        woken = [task for task in tasks if task.pk in still]
        ring_after_commit(woken)
    for task in woken:
        for name, value in values.items():
            setattr(task, name, value)
    return woken


def _join(
    task: SyncTask,
    asked_by: User | None,
    priority: Priority = Priority.INTERACTIVE,
    click: int | None = None,
) -> Asked | None:
    """Join an open task that already covers the request; None when it has moved on meanwhile."""
    if asked_by is None:
        return _next_turn(task) or Asked(task, _ANSWER_TO_SCHEDULE[SyncTask.State(task.state)])
    if task.state == SyncTask.State.RUNNING:
        return _join_running(task, asked_by, click)
    return _wake(task, _woken_by(asked_by, task, priority, click))


def _woken_by(
    person: User, task: SyncTask, priority: Priority, click: int | None
) -> dict[str, Any]:
    """What already waits is never put behind."""
    if task.state == SyncTask.State.NEEDS_ATTENTION:
        return put_back_by(person, priority, click)
    due = _due_for(person, min(priority, Priority(task.priority)))
    return due if click is None or task.click_id else due | {"click_id": click}


def put_back_by(
    person: User, priority: Priority = Priority.INTERACTIVE, click: int | None = None
) -> dict[str, Any]:
    """Columns that put finished or stopped work back in the queue for a person."""
    again = _due_for(person, priority) | {
        "origin": SyncTask.Origin.REPAIR,
        "asked_at": clock.now(),
        "finished_at": None,
        "attempts": 0,
    }
    return again if click is None else again | {"click_id": click}


def _due_for(person: User, priority: Priority) -> dict[str, Any]:
    return {
        "state": SyncTask.State.WAITING,
        "not_before": clock.now(),
        "priority": priority,
        "asked_by": person,
    }


def _wake(task: SyncTask, values: Mapping[str, Any]) -> Asked | None:
    """Make a task due now; None when it has moved on meanwhile."""
    answer = _ANSWER_TO_WAKING[SyncTask.State(task.state)]
    if not SyncTask.objects.filter(pk=task.pk, state=task.state).update(**values):
        return None
    task.refresh_from_db()
    with transaction.atomic():
        ring_after_commit([task])
    return Asked(task, answer)


def _next_turn(task: SyncTask) -> Asked | None:
    """Queue a full fetch, or one of its groups, again at each turn, however the last one ended;
    other stopped work is left to people. None where nothing changes."""
    if not has_turns(task) or task.state == SyncTask.State.RUNNING:
        return None
    now = clock.now()
    if task.state == SyncTask.State.WAITING and task.not_before <= now:
        return None
    values = {"state": SyncTask.State.WAITING, "not_before": now, "finished_at": None}
    return _wake(task, values)


def _join_running(task: SyncTask, asked_by: User, click: int | None) -> Asked | None:
    """Ask for follow-up work in the person's name as well. A fetch runs once more, because it may
    already have passed what the person wants to see."""
    again = task.step in DONE_ONCE_MORE
    running = SyncTask.objects.filter(pk=task.pk, state=SyncTask.State.RUNNING)
    if not running.update(
        asked_by=Coalesce("asked_by", Value(asked_by.pk)),
        click=Coalesce("click", Value(click, BigIntegerField())),
        is_wanted_again=again,
    ):
        return None
    task.click_id = task.click_id or click
    return Asked(task, Answer.RUNS_AGAIN if again else Answer.ALREADY_RUNNING)
