"""Who is looking, and what they may do."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from sync.models import Step, SyncTask

Page = Callable[..., HttpResponse]


class PortalRequest(HttpRequest):
    """What a view is given: LoginRequiredMiddleware lets nobody through who is not signed in."""

    user: User
    htmx: HtmxDetails


def needs(permission: str) -> Callable[[Page], Page]:
    """A view's decorator: 403 for those who lack the permission."""
    return permission_required(permission, raise_exception=True)


def reader(request: HttpRequest) -> User:
    """The signed-in person; every page but the login demands one."""
    assert isinstance(request.user, User), "LoginRequiredMiddleware lets nobody else through"
    return request.user


def steps_to_retry(user: User) -> list[Step]:
    """The steps whose stopped work this person may put back to work."""
    if not user.has_perm("sync.retry_tasks"):
        return []
    return [step for step in Step if user.has_perm(step.facts.permission)]


def may_retry(user: User, task: SyncTask) -> bool:
    """Whether this person may put this stopped task back to work."""
    return task.state == SyncTask.State.NEEDS_ATTENTION and task.step in steps_to_retry(user)
