"""Sync now, for one document, for those ticked, or for everything new."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from sync.views.kinds import DocumentKind
from sync.views.live import clicked_row
from sync.views.people import PortalRequest
from sync.views.posted import back, chosen_keys, done


def _click(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """403 for those who may not sync this kind of document, 405 for what is not posted."""

    @wraps(view)
    def checked(request: PortalRequest, kind: DocumentKind, **keys: Any) -> HttpResponse:
        if not request.user.has_perm(kind.permission):
            raise PermissionDenied
        return require_POST(view)(request, kind, **keys)

    return checked


@_click
def sync_one(request: PortalRequest, kind: DocumentKind, pk: int) -> HttpResponse:
    """The changed row for htmx, a redirect otherwise."""
    document = get_object_or_404(kind.documents(), pk=pk)
    clicked = kind.sync([document], request.user)
    if (request.htmx.target or "").startswith(f"{kind.name}-"):
        messages.success(request, clicked.message)
        return clicked_row(request, kind, document)
    return done(request, clicked.message, document.get_absolute_url())


@_click
def sync_selected(request: PortalRequest, kind: DocumentKind) -> HttpResponse:
    """Asks for a selection where there is none."""
    keys = chosen_keys(request)
    if not keys:
        messages.warning(request, "Select at least one row first.")
        return back(request, reverse(f"sync:{kind.name}"))
    clicked = kind.sync(kind.documents().filter(pk__in=keys), request.user)
    return done(request, clicked.message, reverse(f"sync:{kind.name}"))


@_click
def sync_all(request: PortalRequest, kind: DocumentKind) -> HttpResponse:
    """Asks for a fetch, and for all work that waits."""
    return done(request, kind.sync_all(request.user).message, reverse(f"sync:{kind.name}"))
