"""“I take this”: colleagues see who is at what stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from sync.jobs import taken as takings
from sync.models import SyncTask, Taken
from sync.roles import steps_to_retry
from sync.views.people import PortalRequest, needs
from sync.views.posted import redirect_back, redirect_with

PERMISSION = "sync.retry_tasks"


@dataclass(frozen=True, slots=True)
class Takings:
    """Who has taken which of the tasks and causes that a page shows, and what its reader may."""

    user: User
    steps: frozenset[str]
    of_task: dict[int, Taken] = field(default_factory=dict)
    of_cause: dict[tuple[str, str], Taken] = field(default_factory=dict)


def takings_of(user: User, tasks: Iterable[SyncTask]) -> Takings:
    """For the tags of ``templatetags.taken``; one query, whatever is shown."""
    wanted = Q(task__isnull=True) | Q(task__in=[task.pk for task in tasks])
    found = Takings(user, frozenset(steps_to_retry(user)))
    for one in Taken.objects.filter(wanted).select_related("taken_by"):
        if one.task_id is not None:
            found.of_task[one.task_id] = one
        else:
            found.of_cause[one.cause, one.cause_key] = one
    return found


@needs(PERMISSION)
@require_POST
def take_task(request: PortalRequest, pk: int) -> HttpResponse:
    task = _task(request, pk)
    if task.state != SyncTask.State.NEEDS_ATTENTION:
        messages.info(request, "This has not stopped any more.")
        return redirect_back(request, reverse("sync:task", args=[pk]))
    return _take(request, reverse("sync:task", args=[pk]), task=task)


@needs(PERMISSION)
@require_POST
def let_go_task(request: PortalRequest, pk: int) -> HttpResponse:
    return _let_go(request, reverse("sync:task", args=[pk]), task=_task(request, pk))


@needs(PERMISSION)
@require_POST
def take_cause(request: PortalRequest) -> HttpResponse:
    return _of_cause(request, _take)


@needs(PERMISSION)
@require_POST
def let_go_cause(request: PortalRequest) -> HttpResponse:
    return _of_cause(request, _let_go)


def _task(request: PortalRequest, pk: int) -> SyncTask:
    """404 for an unknown task, 403 for one of another team."""
    task = get_object_or_404(SyncTask, pk=pk)
    if task.step not in steps_to_retry(request.user):
        raise PermissionDenied
    return task


def _of_cause(request: PortalRequest, act: Callable[..., HttpResponse]) -> HttpResponse:
    """A cause of which the person may retry something that is stopped."""
    cause = {name: request.POST.get(name, "") for name in ("cause", "cause_key")}
    stopped = SyncTask.objects.filter(**cause, state=SyncTask.State.NEEDS_ATTENTION)
    page = reverse("sync:attention")
    if not stopped.filter(step__in=steps_to_retry(request.user)).exists():
        messages.info(request, "Nothing you could act on is stopped for this any more.")
        return redirect_back(request, page)
    return act(request, page, **cause)


def _take(request: PortalRequest, page: str, **what: Any) -> HttpResponse:
    has_it = request.POST.get("instead_of", "")
    instead_of = int(has_it) if has_it.isdecimal() and len(has_it) < 19 else None
    taken = takings.take(request.user, instead_of=instead_of, **what)
    if taken.taken_by != request.user:
        messages.info(request, f"{taken.taken_by} has taken this already.")
        return redirect_back(request, page)
    return redirect_with(request, "You have taken this: colleagues see your name beside it.", page)


def _let_go(request: PortalRequest, page: str, **what: Any) -> HttpResponse:
    if takings.let_go(request.user, **what):
        return redirect_with(request, "You have let this go: anybody may take it.", page)
    messages.info(request, "You have not taken this.")
    return redirect_back(request, page)
