"""What changes on a page by itself: moving rows, fetches for a whole list, a document's tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views import View
from django_htmx.http import trigger_client_event

from sync.models import SyncTask
from sync.tables.documents import DocumentTable
from sync.tables.live import is_live, row_token
from sync.views.kinds import KINDS, DocumentKind
from sync.views.people import reader

MOST_ROWS = 200
_UNCHANGED = 204


def table_for(kind: DocumentKind, request: HttpRequest, data: Any) -> DocumentTable:
    """The kind's table as this reader may see it."""
    user = reader(request)
    return kind.table(
        data,
        may_sync=user.has_perm(kind.permission),
        may_resend=user.has_perm("sync.resend_invoices"),
    )


def list_fetches(kind: DocumentKind) -> list[SyncTask]:
    """Fetches for the whole list that are under way or have just ended."""
    newest = SyncTask.objects.filter(step=kind.pull, sales_order__isnull=True)
    return [task for task in newest.select_related("shop", "asked_by")[:20] if is_live(task)]


def fingerprint(tasks: Iterable[SyncTask]) -> str:
    """Tasks and their states in one word, to notice a change."""
    return ".".join(f"{task.pk}{task.state[0]}{task.attempts}" for task in tasks)


def watcher(
    kind: DocumentKind, shown: Iterable[SyncTask | None], fetches: Sequence[SyncTask]
) -> str:
    """The address a list asks every two seconds; empty when nothing on it moves."""
    if not fetches and not any(is_live(task) for task in shown):
        return ""
    query = urlencode({"fetches": fingerprint(fetches)})
    return f"{reverse('sync:live_rows', args=[kind.name])}?{query}"


class LiveRows(View):
    """Draws the rows of a list again whose task has moved since the page last looked."""

    def get(self, request: HttpRequest, kind_name: str) -> HttpResponse:
        """204 while nothing has changed; the list as a whole when one of its fetches has."""
        kind = _kind(kind_name)
        fetches = list_fetches(kind)
        if fingerprint(fetches) != request.GET.get("fetches", ""):
            return trigger_client_event(HttpResponse(status=_UNCHANGED), "list-changed")
        seen = _seen(request.GET.getlist("live")[:MOST_ROWS])
        documents = list(kind.documents().filter(pk__in=seen))
        tasks = kind.newest_tasks(documents)
        changed = [one for one in documents if row_token(one.pk, tasks.get(one.pk)) != seen[one.pk]]
        if not changed and watcher(kind, tasks.values(), fetches):
            return HttpResponse(status=_UNCHANGED)
        return _rows(request, kind, changed, tasks, fetches)


def _kind(name: str) -> DocumentKind:
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def _seen(tokens: Iterable[str]) -> dict[int, str]:
    """The row each token belongs to; what is no token is ignored."""
    numbered = ((token.split(":", 1)[0], token) for token in tokens)
    return {int(pk): token for pk, token in numbered if pk.isdecimal() and len(pk) < 19}


def _rows(
    request: HttpRequest,
    kind: DocumentKind,
    documents: Sequence[Any],
    tasks: dict[int, SyncTask],
    fetches: Sequence[SyncTask],
) -> HttpResponse:
    table = table_for(kind, request, documents)
    table.tasks = tasks
    context = {
        "table": table,
        "watcher": watcher(kind, tasks.values(), fetches),
    }
    return render(request, "sync/live_rows.html", context)


def clicked_row(request: HttpRequest, kind: DocumentKind, pk: int) -> HttpResponse:
    """The row a person has just clicked in, with the page's watcher switched on."""
    documents = list(kind.documents().filter(pk=pk))
    table = table_for(kind, request, documents)
    table.tasks = kind.newest_tasks(documents)
    context = {
        "table": table,
        "watcher": watcher(kind, table.tasks.values(), list_fetches(kind)),
    }
    response = render(request, "sync/clicked_row.html", context)
    return trigger_client_event(response, "ledger-changed")


class LiveDocument(View):
    """Tells a document's page to draw itself again once its tasks have moved."""

    def get(self, request: HttpRequest, kind_name: str, pk: int) -> HttpResponse:
        """204 either way; the event says that something changed."""
        kind = _kind(kind_name)
        document = get_object_or_404(kind.documents(), pk=pk)
        response = HttpResponse(status=_UNCHANGED)
        if document_fingerprint(kind, document) != request.GET.get("seen", ""):
            trigger_client_event(response, "page-changed")
        return response


def document_fingerprint(kind: DocumentKind, document: Any) -> str:
    """The newest tasks of a document in one word."""
    return fingerprint(kind.tasks_of(document).defer("facts")[:30])


def document_watcher(kind: DocumentKind, document: Any, tasks: Iterable[SyncTask]) -> str:
    """The address a document's page asks every two seconds; empty when nothing moves."""
    if not any(is_live(task) for task in tasks):
        return ""
    query = urlencode({"seen": document_fingerprint(kind, document)})
    return f"{reverse('sync:live_document', args=[kind.name, document.pk])}?{query}"
