"""Finds billing documents that bill the same items of an order as a cancelled one."""

from __future__ import annotations

from django.db.models import QuerySet

from sync.mirrors.document_lines import billing_lines_of
from sync.models import BillingDocument, Decision, Invoice, SalesOrder

BilledItem = tuple[str, int, int]


def billing_documents(order: SalesOrder, *, is_cancelled: bool) -> QuerySet[BillingDocument]:
    """SAP's invoices by number, without credit memos: the valid or the cancelled ones."""
    found = BillingDocument.objects.filter(
        lines__sales_order=order,
        category=BillingDocument.Category.INVOICE,
        is_cancelled=is_cancelled,
    )
    return found.distinct().order_by("billing_document_number")


def invoices_of(order: SalesOrder, document: BillingDocument) -> QuerySet[Invoice]:
    return Invoice.objects.standing_for(document).filter(sales_order=order)


def decision_on_invoice(order: SalesOrder, document: BillingDocument) -> Decision | None:
    kind = Decision.Kind.INVOICE_LINKED
    return Decision.objects.newest(kind, sales_order=order, billing_document=document)


def documents_replaced_by(order: SalesOrder, document: BillingDocument) -> list[BillingDocument]:
    """The cancelled documents this one replaces, newest first."""
    items = _billed_items(order, document)
    before = {
        line.billing_document_id: line.billing_document
        for line in billing_lines_of(order)
        if line.billing_document.category == BillingDocument.Category.INVOICE
        and line.billing_document.is_cancelled
        and line.billing_document.billing_document_number < document.billing_document_number
    }
    newest_first = sorted(before.values(), key=lambda one: one.billing_document_number)[::-1]
    return [one for one in newest_first if items & _billed_items(order, one)]


def successor_of(order: SalesOrder, document: BillingDocument) -> BillingDocument | None:
    """The valid document that bills at least some items of the cancelled one again. A document the
    shop has invoiced for itself is another part of the order, not a replacement."""
    after = billing_documents(order, is_cancelled=False).filter(
        billing_document_number__gt=document.billing_document_number
    )
    items = _billed_items(order, document)
    for one in after:
        if items & _billed_items(order, one) and not invoices_of(order, one).exists():
            return one
    return None


def _billed_items(order: SalesOrder, document: BillingDocument) -> set[BilledItem]:
    return {
        (line.reference_document, line.reference_item, line.sap_item_number)
        for line in billing_lines_of(order)
        if line.billing_document_id == document.pk
    }
