"""An order's own lines of SAP's documents, read once for all who ask within an attempt."""

from __future__ import annotations

from django.db.models import Prefetch, prefetch_related_objects

from sync.models import BillingDocumentLine, OutboundDeliveryLine, SalesOrder


def delivery_lines_of(order: SalesOrder) -> list[OutboundDeliveryLine]:
    """The order's own, each with its delivery."""
    with_delivery = OutboundDeliveryLine.objects.select_related("delivery")
    prefetch_related_objects([order], Prefetch("delivery_lines", with_delivery))
    return list(order.delivery_lines.all())


def billing_lines_of(order: SalesOrder) -> list[BillingDocumentLine]:
    """The order's own, each with its document."""
    with_document = BillingDocumentLine.objects.select_related("billing_document")
    prefetch_related_objects([order], Prefetch("billing_lines", with_document))
    return list(order.billing_lines.all())
