"""Runs one task: claim it, do the step, record how it ended. The only place that catches."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import (
    DataError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connections,
)

from sync.causes.portal import PortalCause
from sync.errors import LeaseLost, OrderHeld, RemoteChanged, RemoteUnavailable, SyncError
from sync.jobs import (
    breaker,
    fetches,
    kept_connection,
    order_holds,
    plan,
    release,
    repairs,
    resume,
    rounds,
)
from sync.jobs.ask import Asked, ask_all, follow_up_urgency
from sync.jobs.claims import begin, count_no_try
from sync.jobs.ends import End, end_of, next_behind
from sync.jobs.holds import Hold, held_back
from sync.jobs.retries import is_passing_refusal, lacked_a_connection, next_delay, next_fetch
from sync.jobs.taking_up import take_up
from sync.jobs.work import has_turns, is_full_fetch, of_groups
from sync.log_context import doing
from sync.models import Step, StepSchedule, SyncAttempt, SyncTask, clock
from sync.models.failures import NO_FAILURE, columns_of
from sync.models.recording import Recording
from sync.models.steps import ASKING
from sync.models.systems import kind_of
from sync.remotes import Remotes, remotes_of_this_thread
from sync.steps import STEPS, Slice, StepRun
from sync.steps.recognition.stores import recognise_remotes
from sync.told import told

logger = logging.getLogger(__name__)

LOST_RACE = "lost its lease"
REFUSALS = "passing_refusals"  # fact of a task


def run_task(task_id: int, goes_on: Callable[[int], bool] = lambda _: True) -> None:
    """Run a task, then whatever waits behind the same lock, as long as ``goes_on`` says so of the
    next one. Whatever fails here is left to the sweep: the thread works on."""
    kept_connection.before_task()
    try:
        if not clock.agrees_soon():
            return  # the sweep rings again, and another worker hears it
        remotes = remotes_of_this_thread()
        pk: int | None = task_id
        while pk is not None:
            pk = run_one(pk, remotes)
            if pk is not None and not goes_on(pk):
                return
    except Exception:
        logger.exception("task %s could not be run", task_id)
        connections.close_all()  # it may be the database that failed
    finally:
        kept_connection.after_task()


def run_one(pk: int, remotes: Remotes) -> int | None:
    """Claim and run a task; returns the next due task of the same lock, if there is one."""
    attempt = begin(pk, owner=worker_name(), lease=remotes.policy.lease)
    if attempt is None:
        return None
    with doing(task=pk, step=attempt.task.step, attempt=attempt.attempt):
        began = time.monotonic()
        logger.info("took it")
        try:
            return _run_attempt(attempt, remotes)
        finally:
            logger.info("left it %s after %.2f s", attempt.task.state, time.monotonic() - began)


def _run_attempt(attempt: SyncAttempt, remotes: Remotes) -> int | None:
    task, calls = attempt.task, Recording(attempt, remotes.policy.lease)
    try:
        with remotes.observed_by(calls.observe):
            return _execute(StepRun(task, remotes, calls))
    except LeaseLost:
        logger.warning("task %s %s", task.pk, LOST_RACE)
        calls.keep_as_lost(told("Another worker has taken the task over."))
        with suppress(LeaseLost):  # stopped too long, but nobody took it: back into the queue
            task.try_again_at(clock.now(), NO_FAILURE)
    return next_behind(task)


def _execute(run: StepRun) -> int | None:
    task, was = run.task, resume.stopped_by(run.task)
    try:
        done = _outcome_of(run)
        end = _close_done(run, done)
    except LeaseLost:
        raise
    except SyncError as error:
        _close_failed(run, error)
    except (OperationalError, InterfaceError) as error:  # locked, deadlocked, gone: it passes
        logger.warning("task %s: the database failed", task.pk, exc_info=True)
        close_old_connections()
        _close_failed(run, _database_trouble(error))
    except Exception as error:
        logger.exception("task %s failed on a fault of the portal", task.pk)
        _close_broken(run, error)
    else:
        _note_success(run, done, end, was)
        return end.behind
    return next_behind(task)


def _outcome_of(run: StepRun) -> Slice:
    """Run the step; the first task to resume after trouble checks the remotes' identity first."""
    if run.task.step in ASKING:
        return Slice(take_up(run.task, run.policy.lease))
    if resume.is_first_try(run.task):
        recognise_remotes(run)
    done = STEPS[run.task.step](run)
    return done if isinstance(done, Slice) else Slice(done)


