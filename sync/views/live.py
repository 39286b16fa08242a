"""The parts of a list that change by themselves: rows with moving tasks, and full fetches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.models import User
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from sync.models import Click, SyncTask
from sync.tables.documents import DocumentTable
from sync.tables.live import fingerprint, is_live, row_token
from sync.templatetags.polling import is_at_its_pace, note_click
from sync.views.kinds import DocumentKind
from sync.views.people import PortalRequest
from sync.views.strips import shown_to, tokens

MOST_ROWS = 200


def table_for(kind: DocumentKind, user: User, data: Any) -> DocumentTable:
    return kind.table(
        data,
        may_sync=user.has_perm(kind.permission),
        may_resend=user.has_perm("sync.resend_invoices"),
    )


def list_fetches(kind: DocumentKind) -> list[SyncTask]:
    """Full fetches for this list that are running or have just ended."""
    newest = SyncTask.objects.filter(step=kind.pull, sales_order__isnull=True).defer("facts")
    return [task for task in newest.select_related("shop", "asked_by")[:20] if is_live(task)]


def watcher(
    kind: DocumentKind,
    shown: Iterable[SyncTask | None],
    fetches: Sequence[SyncTask],
    clicks: Sequence[Click],
) -> str:
    """The address a list polls; empty when nothing on it moves."""
    return _address(kind, shown, fingerprint(fetches), tokens(clicks))


def _address(
    kind: DocumentKind, shown: Iterable[SyncTask | None], fetches: str, clicks: str
) -> str:
    if not (fetches or clicks or any(is_live(task) for task in shown)):
        return ""
    query = urlencode({"fetches": fetches} | ({"clicks": clicks} if clicks else {}))
    return f"{reverse(f'sync:{kind.name}_live')}?{query}"


@require_safe
def live_rows(request: PortalRequest, kind: DocumentKind) -> HttpResponse:
    """The rows whose task has moved since the last poll; 204 when none has. When a full fetch or a
    click on many has moved, the page reloads the whole list."""
    fetches = list_fetches(kind)
    clicks = shown_to(request.user) if "clicks" in request.GET else []
    shown = (request.GET.get("fetches", ""), request.GET.get("clicks", ""))
    if (fingerprint(fetches), tokens(clicks)) != shown:
        return trigger_client_event(HttpResponse(status=HTTPStatus.NO_CONTENT), "list-changed")
    seen = _seen([one for one in request.GET.getlist("live") if one][:MOST_ROWS])
    documents = list(kind.light().filter(pk__in=seen))
    tasks = kind.newest_tasks(documents)
    moved = [one.pk for one in documents if row_token(one.pk, tasks.get(one.pk)) != seen[one.pk]]
    changed = list(kind.rows().filter(pk__in=moved)) if moved else []
    asks = watcher(kind, tasks.values(), fetches, clicks)
    if not changed and asks and is_at_its_pace(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    table = table_for(kind, request.user, changed)
    table.show(changed, tasks)
    return render(request, "sync/live_rows.html", {"table": table, "watcher": asks})


def _seen(tokens: Iterable[str]) -> dict[int, str]:
    """The token last shown for each row; malformed tokens are ignored."""
    numbered = ((token.split(":", 1)[0], token) for token in tokens)
    return {int(pk): token for pk, token in numbered if pk.isdecimal() and len(pk) < 19}


def clicked_row(request: PortalRequest, kind: DocumentKind, document: Any) -> HttpResponse:
    """The clicked row, with polling switched on. What the list shows of fetches and clicks it says
    itself; the next poll looks whether that still holds."""
    table = table_for(kind, request.user, [document])
    table.show([document], kind.newest_tasks([document]))
    seen = QueryDict(urlsplit(request.POST.get("watched", "")).query)
    shown = (seen.get("fetches", ""), seen.get("clicks", ""))
    asks = _address(kind, table.tasks.values(), *shown)
    response = render(request, "sync/clicked_row.html", {"table": table, "watcher": asks})
    note_click(request, response)
    return trigger_client_event(response, "ledger-changed")
