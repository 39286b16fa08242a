"""One task: why it exists, how it stands, each attempt and each remote call."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views import View

from sync.models import SyncTask
from sync.steps.link_choices import choices
from sync.views.causes import remedy_for
from sync.views.people import may_retry, reader
from sync.views.timeline import timeline


class TaskPage(View):
    """A task with its attempts; draws itself again while the task moves."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """404 for a task that never was."""
        get_object_or_404(SyncTask, pk=pk)
        task = timeline(SyncTask.objects.filter(pk=pk))[0]
        stopped = task.state == SyncTask.State.NEEDS_ATTENTION
        context = {
            "task": task,
            "choices": choices(task.sales_order) if stopped and task.sales_order else [],
            "remedy": remedy_for(task) if stopped else None,
            "retryable": {task.pk} if may_retry(reader(request), task) else set(),
        }
        return render(request, "sync/task.html", context)
