"""One search box for every number: whatever is typed leads to its order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sync.filters.billing_documents import billing_documents_numbered
from sync.filters.deliveries import deliveries_numbered
from sync.filters.sales_orders import orders_found
from sync.filters.search_box import Matches
from sync.models import BillingDocument, OutboundDelivery, SalesOrder
from sync.views.people import PortalRequest

MOST_HITS = 50  # of each kind; the lists show all


@dataclass(frozen=True, slots=True)
class Found:
    """The newest hits of one kind, and how many there are; ``is_cut`` where even more match."""

    shown: list[Any]
    count: int
    is_cut: bool

    def __iter__(self) -> Iterator[Any]:
        return iter(self.shown)

    def __bool__(self) -> bool:
        return bool(self.shown)

    @property
    def has_more(self) -> bool:
        return self.count > len(self.shown)


@dataclass(frozen=True, slots=True)
class Hits:
    orders: Found
    deliveries: Found
    billing_documents: Found

    @property
    def is_empty(self) -> bool:
        return not (self.orders or self.deliveries or self.billing_documents)

    @property
    def only_order(self) -> SalesOrder | None:
        """The order everything found belongs to, if there is exactly one."""
        orders = {order.pk: order for order in self.orders}
        documents: list[Any] = [*self.deliveries, *self.billing_documents]
        for document in documents:
            for line in document.lines.all():
                if line.sales_order is not None:
                    orders[line.sales_order.pk] = line.sales_order
        return next(iter(orders.values())) if len(orders) == 1 else None


NOBODY = Found([], 0, False)


@require_safe
def search_page(request: PortalRequest) -> HttpResponse:
    """Searches orders, SAP orders, deliveries, billing documents, invoices, parcels, e-mail and
    names. A single order is opened at once; several hits are listed."""
    text = request.GET.get("q", "").strip()[:100]
    hits = find(text) if text else Hits(NOBODY, NOBODY, NOBODY)
    if (order := hits.only_order) is not None:
        return HttpResponseRedirect(order.get_absolute_url())
    return render(request, "sync/search.html", {"q": text, "hits": hits})


def find(text: str) -> Hits:
    """A fixed number of queries."""
    return Hits(
        _found(SalesOrder.objects.defer("payload"), orders_found(text)),
        _with_orders(OutboundDelivery, deliveries_numbered(text)),
        _with_orders(BillingDocument, billing_documents_numbered(text)),
    )


def _with_orders(model: type[OutboundDelivery | BillingDocument], matches: Matches) -> Found:
    orders = Prefetch("lines__sales_order", SalesOrder.objects.only("increment_id"))
    return _found(model._default_manager.prefetch_related(orders), matches)


def _found(documents: QuerySet[Any], matches: Matches) -> Found:
    shown = list(documents.filter(pk__in=matches.keys)[:MOST_HITS])
    return Found(shown, len(matches.keys), matches.is_cut)