def _close_done(run: StepRun, done: Slice) -> End:
    """Task and follow-up work are stored in one transaction, so a crash loses neither."""
    task, calls = run.task, run.calls
    is_told = done.has_news or calls.has_written or not rounds.is_in_slices(task)
    with calls.ending(SyncAttempt.Outcome.DONE, done.outcome) if is_told else calls.untold():
        return _close_or_go_on(run, done)


def _close_or_go_on(run: StepRun, done: Slice) -> End:
    task = run.task
    asked: list[Asked] = []
    if done.place:
        rounds.go_on(task, done.place)
        end = end_of(task)
    elif rounds.end_without_news(task, done.outcome):
        end = end_of(task)
    else:
        task.succeed(done.outcome)
        run.calls.store_last()
        end = end_of(task)
        asked = ask_follow_ups(task)
        if task.step == Step.DRY_RUN:
            repairs.after_trial(task)
    if done.in_groups:
        asked += ask_all(of_groups(Step(task.step), done.in_groups), **_following(task))
    behind = [one.task for one in asked if one.task.lock == task.lock]
    if end.behind is None and len(behind) == 1 and behind[0].state == SyncTask.State.WAITING:
        return replace(end, behind=behind[0].pk)
    return replace(end, behind=next_behind(task)) if behind else end


def _note_success(run: StepRun, done: Slice, end: End, was: resume.StoppedBy | None) -> None:
    task, answered = run.task, run.calls.answered
    if end.is_any_failing:
        breaker.note_success(task, answered)
    if is_full_fetch(task):
        (fetches.note_slice if done.place else fetches.note_success)(task)
    if {kind_of(system) for system in task.systems} <= answered:
        resume.wake_others(was)


def _close_broken(run: StepRun, error: Exception) -> None:
    """A fault of the portal stops its task."""
    if isinstance(error, DataError):  # perhaps what a remote said cannot be stored
        run.calls.forget()
    failure = columns_of(error)
    with run.calls.ending(SyncAttempt.Outcome.ERRORED, failure["error_message"]):
        run.task.stop_for_a_person(failure)
    _is_believed(run.task, error)


def _database_trouble(error: Exception) -> RemoteUnavailable:
    return RemoteUnavailable(
        told("The portal's own database did not answer ({name}).", name=type(error).__name__),
        cause=PortalCause.DATABASE,
    )


def _close_failed(run: StepRun, error: SyncError) -> None:
    """Try again later where that can help; otherwise leave it to a person."""
    task = run.task
    breaker.note_failure(task, error)
    begins_anew = isinstance(error, RemoteUnavailable) and resume.stopped_by(task) is not None
    if begins_anew:  # the tries before were about other trouble
        task.update_as_owner(attempts=1)
    refusals = _passing_refusals(task, error)
    delay = next_delay(error, task.attempts, settings.RETRY_SCALE, refusals=refusals)
    failure = columns_of(error)
    hold = _hold_after(task, error)
    if hold is not None and hold.until is not None:
        failure, delay = hold.failure, hold.until - clock.now()
    elif has_turns(task):
        is_shown = _is_believed(task, error) and not isinstance(error, RemoteUnavailable)
        delay = None if is_shown else next_fetch(error, task.attempts, settings.RETRY_SCALE)
    outcome = SyncAttempt.Outcome.FAILED if delay is None else SyncAttempt.Outcome.RETRY
    with run.calls.ending(outcome, error.message):
        if delay is None:
            task.stop_for_a_person(failure)
        else:
            task.try_again_at(clock.now() + delay, failure)
            if hold is not None or lacked_a_connection(error):
                count_no_try(task)


def _hold_after(task: SyncTask, error: SyncError) -> Hold | None:
    """What the task waits for, where the failure is that it must."""
    if isinstance(error, OrderHeld):
        return order_holds.held_before_write(task)
    return held_back(task) if isinstance(error, RemoteChanged) else None


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


def ask_follow_ups(task: SyncTask) -> list[Asked]:
    """Queue the follow-up work: all of it if a person asked, else only automatic steps. Before the
    release only what a person asked of one order."""
    is_by_person = release.is_by_person(task)
    possible = release.let_through(plan.follow_ups(task), asked_by_person=is_by_person)
    if possible and task.asked_by_id is None:
        automatic = StepSchedule.objects.intervals()
        possible = [wanted for wanted in possible if wanted.step in automatic]
    if not possible:
        return []
    return ask_all(possible, **_following(task))


def _following(task: SyncTask) -> dict[str, Any]:
    """Who asks for what follows from a task, and how urgently."""
    return {
        "origin": SyncTask.Origin.FOLLOW_UP,
        "asked_by": task.asked_by,
        "priority": follow_up_urgency(task),
        "click": task.click_id,
    }


def worker_name() -> str:
    """The name of a lease holder: host, process and thread."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"
