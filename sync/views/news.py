"""What has come since a page was shown: "as of 10:42 · 3 new", and the rows that have moved."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sync.models import SyncTask
from sync.tables.live import is_live
from sync.views.as_of import line_of_list, line_of_page, stopped
from sync.views.counts import Count, capped
from sync.views.kinds import ORDERS, DocumentKind
from sync.views.live import MOST_ROWS, list_fetches, table_for, watcher
from sync.views.people import PortalRequest
from sync.views.strips import shown_to

MOST_NEW = 99
SEEN = ("after", "shown", "rows", "at")


@require_safe
def list_news(request: PortalRequest, kind: DocumentKind) -> HttpResponse:
    """The line, when it says something else than the page does, and the shown rows that have moved;
    204 when neither."""
    asked = request.GET.copy()
    after, shown, rows, at = (asked.pop(name, [""])[-1] for name in SEEN)
    new = _new_in_list(kind, _number(after), asked)
    moved, tasks = _moved(kind, rows, at)
    if not moved and str(new or "") == shown:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    moment = timezone.now() if moved else _moment(at)
    line = line_of_list(kind, moment, {"after": after, "rows": rows}, asked, new)
    documents = list(kind.rows().filter(pk__in=moved)) if moved else []
    table = table_for(kind, request.user, documents)
    table.show(documents, tasks)
    context = {"as_of": line, "table": table, "watcher": ""}
    if any(is_live(task) for task in tasks.values()):
        fetches, clicks = list_fetches(kind), shown_to(request.user)
        context["watcher"] = watcher(kind, tasks.values(), fetches, clicks)
    return render(request, "sync/news.html", context)


@require_safe
def page_news(request: PortalRequest) -> HttpResponse:
    """The line of a page that shows several things; 204 when it would say the same."""
    page, after = request.GET.get("of", ""), _number(request.GET.get("after", ""))
    if page == "attention":
        new = Count(max(0, stopped().number - after)) or None
    else:
        page, new = "home", _new_in_list(ORDERS, after, QueryDict())
    if str(new or "") == request.GET.get("shown", ""):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    asks = {"of": page, "after": after}
    line = line_of_page(page, _moment(request.GET.get("at", "")), asks, new)
    return render(request, "sync/partials/as_of.html", {"as_of": line})


def _new_in_list(kind: DocumentKind, after: int, asked: QueryDict) -> Count | None:
    """The newest are found by key first; the filters choose among these few."""
    documents = kind.documents().model._default_manager
    newest = documents.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
    keys = list(newest[: MOST_NEW + 1])
    if not keys:
        return None
    among = documents.filter(pk__in=keys)
    return capped(kind.filterset(asked, queryset=among).qs, MOST_NEW) or None


def _moved(kind: DocumentKind, rows: str, at: str) -> tuple[list[int], dict[int, SyncTask]]:
    """The rows of which a task was asked for, begun or ended since, and their tasks."""
    keys = [int(one) for one in rows.split(".") if one.isdecimal() and len(one) < 19][:MOST_ROWS]
    documents, since = list(kind.light().filter(pk__in=keys)), _moment(at)
    tasks = kind.newest_tasks(documents)
    moved = {pk: task for pk, task in tasks.items() if _has_moved(task, since)}
    return list(moved), moved


def _has_moved(task: SyncTask, since: datetime) -> bool:
    moments = (task.asked_at, task.started_at, task.finished_at)
    return any(one is not None and one >= since for one in moments)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _moment(text: str) -> datetime:
    """Seconds since 1970; now where it is no moment."""
    seconds = _number(text)
    is_moment = 0 < seconds < timezone.now().timestamp()
    return datetime.fromtimestamp(seconds, UTC) if is_moment else timezone.now()
