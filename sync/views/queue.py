"""Queue, workers and schedules: whether the portal itself is healthy."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from sync.forms.schedules import ScheduleForm
from sync.jobs.bell import is_reachable
from sync.models import ProcessHeartbeat, StepSchedule, SyncTask
from sync.views.counts import capped
from sync.views.incidents import incidents
from sync.views.people import PortalRequest, needs
from sync.views.posted import redirect_back, redirect_with

RECENT = 20


@needs("sync.view_queue")
@require_safe
def queue_page(request: PortalRequest) -> HttpResponse:
    """Counts are capped, lists hold the newest few."""
    tasks = SyncTask.objects.select_related("shop", "asked_by", "sales_order").defer(
        "facts", "sales_order__payload"
    )
    waiting = SyncTask.objects.due(timezone.now())
    # Nearly all are closed: SQLite, asked for their states, would read and sort them all.
    finished = tasks.filter(finished_at__isnull=False)
    closed = finished.exclude(state__in=[SyncTask.State.WAITING, SyncTask.State.RUNNING])
    context = {
        "section": "queue",
        "processes": list(ProcessHeartbeat.objects.all()),
        "is_redis_reachable": is_reachable(),
        "backlog": capped(waiting),
        "later": capped(
            SyncTask.objects.filter(state=SyncTask.State.WAITING, not_before__gt=timezone.now())
        ),
        "oldest": waiting.order_by("not_before").first(),
        "running": tasks.filter(state=SyncTask.State.RUNNING)[:RECENT],
        "waiting": tasks.filter(state=SyncTask.State.WAITING)[:RECENT],
        "recent": closed[:RECENT],
        "attention": capped(SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION)),
        "incidents": incidents(),
        "schedules": [ScheduleForm(instance=one) for one in StepSchedule.objects.all()],
        "may_manage": request.user.has_perm("sync.manage_automation"),
    }
    return render(request, "sync/queue.html", context)


@needs("sync.manage_automation")
@require_POST
def save_schedule(request: PortalRequest, pk: int) -> HttpResponse:
    """An interval out of bounds is refused with a message and changes nothing."""
    schedule = get_object_or_404(StepSchedule, pk=pk)
    form = ScheduleForm(request.POST, instance=schedule)
    page = reverse("sync:queue")
    if form.is_valid():
        form.save()
        told = gettext("%(step)s is on.") if schedule.is_enabled else gettext("%(step)s is off.")
        return redirect_with(request, told % {"step": schedule.get_step_display()}, page)
    reasons = [str(error) for errors in form.errors.values() for error in errors]
    messages.error(request, " ".join(reasons))
    return redirect_back(request, page)
