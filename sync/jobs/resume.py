"""Resumes work that a remote's trouble has stopped: one task first, the others once it succeeds.

Only trouble that says nothing about the document counts: keys, rights, an address, a logon. Of the
tasks stopped for one cause the oldest is tried again, first after a minute and then ever more
rarely, and at once when a known incident is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Min

from sync.causes.cause import Kind
from sync.jobs.holds import held_back
from sync.jobs.retries import next_probe
from sync.models import RemoteHealth, Shop, SyncTask, clock
from sync.models.failures import NO_FAILURE
from sync.models.ledger import SyncTaskQuerySet
from sync.models.steps import FETCHES, TRIALS

TROUBLE = Kind.MISCONFIGURED


@dataclass(frozen=True, slots=True)
class StoppedBy:
    """A cause, and the shop whose tasks stopped for it."""

    cause_key: str
    shop: Shop | None


def stopped_by(task: SyncTask) -> StoppedBy | None:
    """The trouble that stopped this task before it was put back to work, if trouble it was."""
    if task.error_class != TROUBLE or task.step in TRIALS:
        return None
    return StoppedBy(task.cause_key, task.shop)


def is_first_try(task: SyncTask) -> bool:
    """Whether the portal itself resumed this claimed task after trouble, whatever it has met since;
    False if a person put it back."""
    return task.finished_at is not None and task.step not in TRIALS


def retry_oldest_of_each_cause() -> int:
    """Put the oldest task of each cause back to work when it is due; returns how many."""
    groups = _stopped().values("cause_key", "shop_id").annotate(first=Min("pk")).values("first")
    firsts = SyncTask.objects.filter(pk__in=groups).order_by().select_related("shop")
    now = clock.now()
    return sum(
        _stopped().filter(pk=one.pk).wake()  # its columns go on saying what stopped it
        for one in firsts
        if _is_due(one, now) and not _is_being_tried(one)
    )


def wake_others(passed: StoppedBy | None) -> int:
    """A task that stopped for this cause has succeeded: wake the others."""
    if passed is None:
        return 0
    others = _stopped().filter(cause_key=passed.cause_key, shop=passed.shop)
    return others.wake(finished_at=None, **NO_FAILURE)


def _is_due(task: SyncTask, now: datetime) -> bool:
    if held_back(task) is not None:
        return False
    stopped_at = task.finished_at or task.asked_at
    over = RemoteHealth.objects.filter(system__in=task.systems, closed_at__gt=stopped_at)
    if over.exists():
        return True
    return now >= stopped_at + next_probe(max(1, task.attempts), settings.RETRY_SCALE)


def _is_being_tried(task: SyncTask) -> bool:
    """Whether another task of the same cause is already under way; its result is awaited."""
    under_way = _of_trouble(SyncTask.State.WAITING, SyncTask.State.RUNNING)
    return under_way.filter(cause_key=task.cause_key, shop=task.shop).exists()


def _stopped() -> SyncTaskQuerySet:
    """Leaves out shops that are switched off."""
    stopped = _of_trouble(SyncTask.State.NEEDS_ATTENTION)
    off = Shop.objects.filter(is_active=False).values("pk")
    return stopped.exclude(shop_id__in=off).order_by()  # no join: the update tests the row itself


def _of_trouble(*states: str) -> SyncTaskQuerySet:
    """Tasks stopped by trouble, except full fetches, which have turns of their own."""
    own_turn = {"step__in": FETCHES, "sales_order__isnull": True}
    stopped = SyncTask.objects.filter(state__in=states, error_class=TROUBLE)
    return stopped.exclude(step__in=TRIALS).exclude(**own_turn)
