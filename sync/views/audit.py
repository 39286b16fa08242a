"""Who did what, when and why; as a page and as a file."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from auditlog.models import LogEntry
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_safe

from sync.filters.audit import WHAT, AuditFilter
from sync.tables.exports import Cell
from sync.tables.files import csv_lines
from sync.views.audit_words import clicked
from sync.views.people import PortalRequest, needs

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator

PER_PAGE = 50
MOST = 50_000  # rows of a file
COLUMNS = [
    gettext_lazy("When"), gettext_lazy("Who"), gettext_lazy("Did"), gettext_lazy("About"),
    gettext_lazy("Values"), gettext_lazy("Reason"), gettext_lazy("Request"),
]  # fmt: skip
_DID = {int(action): word for action, word in WHAT}


def told(entry: LogEntry) -> dict[str, Any]:
    """An entry in words; a click's values are what its form was sent with."""
    given = dict(entry.additional_data or {})
    did = given.pop("did", None)
    reason = given.pop("reason", "")
    values = [f"{name}: {value}" for name, value in given.items()]
    values += [_changed(entry, name, change) for name, change in (entry.changes or {}).items()]
    return {
        "at": entry.timestamp,
        "who": entry.actor.get_username()
        if entry.actor
        else entry.actor_email or gettext("a command"),
        "did": str(_DID[entry.action]) if did is None else clicked(did),
        "about": entry.object_repr
        if did is not None
        else f"{entry.content_type.name}: {entry.object_repr}",
        "values": values,
        "reason": reason,
        "request": entry.cid or "",
    }


def _changed(entry: LogEntry, name: str, change: Any) -> str:
    model = entry.content_type.model_class()
    with suppress(FieldDoesNotExist, AttributeError):
        name = str(model._meta.get_field(name).verbose_name)
    if isinstance(change, dict):  # people's groups, groups' rights
        return f"{name} {change['operation']}: {', '.join(change['objects'])}"
    before, after = ("" if value == "None" else value for value in change)
    return f"{name}: {before} → {after}" if before else f"{name}: {after}"


@needs("auditlog.view_logentry")
@require_safe
def audit_page(request: PortalRequest) -> HttpResponse:
    narrowed = _narrowed(request)
    page = _Pages(narrowed.qs, PER_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "section": "audit",
        "filter": narrowed,
        "page": page,
        "entries": [told(entry) for entry in page.object_list],
        "query": kept.urlencode(),
    }
    return render(request, "sync/audit.html", context)


@needs("auditlog.view_logentry")
@require_safe
def audit_export(request: PortalRequest) -> HttpResponseBase:
    rows = (_row(entry) for entry in _narrowed(request).qs[:MOST].iterator(chunk_size=500))
    lines = csv_lines([str(one) for one in COLUMNS], rows, timezone.get_current_timezone())
    headers = {"Content-Disposition": f'attachment; filename="audit-{timezone.localdate()}.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _narrowed(request: PortalRequest) -> AuditFilter:
    entries = LogEntry.objects.select_related("actor", "content_type").order_by("-timestamp", "-pk")
    return AuditFilter(request.GET, queryset=entries)


def _row(entry: LogEntry) -> list[Cell]:
    one = told(entry)
    values = "; ".join(one["values"])
    return [
        one["at"], one["who"], one["did"], one["about"], values, one["reason"], one["request"],
    ]  # fmt: skip


class _Pages(_Paginator):
    """Counts no more than people page through."""

    MOST_PAGES = 200

    @property
    def count(self) -> int:
        most = self.per_page * self.MOST_PAGES
        keys: Any = self.object_list
        return len(keys.values_list("pk", flat=True)[:most])
