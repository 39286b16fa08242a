"""The sweep: frees expired leases, and rings for due work that no worker was woken for.

Safe to run anywhere, in any number, at any time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from sync.jobs import resume
from sync.jobs.bell import ring, rings_waiting
from sync.jobs.cleared import close_cleared
from sync.jobs.going_on import go_on
from sync.jobs.holds import wake_forgotten
from sync.models import SyncAttempt, SyncTask, clock
from sync.models.recording import keep_unanswered

# With fewer rings in the queue than tasks that are due, some were lost; otherwise hardly any.
RING_AGAIN_AFTER = timedelta(seconds=5)
FORGOTTEN_AFTER = timedelta(minutes=10)
AT_ONCE = 500


def sweep() -> tuple[int, int]:
    """Returns how many expired leases were freed, and for how many tasks the bell was rung."""
    now = clock.now()
    close_cleared()
    go_on()
    wake_forgotten()
    resume.retry_oldest_of_each_cause()
    freed = sum(_free(task, now) for task in SyncTask.objects.expired(now)[:AT_ONCE])
    due = SyncTask.objects.due(now)
    again_after = FORGOTTEN_AFTER if rings_waiting() >= due.count() else RING_AGAIN_AFTER
    unheard = due.filter(Q(rung_at__isnull=True) | Q(rung_at__lt=now - again_after))
    tasks = list(unheard.order_by("priority", "id")[:AT_ONCE])
    return freed, len(tasks) if tasks and ring(tasks) else 0


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
            message="The worker stopped without an answer.",
        )
    return freed
