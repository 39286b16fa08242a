"""Trouble everyone should know of: a remote is away, no Redis, no worker."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sync.jobs import release
from sync.jobs.bell import is_reachable
from sync.models import ProcessHeartbeat
from sync.views.incidents import incidents
from sync.views.people import PortalRequest


@require_safe
def trouble_banner(request: PortalRequest) -> HttpResponse:
    """A banner, or nothing. Asked for by the page itself, so that no page waits for Redis."""
    workers = ProcessHeartbeat.objects.filter(kind=ProcessHeartbeat.Kind.WORKER)
    context = {
        "is_redis_reachable": is_reachable(),
        "incidents": incidents(),
        "is_held": release.is_held(),
        "may_release": request.user.has_perm("sync.manage_automation"),
        "is_worker_alive": any(worker.is_alive for worker in workers),
    }
    return render(request, "sync/partials/trouble.html", context)
