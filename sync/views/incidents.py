"""Trouble with the remotes as people see it: since when, what it means, who does what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, gettext_lazy

from sync.jobs import breaker
from sync.models import FetchHealth, RemoteHealth, RemoteIdentity, Shop, StepSchedule
from sync.models.systems import SAP, changed_name_of, name_of, shop_system
from sync.templatetags.retold import retold
from sync.views.causes import advice_on
from sync.views.counts import Count, capped

Kind = RemoteHealth.Kind


@dataclass(frozen=True, slots=True)
class Incident:
    """``what`` is followed by "since 10:12"; ``then`` says what happens by itself and what an
    administrator does."""

    what: str
    since: datetime
    then: str
    waiting: Count | None = None
    next_try_at: datetime | None = None
    last_error: str = ""
    advice: str = ""


def incidents() -> list[Incident]:
    """All present trouble; usually none, which takes three small queries."""
    return [*_changed(), *_in_trouble(), *_failing_fetches()]


def _changed() -> Iterator[Incident]:
    for identity in RemoteIdentity.objects.filter(noticed_at__isnull=False):
        if identity.noticed_at is not None:
            yield Incident(
                what=retold(changed_name_of(identity.system)),
                since=identity.noticed_at,
                then=gettext(
                    "The same numbers may mean other orders there, so everything waits. An "
                    "administrator must look at Connections and say whether this is wanted."
                ),
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
            what=what % {"system": retold(name_of(health.system))},
            since=health.failing_since or health.opened_at,
            then=then % {"seconds": int(breaker.PROBE_EVERY.total_seconds())},
            waiting=capped(breaker.waiting_for(health.system)),
            next_try_at=None if health.kind == Kind.REFUSES else health.probe_at,
            last_error=health.last_error,
            advice=advice_on(health),
        )


_TOLD = {
    Kind.AWAY: (
        gettext_lazy("%(system)s is away"),
        gettext_lazy("tried again every %(seconds)s s. What waits goes on by itself."),
    ),
    Kind.REFUSES: (
        gettext_lazy("%(system)s cannot be used"),
        gettext_lazy(
            "fetches try at each turn, and once one succeeds, what was stopped goes on by itself. "
            "An administrator must look at its address, keys and rights."
        ),
    ),
    Kind.LOGON: (
        gettext_lazy("%(system)s refuses the portal's logon"),
        gettext_lazy(
            "nobody but the connection test tries, so that the user is not locked. An "
            "administrator must look at user and password, then press Test all connections; what "
            "was stopped goes on by itself."
        ),
    ),
}


def _failing_fetches() -> Iterator[Incident]:
    """Without those whose remote is in trouble as a whole, which is shown already."""
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
        yield Incident(
            what=_of_fetch(health),
            since=since,
            then=_tried_again(turns.get(health.step)),
            last_error=health.last_error,
            advice=advice_on(health),
        )


def _of_fetch(health: FetchHealth) -> str:
    names = {"step": health.get_step_display(), "shop": health.shop}
    if health.shop is None:
        return gettext("“%(step)s” has brought nothing") % names
    return gettext("“%(step)s” of %(shop)s has brought nothing") % names


def _tried_again(seconds: int | None) -> str:
    if not seconds:
        return gettext(
            "It is not tried by itself. If it stays, an administrator must look at the reason."
        )
    return gettext(
        "It is tried again every %(seconds)s s. If it stays, an administrator must look at the "
        "reason."
    ) % {"seconds": seconds}
