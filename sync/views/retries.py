"""Puts stopped work back in the queue: one task, or all that stopped for one cause."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from sync.jobs import clicks, mass_clicks
from sync.models import SyncTask
from sync.roles import steps_to_retry
from sync.views.people import PortalRequest, may_retry, needs
from sync.views.posted import redirect_back, redirect_with


@needs("sync.retry_tasks")
@require_POST
def retry_task(request: PortalRequest, pk: int) -> HttpResponse:
    """403 for a step the person may not run."""
    task = get_object_or_404(SyncTask, pk=pk)
    page = reverse("sync:task", args=[pk])
    if task.step not in steps_to_retry(request.user):
        raise PermissionDenied
    if not may_retry(request.user, task):
        messages.info(request, "Nothing to retry: this task is not stopped.")
        return redirect_back(request, page)
    return redirect_with(request, clicks.retry_tasks([task], request.user).message, page)


@needs("sync.retry_tasks")
@require_POST
def retry_cause(request: PortalRequest) -> HttpResponse:
    """Retries only steps the person may run."""
    cause = {name: request.POST.get(name, "") for name in ("cause", "cause_key")}
    clicked = mass_clicks.retry_causes([cause], request.user)
    return redirect_with(request, clicked.message, reverse("sync:attention"))
