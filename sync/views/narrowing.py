"""Which documents a list's address asks for: by filters, by one sort, on one short address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from sync.filters.search_box import keys_of
from sync.views.kinds import DocumentKind

NOT_FILTERS = frozenset({"sort", "page", "per_page"})


@dataclass(frozen=True, slots=True)
class Narrowed:
    columns: dict[str, Any]  # of the table
    filterset: Any
    documents: QuerySet[Any]
    sorts: list[str]
    wanted_sorts: list[str]

    @property
    def ordered(self) -> QuerySet[Any]:
        """The documents as the list shows them."""
        if not self.sorts:
            return self.documents
        wanted = self.sorts[0]
        by = self.columns[wanted.removeprefix("-")].order_by
        return self.documents.order_by(*(by.opposite if wanted.startswith("-") else by))

    @property
    def is_unsorted(self) -> bool:
        """Whether the sort that was asked for has no index here."""
        return bool(self.wanted_sorts) and not self.sorts


def narrowed(kind: DocumentKind, given: QueryDict) -> Narrowed:
    filterset = kind.filterset(given, queryset=kind.rows())
    documents, wanted = filterset.qs, _wanted_sorts(kind, given)
    columns = kind.table.base_columns
    if not (wanted and filterset.has_range):
        return Narrowed(columns, filterset, documents, wanted, wanted)
    few = keys_of(documents.order_by())
    if few.is_cut:
        return Narrowed(columns, filterset, documents, [], wanted)
    return Narrowed(columns, filterset, kind.rows().filter(pk__in=few.keys), wanted, wanted)


def _wanted_sorts(kind: DocumentKind, given: QueryDict) -> list[str]:
    """Those that are offered; an index has one sort."""
    offered = {name for name, one in kind.table.base_columns.items() if one.orderable}
    wanted = [one for one in given.getlist("sort") if one.removeprefix("-") in offered]
    return wanted[:1]


def filters_in(given: QueryDict) -> dict[str, str]:
    return {name: str(value) for name, value in given.items() if value and name not in NOT_FILTERS}


def short_address(request: HttpRequest) -> str:
    """The address without what is empty; a form sends every field it has."""
    kept = request.GET.copy()
    for name, values in list(kept.lists()):
        if any(values):
            kept.setlist(name, [value for value in values if value])
        else:
            del kept[name]
    query = kept.urlencode()
    return f"{request.path}?{query}" if query else request.path


def has_empty_parts(request: HttpRequest) -> bool:
    return any(not value for values in dict(request.GET.lists()).values() for value in values)


def export_addresses(kind: DocumentKind, given: QueryDict) -> dict[str, str]:
    """The address of each form, for what the list shows now."""
    kept = given.copy()
    for name in ("page", "per_page"):
        kept.pop(name, None)
    query = f"?{kept.urlencode()}" if kept else ""
    return {
        form.upper(): f"{reverse(f'sync:{kind.name}_{form}')}{query}" for form in ("csv", "xlsx")
    }
