"""The circuit breaker: when a remote is in trouble its work waits together, as one incident.

- It does not answer: a few failures in a row open an incident. A connection test tries for all
  every few seconds, and the first answer ends the incident.
- It cannot be used (keys, rights, address): one odd answer is no incident. Fetches go on at
  their turns, and the first success ends it.
- It refuses the logon: nobody else tries, for each further refusal could lock the user. A test
  tries for all, ever more rarely, on a connection of its own.
- It looks like another remote: everything waits until an administrator says what it is.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sync.errors import RemoteMisconfigured, RemoteUnavailable, SyncError
from sync.jobs import work
from sync.jobs.ask import ask
from sync.jobs.failures import kind_of
from sync.jobs.fetches import FETCHES
from sync.jobs.retries import next_probe
from sync.models import RemoteHealth, RemoteIdentity, Shop, Step, SyncTask

logger = logging.getLogger(__name__)

SAP = "sap"
WAITS_FOR_REMOTE = "remote-away"
PROBE_EVERY = timedelta(seconds=15)
LOOK_AGAIN_AFTER = timedelta(minutes=10)  # should the call at the incident's end be missed
Kind = RemoteHealth.Kind

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


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a task is not carried out now. It waits until ``until``; without that it is stopped as
    if it had been refused, and goes on with the others of its cause."""

    failure: dict[str, str]
    until: datetime | None


def systems_of(task: SyncTask) -> list[str]:
    """The remotes a task cannot do without; a connection test needs none to be well."""
    systems = [SAP] if task.step in _NEEDS_SAP else []
    if task.step in _NEEDS_SHOP and task.shop is not None:
        systems.append(shop_system(task.shop.code))
    return systems


def shop_system(code: str) -> str:
    """The name under which a shop's health is kept."""
    return f"magento:{code}"


def name_of(system: str) -> str:
    """How people call a remote."""
    return "SAP" if system == SAP else f"The shop {system.removeprefix('magento:')}"


def changed_name_of(system: str) -> str:
    """How people call a remote that is not what it was."""
    return f"{name_of(system)} looks like another {'system' if system == SAP else 'shop'}"


# ---- may it run? ---------------------------------------------------------------------------------
def held_back(task: SyncTask) -> Hold | None:
    """Why a task must not be carried out now; None lets it run."""
    systems = systems_of(task)
    if not systems:
        return _logon_refused(task) if task.step == Step.CHECK_READINESS else None
    for changed in RemoteIdentity.objects.filter(
        system__in=_parties(task), noticed_at__isnull=False
    ):
        return _wait(
            f"{changed_name_of(changed.system)} ({changed.change}). This waits until an "
            "administrator has looked at Connections.",
            timezone.now() + LOOK_AGAIN_AFTER,
        )
    holds = [_hold(task, health) for health in RemoteHealth.objects.filter(system__in=systems)]
    return next((hold for hold in holds if hold is not None), None)


def _parties(task: SyncTask) -> list[str]:
    """The remotes whose documents a task is about, whether it calls them or not."""
    return [SAP] if task.shop is None else [SAP, shop_system(task.shop.code)]


def _logon_refused(task: SyncTask) -> Hold | None:
    """A look at one remote's settings logs on as well."""
    refused = RemoteHealth.objects.filter(system=task.reference, kind=Kind.LOGON)
    health = refused.filter(opened_at__isnull=False).first()
    return _hold(task, health) if health is not None else None


def _hold(task: SyncTask, health: RemoteHealth) -> Hold | None:
    if health.is_away:
        return _of_incident(task, health)
    now, is_clicked = timezone.now(), task.priority == SyncTask.Priority.INTERACTIVE
    if health.quiet_until is not None and now < health.quiet_until and not is_clicked:
        reason = f"{name_of(health.system)} asked for a pause; this waits for its end."
        return _wait(reason, health.quiet_until)
    return None


def _of_incident(task: SyncTask, health: RemoteHealth) -> Hold | None:
    """Whoever clicks may try a remote that refuses: that costs nothing, and they may have just
    repaired it. Nobody but the test tries a logon again."""
    now, name = timezone.now(), name_of(health.system)
    if health.kind == Kind.LOGON:
        text = f"{name} refused the portal's logon; nobody else tries, so that it is not locked."
        return _stop_or_wait(task, RemoteMisconfigured(text, cause_key=health.cause_key), now)
    if health.kind != Kind.REFUSES:
        away = f"{name} is away; this waits until it answers again."
        return _wait(away, now + LOOK_AGAIN_AFTER)
    if task.step in FETCHES or task.priority == SyncTask.Priority.INTERACTIVE:
        return None
    error = RemoteMisconfigured(health.last_error, cause_key=health.cause_key)
    return _stop_or_wait(task, error, now)


def _stop_or_wait(task: SyncTask, error: SyncError, now: datetime) -> Hold:
    """A fetch keeps its turn; other work stops with the cause it would have met."""
    if task.step in FETCHES:
        return _wait(error.message, now + LOOK_AGAIN_AFTER)
    failure = {"error_class": kind_of(error), "error_message": error.message}
    return Hold({**failure, "cause_key": error.cause_key}, None)


def _wait(reason: str, until: datetime) -> Hold:
    failure = {"error_class": RemoteUnavailable.__name__, "error_message": reason}
    return Hold({**failure, "cause_key": WAITS_FOR_REMOTE}, until)


