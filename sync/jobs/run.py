"""Runs one task: claim it, do the step, record how it ended. The only place that catches."""

from __future__ import annotations

import logging
import os
import socket
import threading
from contextlib import suppress

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, transaction
from django.db.models import F

from sync.causes.portal import PortalCause
from sync.errors import LeaseLost, RemoteChanged, RemoteUnavailable, SyncError
from sync.exchanges import Exchange
from sync.jobs import breaker, fetches, plan, release, resume
from sync.jobs.ask import ask, follow_up_urgency
from sync.jobs.holds import held_back
from sync.jobs.retries import is_passing_refusal, next_delay, next_fetch
from sync.jobs.taking_up import take_up
from sync.jobs.work import is_full_fetch
from sync.models import RemoteCall, StepSchedule, SyncAttempt, SyncTask, clock
from sync.models.failures import NO_FAILURE, columns_of
from sync.models.steps import ASKING
from sync.models.systems import kind_of
from sync.remotes import Remotes, remotes_of_this_thread
from sync.steps import STEPS, StepRun
from sync.steps.recognition.stores import recognise_remotes

logger = logging.getLogger(__name__)

LOST_RACE = "lost its lease"
REFUSALS = "passing_refusals"  # fact of a task


def run_task(task_id: int) -> None:
    """Started by a ring: run the named task, then whatever waits behind the same lock."""
    close_old_connections()
    try:
        if not clock.agrees_soon():
            return  # the sweep rings again, and another worker hears it
        remotes = remotes_of_this_thread()
        pk: int | None = task_id
        while pk is not None:
            pk = run_one(pk, remotes)
    finally:
        close_old_connections()


def run_one(pk: int, remotes: Remotes) -> int | None:
    """Claim and run a task; returns the next due task of the same lock, if there is one."""
    task = SyncTask.objects.claim(pk, owner=worker_name(), lease=remotes.policy.lease)
    if task is None or _put_back(task):
        return None
    attempt = SyncAttempt.objects.create(task=task, attempt=task.attempts, worker=task.lease_owner)
    calls = _Calls(attempt)
    try:
        with remotes.observed_by(calls.record):
            _execute(task, calls, remotes)
    except LeaseLost:
        logger.warning("task %s %s", task.pk, LOST_RACE)
        attempt.close(SyncAttempt.Outcome.LOST, "Another worker has taken the task over.")
        with suppress(LeaseLost):  # stopped too long, but nobody took it: back into the queue
            task.try_again_at(clock.now(), NO_FAILURE)
    behind = SyncTask.objects.due(clock.now()).filter(lock=task.lock)
    return behind.order_by("priority", "id").values_list("pk", flat=True).first()


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


class _Calls:
    """The remote calls of one attempt, and which systems answered."""

    def __init__(self, attempt: SyncAttempt) -> None:
        self.attempt = attempt
        self.answered: set[str] = set()

    def record(self, exchange: Exchange) -> None:
        record(self.attempt, exchange)
        if exchange.outcome == "ok":
            self.answered.add(exchange.system)


def _execute(task: SyncTask, calls: _Calls, remotes: Remotes) -> None:
    attempt, was = calls.attempt, resume.stopped_by(task)
    try:
        _close_done(task, attempt, _outcome_of(StepRun(task, remotes)))
    except LeaseLost:
        raise
    except SyncError as error:
        _close_failed(task, attempt, error)
    except (OperationalError, InterfaceError) as error:  # locked, deadlocked, gone: it passes
        logger.warning("task %s: the database failed", task.pk, exc_info=True)
        close_old_connections()
        _close_failed(task, attempt, _database_trouble(error))
    except Exception as error:
        logger.exception("task %s failed on a fault of the portal", task.pk)
        task.stop_for_a_person(columns_of(error))
        attempt.close(SyncAttempt.Outcome.ERRORED, task.error_message)
        _is_believed(task, error)
    else:
        breaker.note_success(task, calls.answered)
        if is_full_fetch(task):
            fetches.note_success(task)
        if {kind_of(system) for system in task.systems} <= calls.answered:
            resume.wake_others(was)


