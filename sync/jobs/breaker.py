"""The circuit breaker: when a remote is away its tasks wait together, as one incident.

A few failures in a row open an incident; from then on tasks that need the remote are put back
without an attempt being counted. A connection test probes the remote every few seconds, and the
first success closes the incident and calls all that waited, oldest first.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone

from sync.errors import SyncError
from sync.jobs import work
from sync.jobs.ask import ask
from sync.models import RemoteHealth, Shop, Step, SyncTask

logger = logging.getLogger(__name__)

SAP = "sap"
WAITS_FOR_REMOTE = "remote-away"
PROBE_EVERY = timedelta(seconds=15)
LOOK_AGAIN_AFTER = timedelta(minutes=10)  # should the call at the incident's end be missed

_NEEDS_SHOP = {
    Step.PULL_ORDERS,
    Step.PUSH_ORDER,
    Step.CONFIRM_ORDER,
    Step.PUSH_SHIPMENT,
    Step.PUSH_INVOICE,
    Step.SEND_INVOICE,
    Step.CHECK_COMPLETENESS,
    Step.DRY_RUN,
}
_NEEDS_SAP = {
    Step.PUSH_ORDER,
    Step.PULL_DELIVERIES,
    Step.PULL_BILLING,
    Step.CHECK_COMPLETENESS,
    Step.DRY_RUN,
}


def systems_of(task: SyncTask) -> list[str]:
    """The remotes a task cannot do without; a connection test needs none to be well."""
    systems = [SAP] if task.step in _NEEDS_SAP else []
    if task.step in _NEEDS_SHOP and task.shop is not None:
        systems.append(shop_system(task.shop.code))
    return systems


def shop_system(code: str) -> str:
    """The name under which a shop's health is kept."""
    return f"magento:{code}"


def held_back(task: SyncTask) -> str:
    """Why a task must wait for a remote that is away; empty lets it run."""
    away = RemoteHealth.objects.filter(system__in=systems_of(task), opened_at__isnull=False)
    names = [name_of(health.system) for health in away]
    return f"{' and '.join(names)} is away; this waits until it answers again." if names else ""


def probe() -> int:
    """Try each remote that is away, at its interval; how many tests were called for."""
    now = timezone.now()
    due = RemoteHealth.objects.filter(opened_at__isnull=False, probe_at__lte=now)
    return sum(_probe(health, now) for health in due)


def note_failure(task: SyncTask, error: SyncError) -> None:
    """Count a failure to answer; enough in a row open an incident."""
    system = _blamed(task, error)
    if system is None:
        return
    now = timezone.now()
    health, _created = RemoteHealth.objects.get_or_create(system=system)
    RemoteHealth.objects.filter(pk=health.pk).update(
        consecutive_failures=F("consecutive_failures") + 1, last_error=error.message
    )
    opened = RemoteHealth.objects.filter(
        pk=health.pk,
        opened_at__isnull=True,
        consecutive_failures__gte=RemoteHealth.FAILURES_TO_OPEN,
    ).update(opened_at=now, probe_at=now + PROBE_EVERY * settings.RETRY_SCALE)
    if opened:
        logger.error("incident: %s is away", name_of(system))


def note_success(task: SyncTask) -> None:
    """A remote answered: failures are forgotten, and an incident ends."""
    for health in RemoteHealth.objects.filter(
        system__in=systems_of(task) or _tested(task), consecutive_failures__gt=0
    ):
        closed = RemoteHealth.objects.filter(pk=health.pk).update(
            consecutive_failures=0, opened_at=None, probe_at=None, last_error=""
        )
        if closed and health.is_away:
            logger.warning("incident over: %s answers again", name_of(health.system))
            _call_all_waiting(health.system)


def call_forgotten() -> int:
    """Make due what still waits for a remote although none is away: it went to wait just as the
    incident ended, or the worker that ended it died. How many tasks those were."""
    if RemoteHealth.objects.filter(opened_at__isnull=False).exists():
        return 0
    now = timezone.now()
    waiting = SyncTask.objects.filter(state=SyncTask.State.WAITING, not_before__gt=now)
    return waiting.filter(cause_key=WAITS_FOR_REMOTE).update(not_before=now, rung_at=None)


def waiting_for(system: str) -> QuerySet[SyncTask]:
    """The tasks that wait and need this remote."""
    steps = _NEEDS_SAP if system == SAP else _NEEDS_SHOP
    waiting = SyncTask.objects.filter(state=SyncTask.State.WAITING, step__in=steps)
    if system != SAP:
        waiting = waiting.filter(shop__code=system.removeprefix("magento:"))
    return waiting


def name_of(system: str) -> str:
    """How people call a remote."""
    return "SAP" if system == SAP else f"The shop {system.removeprefix('magento:')}"


def _probe(health: RemoteHealth, now: datetime) -> int:
    taken = RemoteHealth.objects.filter(pk=health.pk, probe_at=health.probe_at)
    if not taken.update(probe_at=now + PROBE_EVERY * settings.RETRY_SCALE):
        return 0  # another sweep has it
    shop = None if health.system == SAP else _shop_of(health.system)
    test = work.try_connection(shop)
    again = SyncTask.objects.unfinished().exclude(state=SyncTask.State.RUNNING)
    if not again.filter(step=test.step, reference=test.reference).update(
        state=SyncTask.State.WAITING, not_before=now, rung_at=None, attempts=0
    ):
        ask(test, origin=SyncTask.Origin.SCHEDULE)
    return 1


def _shop_of(system: str) -> Shop:
    return Shop.objects.get(code=system.removeprefix("magento:"))


def _blamed(task: SyncTask, error: SyncError) -> str | None:
    """The remote that is away; None for trouble with one document, or a wait we imposed."""
    if not error.remote_is_away or error.retry_after is not None or not error.system:
        return None
    if error.system == SAP:
        return SAP
    return shop_system(task.shop.code) if task.shop is not None else None


def _tested(task: SyncTask) -> list[str]:
    """A connection test speaks for the remote it tried."""
    if task.step != Step.TEST_CONNECTION:
        return []
    return [SAP if task.shop is None else shop_system(task.shop.code)]


def _call_all_waiting(system: str) -> None:
    """Make due what waited for this remote; the sweep rings, oldest first."""
    now = timezone.now()
    waiting = waiting_for(system).filter(not_before__gt=now, error_class="RemoteUnavailable")
    waiting.update(not_before=now, rung_at=None)
