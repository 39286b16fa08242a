"""Whether anything is left to do about a billing document that was cancelled in SAP."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import QuerySet

from sync.mirrors.billed_anew import successor_of
from sync.models import BillingDocument, BillingDocumentLine, Invoice, SalesOrder

Category = BillingDocument.Category


def is_dealt_with(order: SalesOrder, document: BillingDocument) -> bool:
    """Whether nothing is left to do about a cancelled document, by the mirrors."""
    return (
        not invoices_of(order, document).exists()
        or is_credited(order, document)
        or successor_of(order, document) is not None
    )


def is_credited(order: SalesOrder, document: BillingDocument) -> bool:
    """Whether the shop has given back all pieces of a cancelled document that it has invoiced.

    Pieces that SAP has credited itself, and those of documents cancelled before, do not count.
    """
    lines = BillingDocumentLine.objects.filter(sales_order=order)
    own = _quantities(lines.filter(billing_document=document))
    credited = lines.filter(
        billing_document__category=Category.CREDIT_MEMO, billing_document__is_cancelled=False
    )
    before = lines.filter(
        billing_document__in=[
            one
            for one in _cancelled_and_invoiced(order)
            if one.billing_document_number < document.billing_document_number
        ]
    )
    spoken_for = _quantities(credited, before)
    known = order.lines.filter(sap_item_number__isnull=False)
    refunded = dict(known.values_list("sap_item_number", "qty_refunded"))
    counted = {item: quantity for item, quantity in own.items() if item in refunded and quantity}
    return bool(counted) and all(
        refunded[item] >= quantity + spoken_for[item] for item, quantity in counted.items()
    )


def _cancelled_and_invoiced(order: SalesOrder) -> list[BillingDocument]:
    """The order's cancelled invoices of SAP for which the shop has an invoice."""
    cancelled = BillingDocument.objects.filter(
        lines__sales_order=order, category=Category.INVOICE, is_cancelled=True
    ).distinct()
    return [one for one in cancelled if invoices_of(order, one).exists()]


def invoices_of(order: SalesOrder, document: BillingDocument) -> QuerySet[Invoice]:
    """The order's invoices of the shop that stand for the document."""
    return Invoice.objects.standing_for(document).filter(sales_order=order)


def _quantities(*groups: Iterable[BillingDocumentLine]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(Decimal)
    for lines in groups:
        for line in lines:
            found[line.sap_item_number] += line.billed_quantity
    return found
