"""What a remote's trouble has stopped goes on by itself: one first, the others when it passed.

Only trouble that says nothing about the document counts: keys, rights, an address, a logon. Of the
tasks that stopped for one cause the oldest is tried again, after a minute at first and then ever
more rarely, and at once when trouble that was believed is over.
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
    """The cause some tasks of a shop have stopped for."""

    cause_key: str
    shop: Shop | None


def stopped_by(task: SyncTask) -> StoppedBy | None:
    """The trouble that stopped this task before it was put back to work; None for any other."""
    if task.error_class != TROUBLE or task.step in TRIALS:
        return None
    return StoppedBy(task.cause_key, task.shop)


def is_first_try(task: SyncTask) -> bool:
    """Whether a claimed task goes on by itself after trouble, whatever it has met since; one a
    person has put back does not."""
    return task.finished_at is not None and task.step not in TRIALS


def try_again() -> int:
    """Put the first of each cause back to work when its time has come; how many those were."""
    groups = _stopped().values("cause_key", "shop_id").annotate(first=Min("pk")).values("first")
    firsts = SyncTask.objects.filter(pk__in=groups).select_related("shop")
    now = clock.now()
    return sum(
        _stopped().filter(pk=one.pk).wake()  # it keeps what stopped it
        for one in firsts
        if _is_due(one, now) and not _is_being_tried(one)
    )


def go_on(passed: StoppedBy | None) -> int:
    """One that had stopped for this cause is done: so may the others be."""
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
    """Whether another of the same cause is on its way already: what becomes of it is waited for."""
    under_way = _of_trouble(SyncTask.State.WAITING, SyncTask.State.RUNNING)
    return under_way.filter(cause_key=task.cause_key, shop=task.shop).exists()


def _stopped() -> SyncTaskQuerySet:
    """What a shop that is switched off has left is nobody's to go on with."""
    stopped = _of_trouble(SyncTask.State.NEEDS_ATTENTION)
    off = Shop.objects.filter(is_active=False).values("pk")
    return stopped.exclude(shop_id__in=off).order_by()  # no join: the update tests the row itself


def _of_trouble(*states: str) -> SyncTaskQuerySet:
    """Tasks that trouble has stopped. A fetch of everything has turns of its own."""
    own_turn = {"step__in": FETCHES, "sales_order__isnull": True}
    stopped = SyncTask.objects.filter(state__in=states, error_class=TROUBLE)
    return stopped.exclude(step__in=TRIALS).exclude(**own_turn)