# ---- what answers tell ---------------------------------------------------------------------------
def note_failure(task: SyncTask, error: SyncError) -> None:
    """Learn from a failure how the remote is that it speaks about."""
    system = _system_of(task, error)
    if not system:
        return
    kind, now = _kind_of(error), timezone.now()
    if error.retry_after is not None:
        _note_pause(system, now + timedelta(seconds=error.retry_after))
    elif not isinstance(error, RemoteUnavailable):
        _note_answer(system)
    if kind is None:
        return
    with transaction.atomic():
        health, _created = RemoteHealth.objects.select_for_update().get_or_create(system=system)
        is_new = _count(health, kind, error, now) and not health.is_away
        if is_new:
            health.opened_at = now
        if health.is_away:
            health.probe_at = now + _until_probe(health)
        health.save()
    if is_new:
        logger.error("incident: %s %s", name_of(system), Kind(health.kind).label)


def note_success(task: SyncTask, answered: Collection[str]) -> None:
    """A task was done, and these systems ("sap", "magento") answered it: their trouble is over."""
    systems = [name for one in answered if (name := _system_named(task, one))]
    for health in RemoteHealth.objects.filter(system__in=systems, consecutive_failures__gt=0):
        if health.kind != Kind.LOGON or task.step == Step.TEST_CONNECTION:
            # Old sessions go on when the password has changed; only a new logon proves anything.
            _close(health)


def _count(health: RemoteHealth, kind: Kind, error: SyncError, now: datetime) -> bool:
    """Note one more failure; whether that makes an incident. A refused logon stays one."""
    if health.is_away and health.kind == Kind.LOGON and kind != Kind.LOGON:
        return False
    if health.kind != kind and not health.is_away:
        health.consecutive_failures = 0
    health.kind = kind
    health.note_failure(error.message, error.cause_key, now)
    if kind == Kind.LOGON:
        return True
    if kind == Kind.AWAY:
        return health.consecutive_failures >= RemoteHealth.FAILURES_TO_OPEN
    has_worked = _has_worked(health.system)
    return health.is_to_be_believed(now, settings.RETRY_SCALE, has_worked=has_worked)


def _note_pause(system: str, until: datetime) -> None:
    """It asked for fewer calls: what runs by itself heeds that."""
    RemoteHealth.objects.update_or_create(system=system, defaults={"quiet_until": until})


def _note_answer(system: str) -> None:
    """It said no to one document: that is not how a remote behaves that is away."""
    for health in RemoteHealth.objects.filter(system=system, kind=Kind.AWAY):
        if health.consecutive_failures:
            _close(health)


def _close(health: RemoteHealth) -> None:
    now, was_open = timezone.now(), health.is_away
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
    a time to wait for."""
    if error.logon_is_refused:
        return Kind.LOGON
    if error.remote_is_unfit:
        return Kind.REFUSES
    waits = error.settles_after is not None or error.retry_after is not None
    return Kind.AWAY if error.remote_is_away and not waits else None


def _system_of(task: SyncTask, error: SyncError) -> str:
    return _system_named(task, error.system) if error.system else ""


def _system_named(task: SyncTask, name: str) -> str:
    if name == SAP:
        return SAP
    return shop_system(task.shop.code) if task.shop is not None else ""


def _has_worked(system: str) -> bool:
    """Whether this remote was ever of use."""
    steps = _NEEDS_SAP if system == SAP else _NEEDS_SHOP
    done = SyncTask.objects.filter(state=SyncTask.State.DONE)
    if system != SAP:
        done = done.filter(shop__code=system.removeprefix("magento:"))
    is_of_use = done.filter(step__in=steps)
    return is_of_use.exists() or done.filter(reference=system).exists()


# ---- trying again --------------------------------------------------------------------------------
def probe() -> int:
    """Try each remote in trouble, at its interval; how many tests were called for."""
    now = timezone.now()
    due = RemoteHealth.objects.filter(opened_at__isnull=False, probe_at__lte=now)
    return sum(_probe(health, now) for health in due)


def call_forgotten() -> int:
    """Make due what still waits for a remote although none is in trouble: it went to wait just as
    the incident ended, or the worker that ended it died. How many tasks those were."""
    if RemoteHealth.objects.filter(opened_at__isnull=False).exists():
        return 0
    if RemoteIdentity.objects.filter(noticed_at__isnull=False).exists():
        return 0
    now = timezone.now()
    if RemoteHealth.objects.filter(quiet_until__gt=now).exists():
        return 0
    waiting = SyncTask.objects.filter(state=SyncTask.State.WAITING, not_before__gt=now)
    return waiting.filter(cause_key=WAITS_FOR_REMOTE).update(not_before=now, rung_at=None)


def waiting_for(system: str) -> QuerySet[SyncTask]:
    """The tasks that wait and need this remote."""
    steps = _NEEDS_SAP if system == SAP else _NEEDS_SHOP
    waiting = SyncTask.objects.filter(state=SyncTask.State.WAITING, step__in=steps)
    if system != SAP:
        waiting = waiting.filter(shop__code=system.removeprefix("magento:"))
    return waiting


def _until_probe(health: RemoteHealth) -> timedelta:
    if health.kind == Kind.AWAY:
        return PROBE_EVERY * settings.RETRY_SCALE
    return next_probe(health.consecutive_failures, settings.RETRY_SCALE)


def _probe(health: RemoteHealth, now: datetime) -> int:
    taken = RemoteHealth.objects.filter(pk=health.pk, probe_at=health.probe_at)
    if not taken.update(probe_at=now + _until_probe(health)):
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


def _call_all_waiting(system: str) -> None:
    """Make due what waited for this remote; the sweep rings, oldest first."""
    now = timezone.now()
    waiting = waiting_for(system).filter(not_before__gt=now, error_class="RemoteUnavailable")
    waiting.update(not_before=now, rung_at=None)
