"""For supervisors and load balancers: is the process up, and can it do its work?"""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import HttpRequest, JsonResponse

from sync.jobs import fetches
from sync.jobs.bell import is_reachable
from sync.models import FetchHealth, ProcessHeartbeat, clock
from sync.version import VERSION


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ok": True, "version": VERSION})


@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """503 unless database and Redis answer, a worker and a scheduler are alive, and every automatic
    fetch succeeded recently; names what is missing. For a monitor: a load balancer should ask
    ``healthz``, because pages work without all this."""
    found = {"redis": is_reachable(), **_database_and_processes()}
    missing = [name for name, is_there in found.items() if not is_there]
    return JsonResponse({"ok": not missing, "missing": missing}, status=503 if missing else 200)


def _database_and_processes() -> dict[str, bool]:
    try:
        alive = {beat.kind for beat in ProcessHeartbeat.objects.all() if beat.is_alive}
        silent = {_told(health): False for health in fetches.silent()}
        wrong = {f"clock of {name}, {by}": False for name, by in _wrong_clocks()}
    except Error:  # of the database, or of the way to it
        return {"database": False}
    return {**{kind: kind in alive for kind in ProcessHeartbeat.Kind.values}, **silent, **wrong}


def _wrong_clocks() -> Iterator[tuple[str, str]]:
    """Processes, including this one, whose clock differs from the database's: they take no work."""
    for beat in ProcessHeartbeat.objects.all():
        if beat.is_alive and beat.wrong_clock:
            yield beat.name, beat.wrong_clock
    skew = clock.skew()
    if clock.is_too_far(skew):
        yield "web", clock.in_words(skew)


def _told(health: FetchHealth) -> str:
    """Such as "pull_orders shop:demo, last good 2026-11-25T10:42:00+00:00"."""
    good = health.last_good_at
    since = f"last good {good.isoformat(timespec='seconds')}" if good else "never good"
    return f"{health.step} {health.reference}, {since}"
