"""Who is signed in, and what they may do."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxDetails

from sync.models import SyncTask
from sync.roles import steps_to_retry

Page = Callable[..., HttpResponseBase]


class PortalRequest(HttpRequest):
    """The request every view gets: LoginRequiredMiddleware lets only signed-in people through."""

    user: User
    htmx: HtmxDetails


def needs(permission: str) -> Callable[[Page], Page]:
    """View decorator: 403 for people without the permission."""
    return permission_required(permission, raise_exception=True)


def may_retry(user: User, task: SyncTask) -> bool:
    return task.state == SyncTask.State.NEEDS_ATTENTION and task.step in steps_to_retry(user)
