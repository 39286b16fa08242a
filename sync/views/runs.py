"""One click on many documents: how far it is, what it came to, and the way to cancel the rest."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sync.jobs.cancelling import cancel
from sync.jobs.run_results import tallies
from sync.models import Click, SyncTask
from sync.templatetags.polling import is_at_its_pace
from sync.views.causes import remedy_for
from sync.views.people import PortalRequest
from sync.views.posted import redirect_back, redirect_with
from sync.views.strips import may_cancel, shown_to, strip_of, strips_of

MOST_STOPPED = 50
CANCELLED = gettext_lazy(
    "Cancelled. What has not begun stays undone; what has begun is brought to its end."
)
TOO_LATE = gettext_lazy("Nothing was left to cancel.")


@require_safe
def live_runs(request: PortalRequest) -> HttpResponse:
    """204 where nothing has moved since the reader's page was drawn."""
    strips = strips_of(request.user, shown_to(request.user))
    if request.GET.get("seen") == strips.seen and is_at_its_pace(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "sync/partials/strips.html", {"strips": strips})


@require_safe
def run_page(request: PortalRequest, pk: int) -> HttpResponse:
    click = _run(pk)
    strip = strip_of(request.user, click, tallies([click])[click.pk])
    found = list(_stopped(click)[: MOST_STOPPED + 1])
    context = {
        "strip": strip,
        "stopped": [(task, remedy_for(task)) for task in found[:MOST_STOPPED]],
        "is_cut": len(found) > MOST_STOPPED,
        "most": MOST_STOPPED,
    }
    return render(request, "sync/run.html", context)


@require_POST
def cancel_run(request: PortalRequest, pk: int) -> HttpResponse:
    click = _run(pk)
    if not may_cancel(request.user, click):
        raise PermissionDenied
    page = reverse("sync:run", args=[pk])
    if cancel(click, request.user):
        return redirect_with(request, str(CANCELLED), page)
    messages.info(request, str(TOO_LATE))
    return redirect_back(request, page)


@require_POST
def read_result(request: PortalRequest, pk: int) -> HttpResponse:
    """Only its asker has read it by this; ``show`` leads on to the result's page."""
    unread = Click.objects.filter(pk=pk, asked_by=request.user, read_at=None)
    unread.filter(finished_at__isnull=False).update(read_at=timezone.now())
    page = reverse("sync:run", args=[pk])
    return HttpResponseRedirect(page) if "show" in request.POST else redirect_back(request, page)


def _run(pk: int) -> Click:
    clicks = Click.objects.select_related("asked_by", "cancelled_by")
    return get_object_or_404(clicks.defer("documents", "causes"), pk=pk)


def _stopped(click: Click) -> QuerySet[SyncTask]:
    stopped = SyncTask.objects.filter(click=click.pk, state=SyncTask.State.NEEDS_ATTENTION)
    about = stopped.select_related("sales_order", "shop").defer("facts", "sales_order__payload")
    return about.order_by("sales_order", "pk")
