"""One task: why it exists, its state, each attempt and each remote call."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from sync.mirrors.link_choices import choices
from sync.models import SyncTask
from sync.roles import steps_to_retry
from sync.views import captures
from sync.views.captures import awaits_capture_decision
from sync.views.causes import remedy_for
from sync.views.marked_done import reopenable
from sync.views.people import PortalRequest, may_retry
from sync.views.takings import takings_of
from sync.views.timeline import decisions_on, timeline


@require_safe
def task_page(request: PortalRequest, pk: int) -> HttpResponse:
    get_object_or_404(SyncTask, pk=pk)
    task = timeline(SyncTask.objects.filter(pk=pk))[0]
    stopped = task.state == SyncTask.State.NEEDS_ATTENTION
    user, remedy = request.user, remedy_for(task) if stopped else None
    context = {
        "task": task,
        "choices": choices(task.sales_order) if stopped and task.sales_order else [],
        "remedy": remedy,
        "link_url": remedy.link_for(user) if remedy else "",
        "may_capture_again": awaits_capture_decision(task) and user.has_perm(captures.PERMISSION),
        "retryable": {task.pk} if may_retry(user, task) else set(),
        "may_reopen": reopenable(steps_to_retry(user), task),
        "takings": takings_of(user, [task]),
        "decisions": decisions_on(task),
    }
    return render(request, "sync/task.html", context)
