"""Every page, filter, sort, kind of search and live poll of the portal, as addresses.

Derived from the portal itself: a new page, filter or sort is here without being listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.urls import URLPattern, get_resolver, reverse

from sync.models import (
    BillingDocument,
    Invoice,
    OutboundDelivery,
    SalesOrder,
    Shipment,
    SyncTask,
)
from sync.tables.live import fingerprint, row_token
from sync.views.kinds import KINDS, DocumentKind
from sync.views.live import list_fetches

NOBODY = "zzqxj"  # a name, e-mail or number nobody has


@dataclass(frozen=True, slots=True)
class Sample:
    """Documents that pages are asked for, and what a person would type to find them."""

    order: SalesOrder
    delivery: OutboundDelivery | None
    billing_document: BillingDocument | None
    shipment: Shipment | None
    invoice: Invoice | None
    task: SyncTask | None

    @property
    def keys(self) -> dict[str, int]:
        """By the first part of an address."""
        found = {
            "orders": self.order,
            "deliveries": self.delivery,
            "invoices": self.billing_document,
            "billing_documents": self.billing_document,
            "tasks": self.task,
        }
        return {room: one.pk for room, one in found.items() if one is not None}

    @property
    def searches(self) -> dict[str, str]:
        """Each kind of search: few hits, many hits, none."""
        order, delivery, document = self.order, self.delivery, self.billing_document
        line = order.lines.first()
        kinds = {
            "order number": order.increment_id,
            "short number": f"#{order.increment_id[-3:].lstrip('0') or '7'}",
            "first digits": order.increment_id[:-4],
            "first digit": order.increment_id[:1],
            "unknown number": "9876543219",
            "SAP order": order.sap_sales_order_number,
            "SAP order without zeros": order.sap_sales_order_number.lstrip("0"),
            "e-mail": order.customer_email,
            "first letters of an e-mail": f"{order.customer_email.split('@')[0]}@",
            "unknown e-mail": f"{NOBODY}@",
            "name": order.customer_name,
            "part of a name": order.customer_name[-5:],
            "name, last word first": " ".join(order.customer_name.split()[::-1]),
            "name with letters beyond English": "Jörg",
            "unknown name": NOBODY,
            "SKU": line.sku if line else "",
            "number the shop carries": order.ext_order_id,
            "two letters": "zq",
            "delivery": str(delivery or ""),
            "parcel": str((delivery and delivery.tracks.first()) or ""),
            "billing document": str(document or ""),
            "shipment": str(self.shipment or ""),
            "invoice": str(self.invoice or ""),
        }
        return {kind: typed for kind, typed in kinds.items() if typed}


def newest_sample() -> Sample:
    """The newest order that came all the way, with its documents."""
    order = SalesOrder.objects.filter(stage=SalesOrder.Stage.COMPLETE).defer("payload").first()
    assert order is not None, "there is no complete order"
    delivery_line = order.delivery_lines.select_related("delivery").first()
    billing_line = order.billing_lines.select_related("billing_document").first()
    return Sample(
        order,
        delivery_line.delivery if delivery_line else None,
        billing_line.billing_document if billing_line else None,
        order.shipments.first(),
        order.invoices.first(),
        order.tasks.order_by("-id").first(),
    )


def addresses(sample: Sample, *, pairs: bool = False) -> dict[str, str]:
    """By what they show; with ``pairs`` every filter also under every sort."""
    found = dict(_pages(sample))
    for name, typed in sample.searches.items():
        found[f"search: {name}"] = f"{reverse('sync:search')}?{urlencode({'q': typed})}"
    for kind in KINDS:
        found |= {f"{kind.name}: {name}": url for name, url in _list(kind, sample, pairs)}
        found[f"live {kind.name}: 100 rows, none moved"] = _live(kind, moved=0)
        found[f"live {kind.name}: 100 rows, 1 moved"] = _live(kind, moved=1)
    return found


def _pages(sample: Sample) -> Iterator[tuple[str, str]]:
    """Pages that answer to GET; a document's page where the sample has one."""
    _, portal = get_resolver().namespace_dict["sync"]
    for one in portal.url_patterns:
        assert isinstance(one, URLPattern)
        parts = str(one.pattern).removeprefix("live/").split("/")
        converters = set(one.pattern.converters)
        room = parts[0]
        if converters - {"pk"} or (converters and room not in sample.keys):
            continue
        given = {"pk": sample.keys[room]} if converters else {}
        yield f"page: {one.name}", reverse(f"sync:{one.name}", kwargs=given)


def filters_of(kind: DocumentKind, sample: Sample) -> dict[str, dict[str, str]]:
    """Each filter with each of its values, as they stand in an address."""
    found: dict[str, dict[str, str]] = {}
    for name, one in kind.filterset({}, queryset=kind.documents()).filters.items():
        if name == "q":
            found |= {f"q: {what}": {"q": typed} for what, typed in sample.searches.items()}
            continue
        found |= {f"{name}={value}": {name: value} for value in _values(one, sample)}
    return found


def _values(one: Any, sample: Sample) -> list[str]:
    if isinstance(one, django_filters.ModelChoiceFilter):
        return [str(sample.order.shop_id)]
    if isinstance(one, django_filters.ChoiceFilter):
        return [str(value) for value, _label in one.field.choices if value]
    if isinstance(one, django_filters.BooleanFilter):
        return ["on"]
    if isinstance(one, django_filters.DateFilter):
        return [f"{sample.order.placed_at:%Y-%m-%d}", "2001-01-01", "2099-01-01"]
    raise AssertionError(f"say here which values {type(one).__name__} may have")


def sorts_of(kind: DocumentKind) -> Sequence[str]:
    columns = [name for name, column in kind.table.base_columns.items() if column.orderable]
    return [*columns, *(f"-{name}" for name in columns)]


def _list(kind: DocumentKind, sample: Sample, pairs: bool) -> Iterator[tuple[str, str]]:
    filters = filters_of(kind, sample)
    looks: dict[str, dict[str, str]] = {"all": {}} | filters
    looks |= {f"sort={sort}": {"sort": sort} for sort in sorts_of(kind)}
    looks |= {f"page={page}": {"page": page} for page in ("2", "999", "1000", "1001", "x")}
    looks |= {f"per_page={size}": {"per_page": size} for size in ("50", "100")}
    looks["the last page of 100 rows"] = {"per_page": "100", "page": "1000"}
    if pairs:
        looks |= {
            f"{name}, sort={sort}": narrowed | {"sort": sort}
            for name, narrowed in filters.items()
            for sort in sorts_of(kind)
        }
    for name, query in looks.items():
        yield name, f"{reverse(f'sync:{kind.name}')}?{urlencode(query)}"


def _live(kind: DocumentKind, moved: int) -> str:
    """The poll of a list of 100 rows, of which so many have changed since they were drawn."""
    documents = list(kind.documents()[:100])
    tasks = kind.newest_tasks(documents)
    tokens = [row_token(one.pk, tasks.get(one.pk)) for one in documents]
    tokens[:moved] = [f"{token}:before" for token in tokens[:moved]]
    query = urlencode(
        [("fetches", fingerprint(list_fetches(kind))), *(("live", one) for one in tokens)]
    )
    return f"{reverse(f'sync:{kind.name}_live')}?{query}"
