"""What belongs to an order, as its page has read it once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync.models import BillingDocument, Decision, Invoice, OutboundDelivery, SalesOrder, Shipment


@dataclass(frozen=True, slots=True)
class Papers:
    deliveries: Sequence[OutboundDelivery] = ()
    shipments: Sequence[Shipment] = ()
    billing_documents: Sequence[BillingDocument] = ()
    invoices: Sequence[Invoice] = ()
    decisions: Sequence[Decision] = ()


def papers_of(order: SalesOrder) -> Papers:
    """A query for each kind, however many there are."""
    invoices = order.invoices.select_related("billing_document").prefetch_related("mails__asked_by")
    shipments = order.shipments.prefetch_related("tracks").select_related("delivery")
    return Papers(
        _deliveries(order),
        list(shipments),
        _billing_documents(order),
        list(invoices),
        list(order.decisions.all()),
    )


def _deliveries(order: SalesOrder) -> list[OutboundDelivery]:
    keys = order.delivery_lines.order_by().values("delivery")
    found = OutboundDelivery.objects.filter(pk__in=keys).prefetch_related("tracks", "lines")
    return list(found.order_by("created_date", "id"))


def _billing_documents(order: SalesOrder) -> list[BillingDocument]:
    keys = order.billing_lines.order_by().values("billing_document")
    return list(BillingDocument.objects.filter(pk__in=keys).order_by("billing_date", "id"))
