"""What the pages of single documents share: timeline, buttons and automatic refresh."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from sync.models import SalesOrder, SyncTask
from sync.models.order_holds import holds_on
from sync.tables.documents import orders_of
from sync.tables.live import fingerprint, is_live
from sync.templatetags.polling import is_at_its_pace
from sync.views.kinds import DocumentKind
from sync.views.people import PortalRequest
from sync.views.timeline import MOST_TASKS, retryable, timeline


def shared_context(kind: DocumentKind, document: Any, user: User) -> dict[str, Any]:
    tasks = timeline(kind.tasks_of(document))
    return {
        "section": kind.name,
        "tasks": tasks,
        "retryable": retryable(tasks, user),
        "watcher": _watcher(kind, document, tasks),
        "is_moving": any(is_live(task) for task in tasks),
        "shown_at": timezone.now(),
        "holds": holds_on([document] if isinstance(document, SalesOrder) else orders_of(document)),
        "may_sync": user.has_perm(kind.permission),
    }


def _watcher(kind: DocumentKind, document: Any, tasks: Sequence[SyncTask]) -> str:
    """The address a document's page polls: calmly while no task is moving."""
    query = urlencode({"seen": fingerprint(tasks)})
    return f"{reverse(f'sync:{kind.name}_live_one', args=[document.pk])}?{query}"


@require_safe
def live_document(request: PortalRequest, kind: DocumentKind, pk: int) -> HttpResponse:
    """Triggers a refresh of the page once its tasks have moved, or it is to poll at another pace;
    204 either way. Leads to the list when the document is gone."""
    document = kind.light().filter(pk=pk).first()
    if document is None:
        if not request.htmx:
            raise Http404
        messages.info(request, gettext("This document was deleted in SAP and is not listed now."))
        return HttpResponseClientRedirect(reverse(f"sync:{kind.name}"))
    response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    newest = kind.tasks_of(document).only("state", "attempts")[:MOST_TASKS]
    has_moved = fingerprint(newest) != request.GET.get("seen", "")
    if has_moved or not is_at_its_pace(request):
        trigger_client_event(response, "page-changed")
    return response
