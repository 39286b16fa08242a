"""Which billing documents bill the same items of an order as one that was cancelled."""

from __future__ import annotations

from django.db.models import QuerySet

from sync.models import BillingDocument, BillingDocumentLine, Invoice, SalesOrder

BilledItem = tuple[str, int, int]


def formers_of(order: SalesOrder, document: BillingDocument) -> list[BillingDocument]:
    """The cancelled documents that billed items of the order which this one bills again."""
    before = _invoices(order, is_cancelled=True).filter(
        billing_document_number__lt=document.billing_document_number
    )
    items = _billed_items(order, document)
    ordered = before.order_by("-billing_document_number")
    return [one for one in ordered if items & _billed_items(order, one)]


def successor_of(order: SalesOrder, document: BillingDocument) -> BillingDocument | None:
    """The valid document that bills the same items as a cancelled one, or some of them. One that
    the shop has invoiced for itself is another part of the order, not what was billed anew."""
    after = _invoices(order, is_cancelled=False).filter(
        billing_document_number__gt=document.billing_document_number
    )
    items = _billed_items(order, document)
    for one in after.order_by("billing_document_number"):
        invoiced = Invoice.objects.standing_for(one).filter(sales_order=order)
        if items & _billed_items(order, one) and not invoiced.exists():
            return one
    return None


def _invoices(order: SalesOrder, *, is_cancelled: bool) -> QuerySet[BillingDocument]:
    return BillingDocument.objects.filter(
        lines__sales_order=order,
        category=BillingDocument.Category.INVOICE,
        is_cancelled=is_cancelled,
    ).distinct()


def _billed_items(order: SalesOrder, document: BillingDocument) -> set[BilledItem]:
    """What a document bills of an order: the delivery's item, and the order's."""
    lines = BillingDocumentLine.objects.filter(sales_order=order, billing_document=document)
    columns = ("reference_document", "reference_item", "sap_item_number")
    return set(lines.values_list(*columns))
