"""Whether everything runs, in one line; the banner above each page says what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext

from sync.models import ProcessHeartbeat, PullWatermark, SyncTask
from sync.views.counts import Count, capped
from sync.views.incidents import incidents

MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Pulse:
    """``trouble`` is empty while all is well. The figures of the queue are for administrators."""

    trouble: str
    since: datetime | None
    fetched_at: datetime | None
    workers: int
    due: Count | None = None


def pulse_for(user: User) -> Pulse:
    present = incidents()
    workers = ProcessHeartbeat.objects.filter(kind=ProcessHeartbeat.Kind.WORKER)
    alive = sum(one.is_alive for one in workers)
    trouble, since = "", None
    if present:
        trouble, since = present[0].what, present[0].since
    elif not alive:
        trouble = gettext("No worker is running")
    due = SyncTask.objects.due(timezone.now())
    return Pulse(
        trouble=trouble,
        since=since,
        fetched_at=PullWatermark.objects.aggregate(last=Max("polled_at"))["last"],
        workers=alive,
        due=capped(due, MOST_COUNTED) if user.has_perm("sync.view_queue") else None,
    )
