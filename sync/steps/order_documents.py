"""The documents of many orders at once, as the mirrors of both sides know them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sync.models import (
    BillingDocument,
    BillingDocumentLine,
    OutboundDeliveryLine,
    SalesOrder,
    SapSalesOrderLine,
    Shipment,
)
from sync.translate.sap_progress import DeliveryProgress, SapLine, SapProgress


@dataclass(slots=True)
class Documents:
    """The keys of an order's deliveries and which of them the shop has shipped, and what its
    documents in SAP say."""

    deliveries: set[int] = field(default_factory=set)
    dispatched: set[int] = field(default_factory=set)
    shipped: set[int] = field(default_factory=set)
    in_sap: SapProgress = field(default_factory=SapProgress)


Found = defaultdict[int, Documents]


def documents_of(orders: Sequence[SalesOrder]) -> Found:
    """The documents by the order's key; as many queries for one order as for many."""
    found: Found = defaultdict(Documents)
    _add_sap_lines(orders, found)
    _add_deliveries(orders, found)
    _add_billing(orders, found)
    shipments = Shipment.objects.filter(sales_order__in=orders)
    for order, first, further in shipments.order_by().values_list(
        "sales_order", "delivery", "further_deliveries"
    ):
        found[order].shipped |= {delivery for delivery in (first, further) if delivery}
    return found


def _add_sap_lines(orders: Sequence[SalesOrder], found: Found) -> None:
    columns = ("sap_item_number", "ordered_quantity", "unit", "billed_from", "is_rejected")
    lines = SapSalesOrderLine.objects.filter(sales_order__in=orders)
    for order, *values in lines.values_list("sales_order", *columns):
        found[order].in_sap.lines.append(SapLine(*values))


def _add_deliveries(orders: Sequence[SalesOrder], found: Found) -> None:
    lines = OutboundDeliveryLine.objects.filter(sales_order__in=orders)
    for line in lines.select_related("delivery"):
        documents, delivery = found[line.sales_order_id or 0], line.delivery
        documents.deliveries.add(delivery.pk)
        if delivery.is_goods_issued:
            documents.dispatched.add(delivery.pk)
        documents.in_sap.deliveries[delivery.delivery_number] = DeliveryProgress(
            delivery.delivery_number, delivery.goods_movement_status, delivery.billing_status
        )
        documents.in_sap.delivered[line.sap_item_number, line.unit] += line.delivered_quantity


def _add_billing(orders: Sequence[SalesOrder], found: Found) -> None:
    lines = BillingDocumentLine.objects.filter(
        sales_order__in=orders,
        billing_document__category=BillingDocument.Category.INVOICE,
        billing_document__is_cancelled=False,
    )
    columns = ("sales_order", "sap_item_number", "unit", "billed_quantity")
    for order, item, unit, quantity in lines.values_list(*columns):
        found[order or 0].in_sap.billed[item, unit] += quantity
