"""The sweep: frees expired leases, and rings for due work that no worker was woken for.

Safe to run anywhere, in any number, at any time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from sync.jobs import resume
from sync.jobs.bell import RINGS_AT_MOST, ring, rings_waiting
from sync.jobs.cleared import close_cleared
from sync.jobs.going_on import go_on
from sync.jobs.holds import wake_forgotten
from sync.jobs.order_holds import wake_released
from sync.jobs.taken import forget_what_has_ended
from sync.jobs.turns import Turns
from sync.models import SyncAttempt, SyncTask, clock
from sync.models.recording import keep_unanswered
from sync.told import told

# With fewer rings in the queue than tasks that are due, some were lost; otherwise hardly any.
RING_AGAIN_AFTER = timedelta(seconds=5)
FORGOTTEN_AFTER = timedelta(minutes=10)
AT_ONCE = 500
RING_FOR = 2 * RINGS_AT_MOST
_stopped_in_turn = Turns()


def sweep() -> tuple[int, int]:
    """Returns how many expired leases were freed, and for how many tasks the bell was rung."""
    now = clock.now()
    stopped = SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION)
    if turn := _stopped_in_turn.take(stopped):
        close_cleared(turn)
        go_on(turn)
    wake_forgotten()
    wake_released()
    forget_what_has_ended()
    if turn:
        resume.retry_oldest_of_each_cause()
    freed = sum(_free(task, now) for task in SyncTask.objects.expired(now)[:AT_ONCE])
    unheard = _unheard(now)
    return freed, len(unheard) if unheard and ring(unheard) else 0


def _unheard(now: datetime) -> list[SyncTask]:
    """Due tasks nobody was told of, and then those whose ring may be lost. A few are enough: a
    worker that hears one ring looks for all that is due."""
    due = SyncTask.objects.due(now)
    found: list[SyncTask] = []
    for priority in SyncTask.Priority:
        unrung = due.filter(rung_at__isnull=True, priority=priority).order_by("not_before")
        found += unrung[: RING_FOR - len(found)]
    missed_after = RING_AGAIN_AFTER
    if rings_waiting() >= due.order_by()[:RING_FOR].count():
        missed_after = FORGOTTEN_AFTER
    missed = due.filter(rung_at__lt=now - missed_after).order_by("rung_at")
    found += missed[: RING_FOR - len(found)]
    return sorted(found, key=lambda task: (task.priority, task.pk))


def _free(task: SyncTask, now: datetime) -> int:
    """Put a lost task back in the queue; the step itself finds out how far it had come."""
    still_lost = SyncTask.objects.expired(now).filter(pk=task.pk, attempts=task.attempts)
    with transaction.atomic():
        freed = still_lost.update(
            state=SyncTask.State.WAITING, lease_owner="", lease_until=None, rung_at=None, sent=None
        )
        if not freed:
            return 0
        lost = SyncAttempt.objects.filter(task=task, outcome=SyncAttempt.Outcome.RUNNING)
        keep_unanswered(task, lost)
        lost.update(
            outcome=SyncAttempt.Outcome.LOST,
            finished_at=now,
            message=told("The worker stopped without an answer."),
        )
    return freed
