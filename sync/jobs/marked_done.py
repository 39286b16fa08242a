"""A person marks stopped work done, or takes that back. The reason is kept, and nothing is sent."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from sync.jobs import work
from sync.jobs.ask import ask, put_back_by
from sync.jobs.bell import ring_after_commit
from sync.mirrors.notes import note_compared
from sync.mirrors.progress import refresh_stages
from sync.mirrors.unreadable import ENDED_WITH
from sync.models import Decision, Step, SyncTask, clock
from sync.models.failures import NO_FAILURE
from sync.models.marked_done import UNCONFIRMED, WISH, outcome_text


def mark_done(task: SyncTask, person: User, reason: str, number: str = "") -> bool:
    """Mark stopped work done, or with ``number`` have that shop document linked; False where the
    task is no longer stopped."""
    return _have_linked(task, person, reason, number) if number else _end(task, person, reason)


def reopen(task: SyncTask, person: User, reason: str) -> SyncTask | None:
    """Reopen work that was marked done and return the task that now covers it; None where it is no
    longer marked done."""
    standing = Decision.objects.marked_done(task.step).filter(task__reference=task.reference)
    with transaction.atomic():
        done = SyncTask.objects.select_for_update().filter(pk=task.pk, state=SyncTask.State.DONE)
        if done.first() is None or not standing.exists():
            return None
        Decision.keep(Decision.Kind.REOPENED, person, reason, **task.about)
        again = _wake(task, person)
    if task.sales_order_id:
        refresh_stages([task.sales_order_id])
    return again


def _end(task: SyncTask, person: User, reason: str) -> bool:
    told = outcome_text(person.get_username(), reason)
    with transaction.atomic():
        ended = _stopped(task).update(
            state=SyncTask.State.DONE,
            outcome=told[:255],
            finished_at=clock.now(),
            facts={**_without_wish(task), ENDED_WITH: task.error_message},
            **NO_FAILURE,
        )
        if ended:
            Decision.keep(Decision.Kind.MARKED_DONE, person, reason, **task.about)
            if task.step == Step.PUSH_ORDER and task.sales_order is not None:
                note_compared(task.sales_order)
    if ended and task.sales_order_id:
        refresh_stages([task.sales_order_id])
    return bool(ended)


def _have_linked(task: SyncTask, person: User, reason: str, number: str) -> bool:
    """Ask the step to read that shop document and link it; the step finishes the work or says why
    it cannot. If the document lacks our reference, giving the same number again confirms it."""
    wish = {
        "number": number,
        "reason": reason,
        "by": person.get_username(),
        "by_key": person.pk,
        "is_confirmed": task.facts.get(UNCONFIRMED) == number,
    }
    facts = {**_without_wish(task), WISH: wish}
    with transaction.atomic():
        waits = _stopped(task).update(**put_back_by(person), facts=facts)
        if waits:
            task.refresh_from_db()
            ring_after_commit([task])
    return bool(waits)


def _stopped(task: SyncTask) -> Any:
    """The task while it is still stopped in the same state: of two people only one succeeds."""
    state = SyncTask.State.NEEDS_ATTENTION
    return SyncTask.objects.filter(pk=task.pk, state=state, attempts=task.attempts)


def _wake(task: SyncTask, person: User) -> SyncTask:
    """Reuse the task with all it has written ahead, unless newer work of its kind is open."""
    done = SyncTask.objects.filter(pk=task.pk, state=SyncTask.State.DONE)
    try:
        with transaction.atomic():
            done.update(**put_back_by(person), outcome="", facts=_without_wish(task))
    except IntegrityError:
        return ask(work.repeat_of(task), origin=SyncTask.Origin.REPAIR, asked_by=person).task
    task.refresh_from_db()
    ring_after_commit([task])
    return task


def _without_wish(task: SyncTask) -> dict[str, Any]:
    ours = {WISH, UNCONFIRMED, ENDED_WITH}
    return {name: value for name, value in task.facts.items() if name not in ours}
