"""One box for every number: whatever is typed leads to the order it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sync.filters.billing_documents import billing_document_numbered
from sync.filters.deliveries import delivery_numbered
from sync.filters.sales_orders import order_condition
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
    """What was found, by the kind of number that matched."""

    orders: list[SalesOrder]
    deliveries: list[OutboundDelivery]
    billing_documents: list[BillingDocument]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.orders or self.deliveries or self.billing_documents)

    @property
    def only_order(self) -> SalesOrder | None:
        """The one order everything found belongs to, if it is one."""
        orders = {order.pk: order for order in self.orders}
        documents: list[Any] = [*self.deliveries, *self.billing_documents]
        for document in documents:
            for line in document.lines.all():
                if line.sales_order is not None:
                    orders[line.sales_order.pk] = line.sales_order
        return next(iter(orders.values())) if len(orders) == 1 else None


@require_safe
def search_page(request: PortalRequest) -> HttpResponse:
    """Finds by order, SAP order, delivery, billing document, invoice, parcel, e-mail or name. A
    single order is opened at once; several hits are listed."""
    text = request.GET.get("q", "").strip()[:100]
    hits = find(text) if text else Hits([], [], [])
    if (order := hits.only_order) is not None:
        return HttpResponseRedirect(order.get_absolute_url())
    return render(request, "sync/search.html", {"q": text, "hits": hits, "most": MOST_HITS})


def find(text: str) -> Hits:
    """Everything ``text`` may mean, at most twenty of each kind; a fixed number of queries."""
    return Hits(
        list(SalesOrder.objects.filter(_orders(text)).defer("payload")[:MOST_HITS]),
        _with_orders(OutboundDelivery.objects.filter(delivery_numbered(text))),
        _with_orders(BillingDocument.objects.filter(billing_document_numbered(text))),
    )


def _orders(text: str) -> Q:
    """Orders by their own numbers and names, or by the shop's documents that belong to them."""
    parcels = ShipmentTrack.objects.filter(track_number=text).values("shipment__sales_order")
    shipments = Shipment.objects.filter(increment_id=text).values("sales_order")
    invoices = Invoice.objects.filter(increment_id=text).values("sales_order")
    found = Q(pk__in=parcels) | Q(pk__in=invoices) | Q(pk__in=shipments)
    own = order_condition(text)
    return found | own if own is not None else found


def _with_orders(documents: Any) -> list[Any]:
    return list(documents.prefetch_related("lines__sales_order")[:MOST_HITS])
