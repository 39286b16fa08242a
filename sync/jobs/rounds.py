"""A round of a full fetch: many short slices of one task, which waits its turn between them."""

from __future__ import annotations

from typing import Any

from sync.jobs.bell import ring_after_commit
from sync.jobs.work import is_full_fetch
from sync.models import FetchHealth, Step, SyncTask, clock
from sync.models.failures import NO_FAILURE
from sync.models.rounds import kept_place
from sync.models.steps import Act

FETCHES = Step.doing(Act.FETCH)


def is_in_slices(task: SyncTask) -> bool:
    """Whether it may leave no trace: it reads everything that is new, and writes nothing there."""
    return task.step in FETCHES and is_full_fetch(task)


def go_on(task: SyncTask, place: dict[str, Any]) -> None:
    """Put the task back behind all that waits; call it within a transaction. Where somebody asked
    for it meanwhile the round begins anew: it may have passed what they want to see."""
    locked = SyncTask.objects.select_for_update().get(pk=task.pk)
    now = clock.now()
    task.update_as_owner(
        state=SyncTask.State.WAITING,
        priority=_priority(locked),
        not_before=now,
        rung_at=None,
        lease_until=None,
        finished_at=None,
        attempts=0,
        facts={} if locked.is_wanted_again else kept_place(place, now),
        **NO_FAILURE,
    )
    ring_after_commit([task])


def _priority(task: SyncTask) -> int:
    is_asked = task.asked_by_id is not None
    return SyncTask.Priority.INTERACTIVE if is_asked else SyncTask.Priority.BULK


def end_without_news(task: SyncTask, outcome: str) -> bool:
    """End a round that found nothing and that nobody asked for; False for any other task. Its row
    takes the place of the last such round's, so that rounds without news add none."""
    if not is_in_slices(task) or task.attempt_log.exists():
        return False
    task.refresh_from_db(fields=["asked_by", "is_wanted_again"])
    if task.asked_by_id is not None or task.is_wanted_again:
        return False
    task.succeed(outcome)
    health, _created = FetchHealth.objects.get_or_create(
        step=task.step, reference=task.reference, defaults={"shop": task.shop}
    )
    SyncTask.objects.filter(pk=health.quiet_task or 0, state=SyncTask.State.DONE).delete()
    FetchHealth.objects.filter(pk=health.pk).update(quiet_task=task.pk)
    return True
