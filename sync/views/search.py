"""One search box for every number: whatever is typed leads to its order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sync.filters.billing_documents import billing_documents_numbered
from sync.filters.deliveries import deliveries_numbered
from sync.filters.sales_orders import orders_meant
from sync.filters.search_box import Matches, keys_of
from sync.models import (
    BillingDocument,
    Invoice,
    OutboundDelivery,
    SalesOrder,
    Shipment,
    ShipmentTrack,
)
from sync.views.people import PortalRequest

MOST_HITS = 20


@dataclass(frozen=True, slots=True)
class Hits:
    orders: list[SalesOrder]
    deliveries: list[OutboundDelivery]
    billing_documents: list[BillingDocument]

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


@require_safe
def search_page(request: PortalRequest) -> HttpResponse:
    """Searches orders, SAP orders, deliveries, billing documents, invoices, parcels, e-mail and
    names. A single order is opened at once; several hits are listed."""
    text = request.GET.get("q", "").strip()[:100]
    hits = find(text) if text else Hits([], [], [])
    if (order := hits.only_order) is not None:
        return HttpResponseRedirect(order.get_absolute_url())
    return render(request, "sync/search.html", {"q": text, "hits": hits, "most": MOST_HITS})


def find(text: str) -> Hits:
    """At most twenty hits of each kind; a fixed number of queries."""
    return Hits(
        list(SalesOrder.objects.filter(pk__in=_orders(text).keys).defer("payload")[:MOST_HITS]),
        _with_orders(OutboundDelivery, deliveries_numbered(text)),
        _with_orders(BillingDocument, billing_documents_numbered(text)),
    )


def _orders(text: str) -> Matches:
    """Orders by their own numbers and names, or by their shop documents."""
    parcels = ShipmentTrack.objects.filter(track_number=text).order_by()
    found = keys_of(parcels, "shipment__sales_order")
    for papers in (Shipment, Invoice):
        numbered = papers._default_manager.filter(increment_id=text).order_by()
        found |= keys_of(numbered, "sales_order")
    return found | orders_meant(text)


def _with_orders(model: type[OutboundDelivery | BillingDocument], found: Matches) -> list[Any]:
    orders = Prefetch("lines__sales_order", SalesOrder.objects.defer("payload"))
    documents = model._default_manager.filter(pk__in=found.keys)
    return list(documents.prefetch_related(orders)[:MOST_HITS])
