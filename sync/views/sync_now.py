"""Sync now, for one document, for the ticked ones, or for everything new."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from sync.jobs.clicks import Clicked
from sync.jobs.mass_clicks import MassClicked, sync_many
from sync.views.click_words import told_of
from sync.views.kinds import DocumentKind
from sync.views.live import clicked_row
from sync.views.narrowing import filters_in
from sync.views.people import PortalRequest
from sync.views.posted import redirect_back
from sync.views.selection import selection_of


def _click(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """403 for people who may not sync this kind of document, 405 unless it is a POST."""

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
    _tell(request, clicked)
    if (request.htmx.target or "").startswith(f"{kind.name}-"):
        return clicked_row(request, kind, document)
    return redirect_back(request, document.get_absolute_url())


def _tell(request: PortalRequest, clicked: Clicked | MassClicked) -> None:
    is_held = isinstance(clicked, Clicked) and clicked.hold is not None
    level = messages.WARNING if is_held else messages.SUCCESS
    messages.add_message(request, level, told_of(clicked))


@_click
def sync_selected(request: PortalRequest, kind: DocumentKind) -> HttpResponse:
    page, selection = reverse(f"sync:{kind.name}"), selection_of(request, kind)
    if selection.refusal:
        messages.warning(request, selection.refusal)
        return redirect_back(request, page)
    if selection.is_unconfirmed:
        return _confirm(request, kind, len(selection.keys))
    _tell(request, _asked_for(kind, selection.keys, request))
    return redirect_back(request, page)


def _confirm(request: PortalRequest, kind: DocumentKind, count: int) -> HttpResponse:
    """Asks again where meanwhile another number matches than was confirmed."""
    given = QueryDict(request.POST.get("matching", ""))
    context = {
        "section": kind.name,
        "kind": kind.name,
        "title": kind.title,
        "many": kind.many,
        "noun": kind.noun(count),
        "count": count,
        "is_filtered": bool(filters_in(given)),
        "matching": given.urlencode(),
        "next": request.POST.get("next", ""),
        "has_changed": bool(request.POST.get("confirmed")),
    }
    return render(request, "sync/sync_confirm.html", context)


def _asked_for(
    kind: DocumentKind, keys: list[int], request: PortalRequest
) -> Clicked | MassClicked:
    """The work of one is queued at once, that of many by a worker."""
    if len(keys) == 1:
        return kind.sync(kind.documents().filter(pk__in=keys), request.user)
    return sync_many(kind.click, keys, request.user)


@_click
def sync_all(request: PortalRequest, kind: DocumentKind) -> HttpResponse:
    _tell(request, kind.sync_all(request.user))
    return redirect_back(request, reverse(f"sync:{kind.name}"))
