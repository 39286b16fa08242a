"""How far an order has come, worked out from the mirrors of both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from sync.models import (
    BillingDocument,
    BillingDocumentLine,
    Invoice,
    OutboundDeliveryLine,
    SalesOrder,
    Shipment,
)
from sync.steps.intake import payments_of, reason_not_taken

Stage = SalesOrder.Stage
PARCELS_ARE_AWAITED = timedelta(days=30)


@dataclass(slots=True)
class Documents:
    """The keys of an order's SAP documents, and which of them the shop has."""

    deliveries: set[int] = field(default_factory=set)
    dispatched: set[int] = field(default_factory=set)
    shipped: set[int] = field(default_factory=set)
    billed: set[int] = field(default_factory=set)
    invoiced: set[int] = field(default_factory=set)


def refresh_stages(keys: Iterable[int]) -> None:
    """Work out stage and reason of these orders again, and store what changed."""
    orders = list(
        SalesOrder.objects.filter(pk__in=list(keys))
        .select_related("shop")
        .prefetch_related("lines")
    )
    documents = _documents_of(orders)
    payments = {shop: payments_of(shop) for shop in {order.shop for order in orders}}
    now = timezone.now()
    for order in orders:
        reason = ""
        if not order.is_in_sap:
            reason = reason_not_taken(order, order.shop, payments[order.shop], now=now)
        stage = stage_of(order, reason, documents[order.pk])
        if (stage, reason) != (order.stage, order.not_taken_reason):
            SalesOrder.objects.filter(pk=order.pk).update(stage=stage, not_taken_reason=reason)


def stage_of(order: SalesOrder, reason: str, documents: Documents) -> Stage:
    """The stage an order with these documents has reached."""
    if order.state == "canceled":
        return Stage.CANCELED
    if not order.is_in_sap:
        return Stage.NOT_TAKEN if reason else Stage.TO_SYNC
    delivered = order.sap_delivery_status in {"", "C"}
    everything_shipped = delivered and documents.deliveries <= documents.shipped
    everything_invoiced = order.sap_billing_status == "C" and documents.billed <= documents.invoiced
    if order.state in {"complete", "closed"} and everything_shipped and everything_invoiced:
        return Stage.COMPLETE
    if documents.deliveries and everything_shipped:
        return Stage.SHIPPED
    if documents.dispatched:
        return Stage.DISPATCHED
    return Stage.PICKING if documents.deliveries else Stage.IN_SAP


def open_orders() -> QuerySet[SalesOrder]:
    """Orders in SAP from which more is to come.

    A complete order is one of them while its customer waits for the number of a parcel.
    """
    canceled, complete = Q(stage=Stage.CANCELED), Q(stage=Stage.COMPLETE)
    return SalesOrder.objects.filter(sap_read_at__isnull=False).exclude(
        canceled | complete & ~Exists(_shipments_without_notice())
    )


def _shipments_without_notice() -> QuerySet[Shipment]:
    """Shipments of ours that left lately, and whose parcel number SAP has not told yet."""
    lately = timezone.now().date() - PARCELS_ARE_AWAITED
    return Shipment.objects.filter(
        sales_order=OuterRef("pk"),
        is_customer_told=False,
        is_made_by_hand=False,
        delivery__tracks=None,
        delivery__goods_issue_date__gte=lately,
    )


def _documents_of(orders: list[SalesOrder]) -> dict[int, Documents]:
    found: dict[int, Documents] = defaultdict(Documents)
    delivered = OutboundDeliveryLine.objects.filter(sales_order__in=orders).values_list(
        "sales_order", "delivery", "delivery__goods_movement_status"
    )
    for order, delivery, goods_movement in delivered:
        found[_key(order)].deliveries.add(delivery)
        if goods_movement == "C":
            found[_key(order)].dispatched.add(delivery)
    billed = BillingDocumentLine.objects.filter(
        sales_order__in=orders,
        billing_document__category=BillingDocument.Category.INVOICE,
        billing_document__is_cancelled=False,
    ).values_list("sales_order", "billing_document")
    for order, document in billed:
        found[_key(order)].billed.add(document)
    shipments = Shipment.objects.filter(sales_order__in=orders, delivery__isnull=False)
    for order, delivery in shipments.values_list("sales_order", "delivery"):
        found[order].shipped.add(delivery or 0)
    invoices = Invoice.objects.filter(sales_order__in=orders, billing_document__isnull=False)
    for order, document in invoices.values_list("sales_order", "billing_document"):
        found[order].invoiced.add(document or 0)
    return found


def _key(order: int | None) -> int:
    return order or 0
