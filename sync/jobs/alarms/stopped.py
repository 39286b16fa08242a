"""Work that waits for a person, by the team that acts: what is old, and when it is much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q

from sync.models import Alarm, SyncTask
from sync.models.page_indexes import STOPPED

Told = tuple[Alarm.Kind, str, dict[str, Any], str]


@dataclass(slots=True)
class _Alike:
    count: int = 0
    since: datetime | None = None
    steps: set[str] = field(default_factory=set)


def stopped(now: datetime) -> Iterator[Told]:
    """Kind, key, facts and team; never a document, as a chat is no place for one."""
    old: dict[tuple[str, str], _Alike] = defaultdict(_Alike)
    waiting: dict[str, int] = defaultdict(int)
    for row in _rows(now):
        team = str(row["owner"] or SyncTask(step=row["step"]).usual_team)
        waiting[team] += row["all"]
        if row["old"]:
            _add(old[team, row["cause"]], row)
    for (team, cause), alike in old.items():
        facts = {
            "count": alike.count,
            "cause": cause,
            "steps": sorted(alike.steps),
            "since": alike.since.isoformat() if alike.since else "",
        }
        yield Alarm.Kind.STOPPED, f"stopped:{team}:{cause}", facts, team
    for team, count in waiting.items():
        if 0 < settings.ALARMS.storm_tasks <= count:
            yield Alarm.Kind.STORM, f"storm:{team}", {"count": count}, team


def _rows(now: datetime) -> Any:
    limit = now - timedelta(minutes=settings.ALARMS.stopped_minutes)
    stopped_tasks = SyncTask.objects.filter(STOPPED).order_by().values("owner", "step", "cause")
    is_old = Q(finished_at__lte=limit)
    return stopped_tasks.annotate(
        old=Count("pk", filter=is_old),
        all=Count("pk"),
        since=Min("finished_at", filter=is_old),
    )


def _add(alike: _Alike, row: dict[str, Any]) -> None:
    alike.count += row["old"]
    alike.steps.add(row["step"])
    alike.since = min(filter(None, (alike.since, row["since"])))
