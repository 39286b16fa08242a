"""Why a task must not run now: a remote it needs is in trouble, or is not the system it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.db.models import Min, Q
from django.db.models.expressions import RawSQL

from sync.causes.cause import Kind as ErrorKind
from sync.causes.portal import PortalCause
from sync.jobs import release
from sync.jobs.turns import Turns
from sync.models import Release, RemoteHealth, RemoteIdentity, Step, SyncTask, clock
from sync.models.failures import NO_FAILURE, columns_for
from sync.models.steps import FETCHES
from sync.models.systems import SAP, changed_name_of, name_of
from sync.models.whole_tables import any_in
from sync.told import told

LOOK_AGAIN_AFTER = timedelta(minutes=10)  # in case nothing wakes it when the trouble ends
Kind = RemoteHealth.Kind
_waiting_in_turn = Turns()


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a task must not run now. It waits until ``until``; where that is None it stops as if it
    had been refused, and resumes with the others of its cause."""

    failure: dict[str, str]
    until: datetime | None


def may_be_held() -> RawSQL:
    """Read with a task: whether there is anything at all for which some task is held back. Nearly
    always there is not, and ``held_back`` need not be asked."""
    return _may_be_held(settings.NEEDS_RELEASE)


@cache
def _may_be_held(needs_release: bool) -> RawSQL:
    in_trouble = Q(opened_at__isnull=False) | Q(quiet_until__isnull=False)
    return any_in(
        RemoteIdentity.objects.filter(noticed_at__isnull=False),
        RemoteHealth.objects.filter(in_trouble),
        or_none_in=Release.objects.all() if needs_release else None,
    )


def held_back(task: SyncTask) -> Hold | None:
    """Why a task must not run now; None lets it run."""
    if release.holds(task.step, asked_by_person=task.asked_by_id is not None):
        return _wait(release.HELD, clock.now() + LOOK_AGAIN_AFTER)
    systems = task.systems
    if not systems:
        return _logon_refused(task) if task.step == Step.CHECK_READINESS else None
    for changed in RemoteIdentity.objects.filter(
        system__in=_parties(task), noticed_at__isnull=False
    ):
        return _wait(
            told(
                "{name} ({change}). This waits until an administrator has looked at Connections.",
                name=changed_name_of(changed.system),
                change=changed.change,
            ),
            clock.now() + LOOK_AGAIN_AFTER,
        )
    holds = [_hold(task, health) for health in RemoteHealth.objects.filter(system__in=systems)]
    return next((hold for hold in holds if hold is not None), None)


def wake_forgotten() -> int:
    """Make due the tasks that still wait for a remote although nothing holds them back: they began
    to wait just as the trouble ended, the worker that ended it died, or a person has confirmed a
    change. Returns how many."""
    waiting = SyncTask.objects.filter(
        state=SyncTask.State.WAITING, cause=PortalCause.REMOTE_AWAY.code
    ).order_by()
    turn = _waiting_in_turn.take(waiting)
    if not turn:
        return 0
    later = waiting.filter(pk__in=turn, not_before__gt=clock.now())
    alike = later.values("step", "shop_id", "priority")
    firsts = SyncTask.objects.filter(pk__in=alike.annotate(first=Min("pk")).values("first"))
    return sum(
        later.filter(step=one.step, shop=one.shop, priority=one.priority).wake()
        for one in firsts.order_by().select_related("shop")
        if held_back(one) is None
    )


def _parties(task: SyncTask) -> list[str]:
    """The remotes whose documents a task is about, whether it calls them or not."""
    return [SAP] if task.shop is None else [SAP, task.shop.system]


def _logon_refused(task: SyncTask) -> Hold | None:
    """A readiness check logs on to its remote as well."""
    refused = RemoteHealth.objects.filter(system=task.reference, kind=Kind.LOGON)
    health = refused.filter(opened_at__isnull=False).first()
    return _hold(task, health) if health is not None else None


def _hold(task: SyncTask, health: RemoteHealth) -> Hold | None:
    now, is_clicked = clock.now(), task.priority < SyncTask.Priority.BULK
    if health.quiet_until is not None and now < health.quiet_until and not is_clicked:
        reason = told(
            "{name} asked for a pause; this waits for its end.", name=name_of(health.system)
        )
        return _wait(reason, health.quiet_until)
    return _of_incident(task, health) if health.is_in_trouble else None


def _of_incident(task: SyncTask, health: RemoteHealth) -> Hold | None:
    """A person may try a remote that refuses: it costs nothing, and they may just have repaired it.
    Only the connection test may try a refused logon again."""
    now, name = clock.now(), name_of(health.system)
    if health.kind == Kind.LOGON:
        text = told(
            "{name} refused the portal's logon; nobody else tries, so that it is not locked.",
            name=name,
        )
        return _stop_or_wait(task, health, text, now)
    if health.kind != Kind.REFUSES:
        away = told("{name} is away; this waits until it answers again.", name=name)
        return _wait(away, now + LOOK_AGAIN_AFTER)
    if task.step in FETCHES or task.priority < SyncTask.Priority.BULK:
        return None
    return _stop_or_wait(task, health, health.last_error, now)


def _stop_or_wait(task: SyncTask, health: RemoteHealth, message: str, now: datetime) -> Hold:
    """A fetch waits for its turn; other work stops with the cause it would have met."""
    if task.step in FETCHES:
        return _wait(message, now + LOOK_AGAIN_AFTER)
    met = {"cause": health.cause, "cause_key": health.cause_key, "remedy": health.remedy}
    told = {"error_class": ErrorKind.MISCONFIGURED, "error_message": message}
    return Hold({**NO_FAILURE, **told, **met}, None)


def _wait(reason: str, until: datetime) -> Hold:
    return Hold(columns_for(PortalCause.REMOTE_AWAY, reason), until)
