"""Collects the documents of many orders at once, from the mirrors of both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Value

from sync.models import (
    BillingDocument,
    BillingDocumentLine,
    Decision,
    Invoice,
    OutboundDeliveryLine,
    SalesOrder,
    SapSalesOrderLine,
    Shipment,
    Step,
)
from sync.translate.sap_progress import DeliveryProgress, SapLine, SapProgress
from sync.translate.units import Counted, billed_with_base_quantity


@dataclass(slots=True)
class Documents:
    """An order's documents in shop and SAP, and its own lines of the deliveries."""

    deliveries: set[int] = field(default_factory=set)
    dispatched: set[int] = field(default_factory=set)
    shipped: set[int] = field(default_factory=set)
    in_sap: SapProgress = field(default_factory=SapProgress)
    delivery_lines: list[OutboundDeliveryLine] = field(default_factory=list)
    delivered_from: dict[tuple[str, int], Counted] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)  # of the SAP order's items
    ended_deliveries: set[int] = field(default_factory=set)  # a person has marked these done
    ended_billing: set[int] = field(default_factory=set)
    billing: set[int] = field(default_factory=set)  # valid invoices of SAP
    invoiced: set[int] = field(default_factory=set)  # those the shop has an invoice for


Found = defaultdict[int, Documents]
SHIPPED, ENDED = "shipped", "ended"

OF_SAP_LINE = (
    *("sap_item_number", "ordered_quantity", "unit", "billed_from"),
    *("is_rejected", "is_third_party"),
)
OF_BILLING_LINE = (
    *("sales_order", "billing_document", "reference_document", "reference_item"),
    *("sap_item_number", "billed_quantity", "unit"),
)


def documents_of(
    orders: Sequence[SalesOrder], decided: Sequence[SalesOrder] | None = None
) -> Found:
    """By the order's key, with as many queries for one order as for many. ``decided`` are the
    orders with decisions, where the caller knows them."""
    found: Found = defaultdict(Documents)
    _add_sap_lines(orders, found)
    _add_deliveries(orders, found)
    _add_billing(orders, found)
    of_decisions = orders if decided is None else decided
    has_deliveries = any(documents.deliveries for documents in found.values())
    _add_shipped_and_ended(orders if has_deliveries else [], of_decisions, found)
    return found


def _add_shipped_and_ended(
    delivered: Sequence[SalesOrder], decided: Sequence[SalesOrder], found: Found
) -> None:
    """The shop's shipments, and what a person has marked done, with one query for both."""
    if not (delivered or decided):
        return
    shipments = Shipment.objects.filter(sales_order__in=delivered).order_by()
    read = shipments.values_list(Value(SHIPPED), "sales_order", "delivery", "further_deliveries")
    if decided:
        marked = Decision.objects.marked_done(Step.PUSH_SHIPMENT, Step.PUSH_INVOICE)
        ended = marked.filter(sales_order__in=decided).order_by()
        columns = ("sales_order", "delivery", "billing_document")
        read = read.union(ended.values_list(Value(ENDED), *columns), all=True)
    of_billing = set()
    for what, order, first, second in read:
        documents = found[order or 0]
        if what == SHIPPED:
            documents.shipped |= {delivery for delivery in (first, second) if delivery}
            continue
        documents.ended_deliveries |= {first} if first else set()
        documents.ended_billing |= {second} if second else set()
        of_billing |= {order} if second else set()
    if of_billing:
        _add_invoices(of_billing, found)


def _add_invoices(orders: Collection[int], found: Found) -> None:
    """Read only for orders where a person has marked something done."""
    invoices = Invoice.objects.filter(sales_order__in=orders).order_by()
    for order, first, further in invoices.values_list(
        "sales_order", "billing_document", "further_documents"
    ):
        found[order].invoiced |= {document for document in (first, further) if document}


def documents_of_new(order: SalesOrder) -> Documents:
    """Of an order that this portal has just created: SAP has no document of it yet."""
    found = Documents()
    for line in order.sap_lines.all():
        _add_sap_line(found, [getattr(line, name) for name in OF_SAP_LINE])
    return found


def _add_sap_lines(orders: Sequence[SalesOrder], found: Found) -> None:
    lines = SapSalesOrderLine.objects.filter(sales_order__in=orders)
    for order, *values in lines.values_list("sales_order", *OF_SAP_LINE):
        _add_sap_line(found[order], values)


def _add_sap_line(documents: Documents, values: Sequence[Any]) -> None:
    line = SapLine(*values)
    documents.in_sap.lines.append(line)
    documents.units[line.item_number] = line.unit


def _add_deliveries(orders: Sequence[SalesOrder], found: Found) -> None:
    lines = OutboundDeliveryLine.objects.filter(sales_order__in=orders)
    for line in lines.select_related("delivery"):
        documents, delivery = found[line.sales_order_id or 0], line.delivery
        documents.deliveries.add(delivery.pk)
        documents.delivery_lines.append(line)
        documents.delivered_from[delivery.delivery_number, line.item_number] = counted(line)
        if delivery.is_goods_issued:
            documents.dispatched.add(delivery.pk)
        documents.in_sap.deliveries[delivery.delivery_number] = DeliveryProgress(
            delivery.delivery_number, delivery.goods_movement_status, delivery.billing_status
        )
        place, quantity = _as_ordered(documents, line.sap_item_number, counted(line))
        documents.in_sap.delivered[place] += quantity


def _add_billing(orders: Sequence[SalesOrder], found: Found) -> None:
    lines = BillingDocumentLine.objects.filter(
        sales_order__in=orders,
        billing_document__category=BillingDocument.Category.INVOICE,
        billing_document__is_cancelled=False,
    )
    read = lines.order_by().values_list(*OF_BILLING_LINE)
    for order, document, number, item, sap_item, billed_quantity, unit in read:
        documents = found[order or 0]
        source = documents.delivered_from.get((number, item))
        documents.billing.add(document)
        billed = billed_with_base_quantity(billed_quantity, unit, source)
        place, quantity = _as_ordered(documents, sap_item, billed)
        documents.in_sap.billed[place] += quantity


def counted(line: OutboundDeliveryLine) -> Counted:
    """In the line's own unit and in the base unit."""
    return Counted(line.delivered_quantity, line.unit, line.base_quantity, line.base_unit)


def _as_ordered(documents: Documents, item: int, line: Counted) -> tuple[tuple[int, str], Decimal]:
    """Item and unit, and the quantity converted into the ordered unit where that is possible."""
    unit = documents.units.get(item, "")
    quantity = line.in_unit(unit)
    if quantity is None:
        return (item, line.unit), line.quantity
    return (item, unit or line.unit), quantity
