"""The circuit breaker: when a remote is in trouble its work waits together, as one incident.

- It does not answer: a few failures in a row open an incident. A connection test tries for all
  every few seconds, and the first answer ends the incident.
- It cannot be used (keys, rights, address): one odd answer is no incident. Fetches go on at
  their turns, and the first success ends it.
- It refuses the logon: nobody else tries, for each further refusal could lock the user. A test
  tries for all, ever more rarely, on a connection of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from sync.causes.cause import Kind as ErrorKind
from sync.errors import RemoteUnavailable, SyncError
from sync.jobs import work
from sync.jobs.ask import ask
from sync.jobs.retries import next_probe
from sync.models import RemoteHealth, Shop, Step, SyncTask, clock
from sync.models.failures import columns_of
from sync.models.ledger import SyncTaskQuerySet
from sync.models.systems import SAP, name_of, shop_code

logger = logging.getLogger(__name__)

PROBE_EVERY = timedelta(seconds=15)
Kind = RemoteHealth.Kind


def note_failure(task: SyncTask, error: SyncError) -> None:
    """Learn from a failure how the remote is that it speaks about."""
    system = _system_of(task, error)
    if not system:
        return
    kind, now = _kind_of(error), clock.now()
    if error.retry_after is not None:
        _note_pause(system, now + timedelta(seconds=error.retry_after))
    elif kind is None and not isinstance(error, RemoteUnavailable):
        _note_answer(system)
    if kind is None:
        return
    with transaction.atomic():
        health, _created = RemoteHealth.objects.select_for_update().get_or_create(system=system)
        is_new = _count(health, kind, error, now) and not health.is_in_trouble
        if is_new:
            health.opened_at = now
        if health.is_in_trouble:
            health.probe_at = max(now + _until_probe(health), health.quiet_until or now)
        health.save()
    if is_new:
        logger.error("incident: %s %s", name_of(system), Kind(health.kind).label)


def note_success(task: SyncTask, answered: Collection[str]) -> None:
    """A task was done, and these systems ("sap", "magento") answered it: their trouble is over."""
    systems = [name for one in answered if (name := _system_named(task, one))]
    failing = RemoteHealth.objects.filter(system__in=systems, consecutive_failures__gt=0)
    if task.step != Step.TRY_CONNECTION:
        # Old sessions go on when the password has changed; only a new logon proves anything.
        failing = failing.exclude(kind=Kind.LOGON)
    _close(failing)


def probe() -> int:
    """Try each remote in trouble, at its interval; how many tests were called for."""
    now = clock.now()
    due = RemoteHealth.objects.filter(opened_at__isnull=False, probe_at__lte=now)
    return sum(_probe(health, now) for health in due)


def waiting_for(system: str) -> SyncTaskQuerySet:
    """The tasks that wait and need this remote."""
    return SyncTask.objects.filter(state=SyncTask.State.WAITING).needing(system)


def _count(health: RemoteHealth, kind: Kind, error: SyncError, now: datetime) -> bool:
    """Note one more failure; whether that makes an incident. A refused logon stays one."""
    if health.is_in_trouble and health.kind == Kind.LOGON and kind != Kind.LOGON:
        return False
    since = health.failing_since if health.is_in_trouble else None
    if health.kind != kind:
        health.consecutive_failures = 0  # of another kind: it decides how rarely is tried again
    health.kind = kind
    health.note_failure(columns_of(error), now)
    health.failing_since = since or health.failing_since
    if kind == Kind.LOGON:
        return True
    if kind == Kind.AWAY:
        return health.consecutive_failures >= RemoteHealth.FAILURES_TO_OPEN
    has_worked = _has_worked(health.system)
    return health.is_to_be_believed(now, settings.RETRY_SCALE, has_worked=has_worked)


def _note_pause(system: str, until: datetime) -> None:
    """It asked for fewer calls: what runs by itself heeds that, the test that tries for all too."""
    RemoteHealth.objects.update_or_create(system=system, defaults={"quiet_until": until})
    RemoteHealth.objects.filter(system=system, probe_at__lt=until).update(probe_at=until)


def _note_answer(system: str) -> None:
    """It said no to one document: that is not how a remote behaves that is away."""
    away = RemoteHealth.objects.filter(system=system, kind=Kind.AWAY)
    _close(away.filter(consecutive_failures__gt=0))


def _close(failing: QuerySet[RemoteHealth]) -> None:
    """End this trouble; looked at once more, for a refused logon may just have come in between."""
    for pk in failing.values_list("pk", flat=True):
        with transaction.atomic():
            health = failing.select_for_update().filter(pk=pk).first()
            if health is not None:
                _note_end(health)


def _note_end(health: RemoteHealth) -> None:
    now, was_open = clock.now(), health.is_in_trouble
    health.note_success(now)
    health.probe_at = health.quiet_until = None
    if was_open:
        health.closed_at = now
        logger.warning("incident over: %s answers again", name_of(health.system))
    health.save()
    if was_open:
        _call_all_waiting(health.system)


def _kind_of(error: SyncError) -> Kind | None:
    """What a failure says of its remote as a whole; None where it is about one document, or about
    the end of our own write."""
    if error.logon_is_refused:
        return Kind.LOGON
    if error.remote_is_unfit:
        return Kind.REFUSES
    waits = error.settles_after is not None
    return Kind.AWAY if error.remote_is_away and not waits else None


def _system_of(task: SyncTask, error: SyncError) -> str:
    return _system_named(task, error.system) if error.system else ""


def _system_named(task: SyncTask, name: str) -> str:
    if name == SAP:
        return SAP
    return task.shop.system if task.shop is not None else ""


def _has_worked(system: str) -> bool:
    """Whether this remote was ever of use."""
    done = SyncTask.objects.filter(state=SyncTask.State.DONE)
    return done.needing(system).exists() or done.filter(reference=system).exists()


def _until_probe(health: RemoteHealth) -> timedelta:
    if health.kind == Kind.AWAY:
        return PROBE_EVERY * settings.RETRY_SCALE
    return next_probe(health.consecutive_failures, settings.RETRY_SCALE)


def _probe(health: RemoteHealth, now: datetime) -> int:
    taken = RemoteHealth.objects.filter(pk=health.pk, probe_at=health.probe_at)
    if not taken.update(probe_at=now + _until_probe(health)):
        return 0  # another sweep has it
    shop = None if health.system == SAP else _shop_of(health.system)
    if shop is None and health.system != SAP:
        health.delete()  # the shop is no longer known: nothing of it is in trouble
        return 0
    test = work.try_connection(shop)
    again = SyncTask.objects.unfinished().exclude(state=SyncTask.State.RUNNING)
    if not again.filter(step=test.step, reference=test.reference).wake(attempts=0):
        ask(test, origin=SyncTask.Origin.SCHEDULE)
    return 1


def _shop_of(system: str) -> Shop | None:
    return Shop.objects.filter(code=shop_code(system)).first()


def _call_all_waiting(system: str) -> None:
    """Make due what waited for this remote; the sweep rings, oldest first."""
    later = waiting_for(system).filter(not_before__gt=clock.now())
    later.filter(error_class=ErrorKind.UNAVAILABLE).wake()
