"""Which billing documents bill the same items of an order as one that was cancelled."""

from __future__ import annotations

from django.db.models import QuerySet

from sync.models import BillingDocument, BillingDocumentLine, Decision, Invoice, SalesOrder

BilledItem = tuple[str, int, int]


def billing_documents(order: SalesOrder, *, is_cancelled: bool) -> QuerySet[BillingDocument]:
    """SAP's invoices of an order, by number: those that are valid, or those that are cancelled."""
    found = BillingDocument.objects.filter(
        lines__sales_order=order,
        category=BillingDocument.Category.INVOICE,
        is_cancelled=is_cancelled,
    )
    return found.distinct().order_by("billing_document_number")


def invoices_of(order: SalesOrder, document: BillingDocument) -> QuerySet[Invoice]:
    """The shop's invoices that stand for the order's part of a document."""
    return Invoice.objects.standing_for(document).filter(sales_order=order)


def decided(order: SalesOrder, document: BillingDocument) -> Decision | None:
    """What a person said of the shop's invoice for an order's part of a document."""
    kind = Decision.Kind.INVOICE_LINKED
    return Decision.objects.newest(kind, sales_order=order, billing_document=document)


def formers_of(order: SalesOrder, document: BillingDocument) -> list[BillingDocument]:
    """The cancelled documents that billed items of the order which this one bills again, the
    newest first."""
    before = billing_documents(order, is_cancelled=True).filter(
        billing_document_number__lt=document.billing_document_number
    )
    items = _billed_items(order, document)
    return [one for one in before.reverse() if items & _billed_items(order, one)]


def successor_of(order: SalesOrder, document: BillingDocument) -> BillingDocument | None:
    """The valid document that bills the same items as a cancelled one, or some of them. One that
    the shop has invoiced for itself is another part of the order, not what was billed anew."""
    after = billing_documents(order, is_cancelled=False).filter(
        billing_document_number__gt=document.billing_document_number
    )
    items = _billed_items(order, document)
    for one in after:
        if items & _billed_items(order, one) and not invoices_of(order, one).exists():
            return one
    return None


def _billed_items(order: SalesOrder, document: BillingDocument) -> set[BilledItem]:
    """What a document bills of an order: the delivery's item, and the order's."""
    lines = BillingDocumentLine.objects.filter(sales_order=order, billing_document=document)
    columns = ("reference_document", "reference_item", "sap_item_number")
    return set(lines.values_list(*columns))
