"""What was sent and answered, one call at a time: pages name their calls and fetch these on demand.

Without JavaScript each is a page of its own.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from sync.jobs.prune import full_days
from sync.models import DryRun, RemoteCall
from sync.views.people import PortalRequest


@require_safe
def call_payloads(request: PortalRequest, pk: int) -> HttpResponse:
    call = get_object_or_404(RemoteCall.objects.select_related("attempt__task"), pk=pk)
    context = {"call": call, "kept_days": full_days(call)}
    return _shown(request, "sync/partials/call_payloads.html", context)


@require_safe
def dry_run_payload(request: PortalRequest, pk: int) -> HttpResponse:
    dry_run = get_object_or_404(DryRun.objects.select_related("sales_order"), pk=pk)
    return _shown(request, "sync/partials/dry_run_payload.html", {"dry_run": dry_run})


def _shown(request: PortalRequest, fragment: str, context: dict[str, Any]) -> HttpResponse:
    """The fragment alone where a page fetches it, or else within a page."""
    if request.htmx:
        return render(request, fragment, context)
    return render(request, "sync/payloads.html", context | {"fragment": fragment})
