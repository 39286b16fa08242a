"""Puts stopped work back in the queue: one task, or all that stopped for one cause."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from sync.jobs import clicks, mass_clicks
from sync.jobs.repairs import give_way
from sync.models import Click, Step, SyncTask
from sync.roles import steps_to_retry
from sync.views.click_words import told_of
from sync.views.people import PortalRequest, may_retry, needs
from sync.views.posted import redirect_back, redirect_with

MOST_FETCHED = 1_000  # documents with one click


@needs("sync.retry_tasks")
@require_POST
def retry_task(request: PortalRequest, pk: int) -> HttpResponse:
    """403 for a step the person may not run."""
    task = get_object_or_404(SyncTask, pk=pk)
    page = reverse("sync:task", args=[pk])
    if task.step not in steps_to_retry(request.user):
        raise PermissionDenied
    if not may_retry(request.user, task):
        messages.info(request, gettext("Nothing to retry: this task is not stopped."))
        return redirect_back(request, page)
    return redirect_with(request, told_of(clicks.retry_tasks([task], request.user)), page)


@needs("sync.retry_tasks")
@require_POST
def retry_cause(request: PortalRequest) -> HttpResponse:
    """Retries, as they are, only steps the person may run."""
    cause = _cause_in(request)
    give_way(**cause)
    clicked = mass_clicks.retry_causes([cause], request.user)
    return redirect_with(request, told_of(clicked), reverse("sync:attention"))


@needs("sync.retry_tasks")
@require_POST
def fetch_cause(request: PortalRequest) -> HttpResponse:
    """Reads the documents of a cause again; what is open of them follows by itself."""
    told = []
    for step, (kind, column) in _FETCHED.items():
        if step not in steps_to_retry(request.user):
            continue
        stopped = SyncTask.objects.filter(
            **_cause_in(request), state=SyncTask.State.NEEDS_ATTENTION, step=step
        )
        keys = stopped.exclude(**{column: None}).order_by("id").values_list(column, flat=True)
        if documents := set(keys[:MOST_FETCHED]):
            told.append(told_of(mass_clicks.sync_many(kind, documents, request.user)))
    message = " ".join(told) or gettext(mass_clicks.NOTHING_TO_DO)
    return redirect_with(request, message, reverse("sync:attention"))


_FETCHED = {
    Step.PUSH_SHIPMENT: (Click.Kind.DELIVERIES, "delivery"),
    Step.PUSH_INVOICE: (Click.Kind.BILLING_DOCUMENTS, "billing_document"),
}


def _cause_in(request: PortalRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in ("cause", "cause_key")}
