"""Trouble with the remotes that is believed: since when, what it means, who does what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sync.jobs import breaker
from sync.models import FetchHealth, RemoteHealth, RemoteIdentity, Shop, StepSchedule
from sync.models.systems import SAP, changed_name_of, name_of, shop_system
from sync.views.causes import advice_on
from sync.views.counts import Count, capped

Kind = RemoteHealth.Kind


@dataclass(frozen=True, slots=True)
class Incident:
    """One trouble. ``what`` goes on with "since 10:12"; ``then`` says what happens by itself and
    what an administrator does."""

    what: str
    since: datetime
    then: str
    waiting: Count | None = None
    next_try_at: datetime | None = None
    last_error: str = ""
    advice: str = ""


def incidents() -> list[Incident]:
    """All trouble of the moment; usually none, and then three small queries."""
    return [*_changed(), *_in_trouble(), *_failing_fetches()]


def _changed() -> Iterator[Incident]:
    for identity in RemoteIdentity.objects.filter(noticed_at__isnull=False):
        if identity.noticed_at is not None:
            yield Incident(
                what=changed_name_of(identity.system),
                since=identity.noticed_at,
                then="The same numbers may mean other orders there, so everything waits. An "
                "administrator must look at Connections and say whether this is wanted.",
                last_error=identity.change,
            )


def _in_trouble() -> Iterator[Incident]:
    opened = RemoteHealth.objects.filter(opened_at__isnull=False)
    off = Shop.objects.filter(is_active=False).values_list("code", flat=True) if opened else ()
    for health in opened.exclude(system__in=[shop_system(code) for code in off]):
        if health.opened_at is None:
            continue
        what, then = _TOLD[Kind(health.kind or Kind.AWAY)]
        yield Incident(
            what=f"{name_of(health.system)} {what}",
            since=health.failing_since or health.opened_at,
            then=then,
            waiting=capped(breaker.waiting_for(health.system)),
            next_try_at=None if health.kind == Kind.REFUSES else health.probe_at,
            last_error=health.last_error,
            advice=advice_on(health),
        )


_TOLD = {
    Kind.AWAY: (
        "is away",
        f"tried again every {int(breaker.PROBE_EVERY.total_seconds())} s. What waits goes on by "
        "itself.",
    ),
    Kind.REFUSES: (
        "cannot be used",
        "fetches try at each turn, and once one succeeds, what was stopped goes on by itself. An "
        "administrator must look at its address, keys and rights.",
    ),
    Kind.LOGON: (
        "refuses the portal's logon",
        "nobody but the connection test tries, so that the user is not locked. An administrator "
        "must look at user and password, then press Test all connections; what was stopped goes "
        "on by itself.",
    ),
}


def _failing_fetches() -> Iterator[Incident]:
    """Those whose remote is in trouble as a whole say nothing new."""
    told = set(
        RemoteHealth.objects.filter(opened_at__isnull=False).values_list("system", flat=True)
    )
    believed = FetchHealth.objects.filter(opened_at__isnull=False).select_related("shop")
    failing = believed.exclude(shop__is_active=False)
    turns = StepSchedule.objects.intervals() if failing else {}
    for health in failing:
        system = SAP if health.shop is None else health.shop.system
        since = health.last_good_at or health.failing_since
        if system in told or since is None:
            continue
        of_shop = f" of {health.shop}" if health.shop is not None else ""
        seconds = turns.get(health.step)
        again = f"tried again every {seconds} s" if seconds else "not tried by itself"
        yield Incident(
            what=f"“{health.get_step_display()}”{of_shop} has brought nothing",
            since=since,
            then=f"It is {again}. If it stays, an administrator must look at the reason.",
            last_error=health.last_error,
            advice=advice_on(health),
        )