def _outcome_of(run: StepRun) -> str:
    """Run the step; the first task to resume after trouble checks the remotes' identity first."""
    if run.task.step in ASKING:
        return take_up(run.task, run.policy.lease)
    if resume.is_first_try(run.task):
        recognise_remotes(run)
    return STEPS[run.task.step](run)


def _close_done(task: SyncTask, attempt: SyncAttempt, outcome: str) -> None:
    """Task and follow-up work are stored in one transaction, so a crash loses neither."""
    with transaction.atomic():
        task.succeed(outcome)
        attempt.close(SyncAttempt.Outcome.DONE, outcome)
        ask_follow_ups(task)


def _database_trouble(error: Exception) -> RemoteUnavailable:
    return RemoteUnavailable(
        f"The portal's own database did not answer ({type(error).__name__}).",
        cause=PortalCause.DATABASE,
    )


def _close_failed(task: SyncTask, attempt: SyncAttempt, error: SyncError) -> None:
    """Try again later where that can help; otherwise leave it to a person."""
    breaker.note_failure(task, error)
    begins_anew = isinstance(error, RemoteUnavailable) and resume.stopped_by(task) is not None
    if begins_anew:  # the tries before were about other trouble
        task.update_as_owner(attempts=1)
    refusals = _passing_refusals(task, error)
    delay = next_delay(error, task.attempts, settings.RETRY_SCALE, refusals=refusals)
    failure = columns_of(error)
    hold = held_back(task) if isinstance(error, RemoteChanged) else None
    if hold is not None and hold.until is not None:
        failure, delay = hold.failure, hold.until - clock.now()
    elif is_full_fetch(task):
        is_shown = _is_believed(task, error) and not isinstance(error, RemoteUnavailable)
        delay = None if is_shown else next_fetch(error, task.attempts, settings.RETRY_SCALE)
    if delay is None:
        task.stop_for_a_person(failure)
        attempt.close(SyncAttempt.Outcome.FAILED, error.message)
    else:
        task.try_again_at(clock.now() + delay, failure)
        attempt.close(SyncAttempt.Outcome.RETRY, error.message)


def _passing_refusals(task: SyncTask, error: SyncError) -> int:
    """How often in a row the task's write was refused in passing; counted anew once a person has
    put the task back."""
    before = task.facts.get(REFUSALS, 0) if task.attempts > 1 else 0
    refusals = before + 1 if is_passing_refusal(error) else 0
    if refusals != before:
        task.write_ahead(**{REFUSALS: refusals})
    return refusals


def _is_believed(task: SyncTask, error: Exception) -> bool:
    """Whether the trouble of a full fetch is shown to people; it runs again at its turns anyway."""
    if not is_full_fetch(task):
        return False
    return fetches.note_failure(task, columns_of(error))


def ask_follow_ups(task: SyncTask) -> None:
    """Queue the follow-up work: all of it if a person asked, else only automatic steps. Before the
    release only what a person asked of one order."""
    task.refresh_from_db(fields=["asked_by", "is_wanted_again"])  # somebody may have joined it
    possible = list(plan.follow_ups(task))
    if not possible:
        return
    automatic = StepSchedule.objects.intervals()
    is_by_person = release.is_by_person(task)
    urgency = follow_up_urgency(task)
    for wanted in possible:
        if release.holds(wanted.step, asked_by_person=is_by_person):
            continue
        if task.asked_by is not None or wanted.step in automatic:
            ask(
                wanted,
                origin=SyncTask.Origin.FOLLOW_UP,
                asked_by=task.asked_by,
                priority=urgency,
            )


def record(attempt: SyncAttempt, exchange: Exchange) -> None:
    RemoteCall.objects.create(
        attempt=attempt,
        system=exchange.system,
        operation=exchange.operation[:120],
        is_write=exchange.is_write,
        started_at=exchange.started_at,
        duration_seconds=exchange.duration_seconds,
        outcome=exchange.outcome,
        request=exchange.request,
        answer=exchange.answer,
    )


def worker_name() -> str:
    """The name of a lease holder: host, process and thread."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"
