"""Full fetches: a shop's orders, SAP's deliveries and billing documents, completeness.

They change nothing at the remote, so they run at every turn, whatever the last answer was. What
people are told (failing since when, last good when) is kept beside the task.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from sync.models import FetchHealth, StepSchedule, SyncTask, clock
from sync.models.steps import FETCHES

logger = logging.getLogger(__name__)

# An automatic fetch is silent if its last success is older than this and than three rounds.
SILENT_AFTER = timedelta(minutes=10)
ROUNDS = 3


def note_success(task: SyncTask) -> None:
    """Record the success, which ends any trouble of this full fetch."""
    now = clock.now()
    usual = FetchHealth.objects.filter(
        step=task.step, reference=task.reference, consecutive_failures=0
    )
    if usual.update(last_good_at=now):
        return
    with transaction.atomic():
        health = _health_of(task)
        if health.is_in_trouble:
            logger.warning("%s works again", task)
        health.note_success(now)
        health.save()


def note_slice(task: SyncTask) -> None:
    """A round that is under way is not silent; trouble ends only when it has come to its end."""
    FetchHealth.objects.filter(
        step=task.step, reference=task.reference, consecutive_failures=0
    ).update(last_good_at=clock.now())


def note_failure(task: SyncTask, failure: Mapping[str, str]) -> bool:
    """Count a failure of a full fetch; returns whether its trouble is believed by now."""
    now = clock.now()
    with transaction.atomic():
        health = _health_of(task)
        health.note_failure(failure, now)
        is_new = not health.is_in_trouble and health.is_to_be_believed(
            now, settings.RETRY_SCALE, has_worked=health.last_good_at is not None
        )
        if is_new:
            health.opened_at = now
        health.save()
    if is_new:
        logger.error("%s fails: %s", task, health.cause_key)
    return health.is_in_trouble


def note_held_back(task: SyncTask) -> None:
    """A fetch that is held back brings nothing either: if it never succeeded, it counts as silent
    from now on."""
    fetch = FetchHealth.objects.filter(step=task.step, reference=task.reference)
    if not fetch.exists():
        FetchHealth.objects.get_or_create(
            step=task.step,
            reference=task.reference,
            defaults={"shop": task.shop, "failing_since": clock.now()},
        )


def silent() -> list[FetchHealth]:
    """Automatic fetches whose last success is too long ago. One that is running is left out while
    its worker lives, unless its trouble is believed: it may fail again."""
    now = clock.now()
    rounds = StepSchedule.objects.intervals()
    under_way = set(
        SyncTask.objects.filter(
            step__in=FETCHES, state=SyncTask.State.RUNNING, lease_until__gt=now
        ).values_list("step", "reference")
    )
    candidates = FetchHealth.objects.filter(step__in=rounds).exclude(shop__is_active=False)
    return [
        health
        for health in candidates.select_related("shop")
        if (health.is_in_trouble or (health.step, health.reference) not in under_way)
        and health.silent_since is not None
        and now - health.silent_since > _patience(health, rounds[health.step])
    ]


def _patience(health: FetchHealth, interval_seconds: int) -> timedelta:
    own = health.shop.poll_interval_seconds if health.shop is not None else None
    return max(SILENT_AFTER, ROUNDS * timedelta(seconds=max(interval_seconds, own or 0)))


def _health_of(task: SyncTask) -> FetchHealth:
    health, _created = FetchHealth.objects.select_for_update().get_or_create(
        step=task.step, reference=task.reference, defaults={"shop": task.shop}
    )
    return health
