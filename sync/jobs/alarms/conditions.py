"""What is wrong now: read from the database, as many queries however much there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef

from sync.jobs import fetches
from sync.jobs.alarms import rules
from sync.jobs.alarms.stopped import stopped
from sync.jobs.bell import is_reachable
from sync.models import (
    Alarm,
    OutboundDelivery,
    ProcessHeartbeat,
    PullWatermark,
    RemoteHealth,
    RemoteIdentity,
    SalesOrder,
    Shop,
)
from sync.models.systems import SAP, shop_system

NEWER_FOR = timedelta(minutes=30)
Kind = Alarm.Kind


@dataclass(frozen=True, slots=True)
class Condition:
    """``key`` is the same while it lasts; ``facts`` are what the sentence of its kind names."""

    kind: Kind
    key: str
    facts: dict[str, Any] = field(default_factory=dict)
    team: str = ""


def conditions(now: datetime) -> list[Condition]:
    """Asks Redis too, so never within a transaction."""
    off = {shop_system(shop.code) for shop in Shop.objects.filter(is_active=False)}
    trouble = {
        one.system: one
        for one in RemoteHealth.objects.filter(opened_at__isnull=False)
        if one.system not in off
    }
    return [
        *_remotes(trouble),
        *_silent(set(trouble)),
        *_watermarks(now),
        *_deliveries(now),
        *_processes(),
        *(Condition(*one) for one in stopped(now)),
    ]


def _remotes(trouble: dict[str, RemoteHealth]) -> Iterator[Condition]:
    for system, health in trouble.items():
        label = str(RemoteHealth.Kind(health.kind or RemoteHealth.Kind.AWAY).label)
        facts = {"system": system, "trouble": label, "since": _told(health.failing_since)}
        yield Condition(Kind.REMOTE, f"remote:{system}", facts)
    for identity in RemoteIdentity.objects.filter(noticed_at__isnull=False):
        yield Condition(Kind.CHANGED, f"changed:{identity.system}", {"system": identity.system})


def _silent(in_trouble: set[str]) -> Iterator[Condition]:
    """Without those of a system that is in trouble as a whole, which is told already."""
    for health in fetches.silent():
        system = SAP if health.shop is None else health.shop.system
        if system not in in_trouble:
            facts = {"step": health.step, "system": system, "since": _told(health.silent_since)}
            yield Condition(Kind.FETCH, f"fetch:{health.step}:{health.reference}", facts)


def _watermarks(now: datetime) -> Iterator[Condition]:
    """While it moves its key changes, and what is new has not lasted long enough to be told."""
    newer = SalesOrder.objects.filter(
        shop=OuterRef("shop"), placed_at__gt=OuterRef("updated_at"), placed_at__lt=now - NEWER_FOR
    )
    marks = PullWatermark.objects.filter(shop__is_active=True).exclude(updated_at=None)
    for mark in marks.select_related("shop").annotate(is_behind=Exists(newer)):
        if mark.updated_at is None:
            continue
        facts = {"system": mark.shop.system, "since": _told(mark.updated_at)}
        if mark.is_behind:
            yield Condition(Kind.BEHIND, f"behind:{mark.shop.code}:{facts['since']}", facts)
        elif rules.has_no_news(mark.updated_at, now):
            yield Condition(Kind.NO_NEWS, f"no_news:{mark.shop.code}", facts)


def _deliveries(now: datetime) -> Iterator[Condition]:
    """From the hour that is set until a delivery comes; a portal that never had one is new."""
    deadline = rules.deliveries_deadline(now)
    if deadline is None:
        return
    newest = OutboundDelivery.objects.exclude(created_date=None).order_by("-created_date", "-id")
    day = newest.values_list("created_date", flat=True).first()
    if day is not None and day < deadline.date():
        yield Condition(Kind.DELIVERIES, "deliveries", {"day": day.isoformat()})


def _processes() -> Iterator[Condition]:
    alive = [one for one in ProcessHeartbeat.objects.all() if one.is_alive]
    wanted = {Kind.WORKER: settings.ALARMS.workers, Kind.SCHEDULER: settings.ALARMS.schedulers}
    for kind, number in wanted.items():
        found = sum(one.kind == kind.value for one in alive)
        if found < number:
            yield Condition(kind, kind.value, {"count": found, "wanted": number})
    if wrong := [f"{one.name} ({one.wrong_clock})" for one in alive if one.wrong_clock]:
        yield Condition(Kind.CLOCK, "clock", {"processes": ", ".join(wrong)})
    if not is_reachable():
        yield Condition(Kind.REDIS, "redis")


def _told(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
