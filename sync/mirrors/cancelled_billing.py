"""Tells what became of billing documents cancelled in SAP after the shop had invoiced them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from sync.mirrors.billed_anew import billing_documents, invoices_of, successor_of
from sync.models import BillingDocument, BillingDocumentLine, SalesOrder


def is_dealt_with(order: SalesOrder, document: BillingDocument) -> bool:
    return (
        not invoices_of(order, document).exists()
        or is_credited(order, document)
        or successor_of(order, document) is not None
    )


def is_credited(order: SalesOrder, document: BillingDocument) -> bool:
    """Whether the shop has refunded every piece it had invoiced for the cancelled document.

    Pieces that SAP credited itself, or that belong to documents cancelled earlier, do not count.
    """
    lines = BillingDocumentLine.objects.filter(sales_order=order)
    own = _quantities(lines.filter(billing_document=document))
    credited = lines.filter(
        billing_document__category=BillingDocument.Category.CREDIT_MEMO,
        billing_document__is_cancelled=False,
    )
    before = lines.filter(billing_document__in=_cancelled_before(order, document))
    spoken_for = _quantities(credited, before)
    known = order.lines.filter(sap_item_number__isnull=False)
    refunded = dict(known.values_list("sap_item_number", "qty_refunded"))
    counted = {item: quantity for item, quantity in own.items() if item in refunded and quantity}
    return bool(counted) and all(
        refunded[item] >= quantity + spoken_for[item] for item, quantity in counted.items()
    )


def _cancelled_before(order: SalesOrder, document: BillingDocument) -> list[BillingDocument]:
    before = billing_documents(order, is_cancelled=True).filter(
        billing_document_number__lt=document.billing_document_number
    )
    return [one for one in before if invoices_of(order, one).exists()]


def _quantities(*groups: Iterable[BillingDocumentLine]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(Decimal)
    for lines in groups:
        for line in lines:
            found[line.sap_item_number] += line.billed_quantity
    return found
