"""Remotes that are away: since when, and what waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sync.jobs import breaker
from sync.models import RemoteHealth
from sync.views.counts import Count, capped


@dataclass(frozen=True, slots=True)
class Incident:
    """One remote that does not answer."""

    name: str
    since: datetime
    waiting: Count
    next_try_at: datetime | None
    every_seconds: int
    last_error: str


def incidents() -> list[Incident]:
    """The open incidents; usually none, and then one small query."""
    return list(_open())


def _open() -> Iterator[Incident]:
    for health in RemoteHealth.objects.filter(opened_at__isnull=False):
        if health.opened_at is None:
            continue
        yield Incident(
            name=breaker.name_of(health.system),
            since=health.opened_at,
            waiting=capped(breaker.waiting_for(health.system)),
            next_try_at=health.probe_at,
            every_seconds=int(breaker.PROBE_EVERY.total_seconds()),
            last_error=health.last_error,
        )
