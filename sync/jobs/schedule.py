"""Automatic work: every enabled step looks for outstanding work at its interval."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sync.jobs import plan, release
from sync.jobs.ask import Answer, ask_all
from sync.models import Step, StepSchedule, SyncTask, clock

logger = logging.getLogger(__name__)


def create_missing_schedules() -> None:
    for step in Step:
        if step.facts.every is not None:
            StepSchedule.objects.get_or_create(
                step=step, defaults={"interval_seconds": step.facts.every}
            )


def tick() -> int:
    """Queue the outstanding work of every schedule that is due; returns how many tasks are new."""
    now = clock.now()
    due = StepSchedule.objects.filter(is_enabled=True, next_run_at__lte=now)
    return sum(_run(schedule) for schedule in due if _take(schedule, now))


def _take(schedule: StepSchedule, now: datetime) -> bool:
    """Advance the schedule; only one of several schedulers succeeds."""
    return bool(
        StepSchedule.objects.filter(
            pk=schedule.pk, next_run_at=schedule.next_run_at, is_enabled=True
        ).update(next_run_at=now + timedelta(seconds=schedule.interval_seconds), last_run_at=now)
    )


def _run(schedule: StepSchedule) -> int:
    """Where there was more than is asked for at once, the next look goes on with it."""
    if release.holds(schedule.step, asked_by_person=False):
        return 0
    asked = ask_all(plan.open_work(Step(schedule.step)), origin=SyncTask.Origin.SCHEDULE)
    new = sum(one.answer == Answer.ASKED for one in asked)
    if new >= plan.AT_ONCE:
        StepSchedule.objects.filter(pk=schedule.pk).update(next_run_at=clock.now())
    return new
