"""How far an order has come, worked out from the mirrors of both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.utils import timezone

from sync.models import (
    BillingDocument,
    BillingDocumentLine,
    Invoice,
    OutboundDeliveryLine,
    SalesOrder,
    Shipment,
    Shop,
)
from sync.remotes import Policy
from sync.steps.intake import payments_of, reason_not_taken, reason_one_sided

Stage = SalesOrder.Stage
OPEN_STAGES = frozenset(Stage) - {Stage.COMPLETE, Stage.CANCELED}
SHARE_OF_AGE = 0.25  # of the time since an order was complete, until it is looked at again
Due = Literal["deliveries_due_at", "billing_due_at"]


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
        if order.is_in_sap:
            reason = reason_one_sided(order)
        else:
            reason = reason_not_taken(order, order.shop, payments[order.shop], now=now)
        stage = stage_of(order, reason, documents[order.pk])
        if (stage, reason) != (order.stage, order.not_taken_reason):
            values = {"stage": stage, "not_taken_reason": reason, **_arrival(order, stage, now)}
            SalesOrder.objects.filter(pk=order.pk).update(**values)


def refresh_replacements(shop: Shop) -> None:
    """Edited orders wait for what becomes of the orders they replace: look again."""
    edited = SalesOrder.objects.filter(shop=shop, stage=Stage.NOT_TAKEN)
    refresh_stages(edited.exclude(replaces_increment_id="").values_list("pk", flat=True))


def _arrival(order: SalesOrder, stage: Stage, now: datetime) -> dict[str, datetime]:
    """An order that has just become complete is looked at once more, and followed from then on:
    a parcel number may have come, or changed, while the last invoice was made."""
    if stage != Stage.COMPLETE or order.stage == Stage.COMPLETE:
        return {}
    return {"completed_at": now, "deliveries_due_at": now, "billing_due_at": now}


def stage_of(order: SalesOrder, reason: str, documents: Documents) -> Stage:
    """The stage an order with these documents has reached."""
    if order.is_in_sap and reason:
        return Stage.ONE_SIDED
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


def orders_to_read(due: Due) -> list[int]:
    """The keys of the orders SAP is asked about now, oldest first: all from which more is to come,
    and the complete ones whose time has come again."""
    in_sap = SalesOrder.objects.filter(sap_read_at__isnull=False)
    still_open = in_sap.filter(stage__in=OPEN_STAGES).values_list("pk", flat=True)
    followed = in_sap.filter(**{f"{due}__lte": timezone.now()}).values_list("pk", flat=True)
    return sorted({*still_open, *followed})


def note_read(orders: Iterable[SalesOrder], due: Due, policy: Policy) -> None:
    """Say when SAP is asked about these orders again, where they are complete: soon at first,
    for a parcel number that comes just after the invoice, then at the policy's interval."""
    now = timezone.now()
    for order in orders:
        seen = getattr(order, due)
        if seen is None or order.completed_at is None:
            continue
        age = now - order.completed_at
        again = now + min(policy.follow_every, age * SHARE_OF_AGE)
        # Only what was seen is moved: the order may have become complete while SAP answered.
        SalesOrder.objects.filter(pk=order.pk, **{due: seen}).update(
            **{due: again if age < policy.follow_for else None}
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
