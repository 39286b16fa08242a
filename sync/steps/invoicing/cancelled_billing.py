"""A billing document that was cancelled in SAP after the shop had invoiced it.

What becomes of the shop's invoice: SAP bills anew, and the successor takes it over; or somebody
makes the credit memo in the shop, which ends it; or a person marks it done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import QuerySet

from sync.errors import RecordsDisagree
from sync.mirrors.billed_anew import successor_of
from sync.mirrors.progress import refresh_stages
from sync.mirrors.shop import store_order
from sync.models import BillingDocument, BillingDocumentLine, Invoice, SalesOrder
from sync.steps.settling import wait_for_shop
from sync.steps.step_run import StepRun

CAUSE = "sap:billing-cancelled"
Category = BillingDocument.Category


def not_valid(run: StepRun, order: SalesOrder, document: BillingDocument) -> str:
    """A cancelled document is not invoiced; if the shop has invoiced it already, a person acts
    unless it is credited there, or SAP has billed the same anew."""
    invoice = _invoices_of(order, document).first()
    if invoice is None:
        return f"{document} is not a valid invoice (any more): nothing to do in the shop."
    wait_for_shop(order)
    order = store_order(run.shop, run.magento().get_order(order.entity_id))
    refresh_stages([order.pk])
    if is_credited(order, document):
        return f"{document} was cancelled in SAP, and invoice {invoice} credited in the shop."
    if successor := successor_of(order, document):
        return (
            f"{document} was cancelled in SAP and billed anew as {successor}: invoice {invoice} "
            "is dealt with there."
        )
    raise RecordsDisagree(
        f"Billing document {document} was cancelled in SAP, but the shop has invoiced it (invoice "
        f"{invoice}). If SAP bills the same amounts anew, the new document takes the invoice over "
        "by itself. Otherwise make the credit memo in the shop, and this closes by itself.",
        system="sap",
        reference=order.increment_id,
        cause_key=CAUSE,
    )


def is_dealt_with(order: SalesOrder, document: BillingDocument) -> bool:
    """Whether nothing is left to do about a cancelled document, by the mirrors."""
    return (
        not _invoices_of(order, document).exists()
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
            for one in cancelled_and_invoiced(order)
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


def cancelled_and_invoiced(order: SalesOrder) -> list[BillingDocument]:
    """The order's cancelled invoices of SAP for which the shop has an invoice."""
    cancelled = BillingDocument.objects.filter(
        lines__sales_order=order, category=Category.INVOICE, is_cancelled=True
    ).distinct()
    return [one for one in cancelled if _invoices_of(order, one).exists()]


def _invoices_of(order: SalesOrder, document: BillingDocument) -> QuerySet[Invoice]:
    return Invoice.objects.standing_for(document).filter(sales_order=order)


def _quantities(*groups: Iterable[BillingDocumentLine]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(Decimal)
    for lines in groups:
        for line in lines:
            found[line.sap_item_number] += line.billed_quantity
    return found
