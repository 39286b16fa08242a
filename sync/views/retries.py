"""Stopped work is put back to work: one task, or all that stopped for one cause."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from sync.jobs import on_demand
from sync.models import SyncTask
from sync.views.people import PortalRequest, may_retry, needs, steps_to_retry
from sync.views.posted import back, done


@needs("sync.retry_tasks")
@require_POST
def retry_task(request: PortalRequest, pk: int) -> HttpResponse:
    """A task of a step the person may not run stays as it is, with 403."""
    task = get_object_or_404(SyncTask, pk=pk)
    page = reverse("sync:task", args=[pk])
    if task.step not in steps_to_retry(request.user):
        raise PermissionDenied
    if not may_retry(request.user, task):
        messages.info(request, "Nothing to retry: this task is not stopped.")
        return back(request, page)
    return done(request, on_demand.retry_tasks([task], request.user).message, page)


@needs("sync.retry_tasks")
@require_POST
def retry_cause(request: PortalRequest) -> HttpResponse:
    """Only the steps the person may run are retried."""
    stopped = SyncTask.objects.filter(
        state=SyncTask.State.NEEDS_ATTENTION,
        cause=request.POST.get("cause", ""),
        cause_key=request.POST.get("cause_key", ""),
        step__in=steps_to_retry(request.user),
    )
    clicked = on_demand.retry_tasks(list(stopped.order_by("id")), request.user)
    return done(request, clicked.message, reverse("sync:attention"))
