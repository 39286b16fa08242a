"""The lists of documents: filtered, sorted, paged, with a fixed number of queries."""

from __future__ import annotations

from typing import Any

from django.core.paginator import EmptyPage, InvalidPage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_tables2.paginators import LazyPaginator

from sync.tables.documents import DocumentTable
from sync.views.counts import capped
from sync.views.kinds import DocumentKind
from sync.views.live import list_fetches, table_for, watcher
from sync.views.people import PortalRequest
from sync.views.strips import strips_of

PER_PAGE, PAGE_SIZES = 25, (25, 50, 100)  # rows


class BoundedPaginator(LazyPaginator):  # type: ignore[misc]  # untyped package
    """Never counts rows, nor skips more than a database can do at once (stack.md section 9)."""

    LAST = 1000

    def validate_number(self, number: Any) -> int:
        """Raises ``EmptyPage`` beyond the last page offered."""
        page: int = super().validate_number(number)
        if page > self.LAST:
            raise EmptyPage("Narrow the list with a filter instead.")
        return page


@require_safe
def document_list(request: PortalRequest, kind: DocumentKind) -> HttpResponse:
    filterset = kind.filterset(request.GET, queryset=kind.documents())
    documents = filterset.qs
    table = table_for(kind, request.user, documents)
    _arrange(table, request)
    table.tasks = kind.newest_tasks([row.record for row in table.paginated_rows])
    fetches, strips = list_fetches(kind), strips_of(request.user)
    context = {
        "section": kind.name,
        "kind": kind.name,
        "title": kind.title,
        "hint": kind.hint,
        "table": table,
        "page_sizes": PAGE_SIZES,
        "filter": filterset,
        "is_filtered": _is_filtered(request),
        "count": capped(documents),
        "fetches": fetches,
        "strips": strips,
        "watcher": watcher(kind, table.tasks.values(), fetches, strips),
        "may_sync": request.user.has_perm(kind.permission),
        "may_resend": table.may_resend,
    }
    return render(request, "sync/document_list.html", context)


def _arrange(table: DocumentTable, request: HttpRequest) -> None:
    """Sort and page as requested; sort columns and page sizes that are not offered are ignored."""
    table.request = request
    offered = set(table.columns.names())
    if wanted := [one for one in request.GET.getlist("sort") if one.lstrip("-") in offered]:
        table.order_by = wanted
    size = next((one for one in PAGE_SIZES if str(one) == request.GET.get("per_page")), PER_PAGE)
    page = request.GET.get("page", "1")
    try:
        table.paginate(paginator_class=BoundedPaginator, per_page=size, page=page)
    except InvalidPage:
        table.page = table.paginator.page(1)


def _is_filtered(request: HttpRequest) -> bool:
    return any(
        value for name, value in request.GET.items() if name not in {"sort", "page", "per_page"}
    )
