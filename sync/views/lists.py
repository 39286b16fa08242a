"""The lists of documents: filtered, sorted, paged, with a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import InvalidPage, Page
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_tables2.paginators import LazyPaginator
from django_tables2.rows import BoundRows

from sync.filters.search_box import MOST_MATCHES
from sync.tables.documents import DocumentTable
from sync.views.as_of import as_of_list
from sync.views.counts import CAP, capped
from sync.views.kinds import DocumentKind
from sync.views.live import list_fetches, table_for, watcher
from sync.views.narrowing import (
    export_addresses,
    filters_in,
    has_empty_parts,
    narrowed,
    short_address,
)
from sync.views.people import PortalRequest
from sync.views.strips import shown_to, strips_of
from sync.views.tabs import tabs_for
from sync.views.totals import totals_of

PER_PAGE, PAGE_SIZES = 25, (25, 50, 100)  # rows
FAR = 1_000  # rows before the page


@dataclass(frozen=True, slots=True)
class FarRows:
    """A table's rows. Those of a far page are found by key first: the index alone tells which they
    are, where skipping whole rows would read ten thousand."""

    rows: BoundRows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, part: slice) -> Any:
        if part.start < FAR:
            return self.rows[part]
        documents = self.rows.data.data
        keys = list(documents.values_list("pk", flat=True)[part])
        return BoundRows(documents.filter(pk__in=keys), self.rows.table)


class BoundedPaginator(LazyPaginator):  # type: ignore[misc]  # untyped package
    """Never counts rows, nor skips more than a database can do at once: the last page ends with as
    many rows as are counted. A page beyond it is the last one."""

    has_more = False  # rows behind the last page

    def __init__(self, object_list: Any, per_page: Any, **options: Any) -> None:
        super().__init__(FarRows(object_list), per_page, **options)

    def validate_number(self, number: Any) -> int:
        page: int = super().validate_number(number)
        return min(page, self.last)

    def page(self, number: Any) -> Page[Any]:
        page: Page[Any] = super().page(number)
        self.has_more = self.num_pages > self.last
        self._num_pages = min(self.num_pages, self.last)
        return page

    @property
    def last(self) -> int:
        return CAP // int(self.per_page)


@require_safe
def document_list(request: PortalRequest, kind: DocumentKind) -> HttpResponse:
    if has_empty_parts(request):
        return HttpResponseRedirect(short_address(request))
    listed = narrowed(kind, request.GET)
    table = table_for(kind, request.user, listed.documents)
    _arrange(table, request, listed.sorts)
    shown = [row.record for row in table.paginated_rows]
    table.show(shown, kind.newest_tasks(shown))
    fetches, clicks = list_fetches(kind), shown_to(request.user)
    filters, count = filters_in(request.GET), capped(listed.documents)
    context = {
        "section": kind.name,
        "kind": kind.name,
        "title": kind.title,
        "many": kind.many,
        "noun": kind.noun(count.number),
        "hint": kind.hint,
        "table": table,
        "page_sizes": PAGE_SIZES,
        "filter": listed.filterset,
        "is_filtered": bool(filters),
        "is_unsorted": listed.is_unsorted,
        "most_sorted": MOST_MATCHES,
        "count": count,
        "tabs": tabs_for(kind, request.user, filters),
        "totals": totals_of(kind, listed.documents, count),
        "exports": export_addresses(kind, request.GET) if count else {},
        "fetches": fetches,
        "strips": strips_of(request.user, clicks),
        "as_of": as_of_list(kind, shown, request.GET),
        "watcher": watcher(kind, table.tasks.values(), fetches, clicks),
        "may_sync": request.user.has_perm(kind.permission),
        "may_resend": table.may_resend,
    }
    return render(request, "sync/document_list.html", context)


def _arrange(table: DocumentTable, request: HttpRequest, sorts: list[str]) -> None:
    """Sort and page as requested; page sizes that are not offered are ignored."""
    table.request = request
    if sorts:
        table.order_by = sorts
    size = next((one for one in PAGE_SIZES if str(one) == request.GET.get("per_page")), PER_PAGE)
    page = request.GET.get("page", "1")
    try:
        table.paginate(paginator_class=BoundedPaginator, per_page=size, page=page)
    except InvalidPage:
        table.page = table.paginator.page(1)
