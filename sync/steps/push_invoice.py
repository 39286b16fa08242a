"""A billing document becomes the shop's invoice, mailed to the customer: one each.

The marker stored in the same call ("SAP billing document 0090001234") is looked up by order before
any repetition. Nothing is ever captured: what was paid in the shop was paid there.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone

from sync.errors import OutcomeUnknown, RecordsDisagree
from sync.magento.records import (
    InvoiceRequest,
    MagentoInvoice,
    MagentoOrder,
    UnreadableRecord,
)
from sync.models import BillingDocument, Invoice, InvoiceMail, SalesOrder
from sync.steps import unreadable
from sync.steps.found_finished import wait_for_a_click
from sync.steps.progress import refresh_stages
from sync.steps.sap_quantities import (
    billed_quantities,
    refuse_disagreements,
    refuse_other_quantities,
)
from sync.steps.settling import wait_for_shop, writing_to_shop
from sync.steps.shop_mirrors import store_invoice, store_order
from sync.steps.step_run import StepRun
from sync.translate.open_quantities import OpenQuantities, invoiceable_quantities

MARKER = "SAP billing document"


def push_invoice(run: StepRun) -> str:
    """Make, or find, the invoice of an order's part of a billing document."""
    order, document = run.sales_order, run.billing_document
    if not document.is_invoice:
        return _not_valid(order, document)
    wait_for_shop(order)
    web_order = run.magento().get_order(order.entity_id)
    order = store_order(run.shop, web_order)
    found = _found(run, order)
    outcome = _link(run, order, web_order, found) if found else _create(run, order, web_order)
    refresh_stages([order.pk])
    return outcome


def _not_valid(order: SalesOrder, document: BillingDocument) -> str:
    """A cancelled document is not invoiced; if the shop has invoiced it already, a person acts."""
    invoice = Invoice.objects.filter(sales_order=order, billing_document=document).first()
    if invoice is None:
        return f"{document} is not a valid invoice (any more): nothing to do in the shop."
    raise RecordsDisagree(
        f"Billing document {document} was cancelled in SAP, but the shop has invoiced it (invoice "
        f"{invoice}). Make the credit memo in the shop, then mark this as done.",
        system="sap",
        reference=order.increment_id,
        cause_key="sap:billing-cancelled",
    )


def _found(run: StepRun, order: SalesOrder) -> MagentoInvoice | None:
    """The invoice that stands for the document. Raises ``UnexpectedRecord`` where it may be one
    the shop cannot show."""
    spoilt: list[UnreadableRecord] = []
    invoices = run.magento().search_invoices(order.entity_id, spoilt, is_repeated=run.is_repeated)
    if marked := _marked(invoices, run.billing_document):
        return marked
    unreadable.refuse(spoilt, "Invoice")
    return _made_by_hand(invoices, order, run.billing_document)


def marker_of(document: BillingDocument) -> str:
    """The comment that says for which billing document an invoice was made."""
    return f"{MARKER} {document.billing_document_number}"


def _marked(invoices: Sequence[MagentoInvoice], document: BillingDocument) -> MagentoInvoice | None:
    marker = marker_of(document)
    return next((one for one in invoices if marker in one.comments), None)


def _made_by_hand(
    invoices: Sequence[MagentoInvoice], order: SalesOrder, document: BillingDocument
) -> MagentoInvoice | None:
    """An invoice the shop made itself (a paid order, a person) with exactly these quantities."""
    linked = Invoice.objects.filter(sales_order=order).exclude(billing_document=None)
    taken = set(linked.exclude(billing_document=document).values_list("entity_id", flat=True))
    billed = {key: value for key, value in billed_quantities(order, document)[0].items() if value}
    for one in invoices:
        if one.entity_id in taken or any(MARKER in comment for comment in one.comments):
            continue
        if {item.order_item_id: item.qty for item in one.items if item.qty} == billed:
            return one
    return None


def _link(run: StepRun, order: SalesOrder, web_order: MagentoOrder, found: MagentoInvoice) -> str:
    by_hand = marker_of(run.billing_document) not in found.comments
    with run.storing():
        invoice = store_invoice(order, found, run.billing_document, made_by_hand=by_hand)
        _keep_difference(run, order, invoice)
        if found.email_sent and not by_hand:
            _keep_mail(run, order, invoice)
    wanted = _wanted(run, order, web_order)
    refuse_other_quantities(order, f"Invoice {found.increment_id}", found.items, wanted)
    origin = "made by hand, linked" if by_hand else "already there"
    return f"Invoice {found.increment_id} {origin}."


def _create(run: StepRun, order: SalesOrder, web_order: MagentoOrder) -> str:
    document = run.billing_document
    wanted = _wanted(run, order, web_order)
    refuse_disagreements(order, f"Billing document {document}", wanted)
    if not wanted.quantities:
        return "Nothing to invoice yet: the billed parts make up no whole bundle."
    wait_for_a_click(run, order, f"Billing document {document} is invoiced and mailed there")
    request = InvoiceRequest(quantities=wanted.quantities, marker=marker_of(document), notify=True)
    with writing_to_shop(run, order):
        entity_id = run.magento().create_invoice(order.entity_id, request)
    made = _read(run, order, entity_id)
    with run.storing():
        invoice = store_invoice(order, made, document)
        _keep_difference(run, order, invoice)
        if made.email_sent:
            _keep_mail(run, order, invoice)
    store_order(run.shop, run.magento().get_order(order.entity_id))
    refuse_other_quantities(order, f"Invoice {made.increment_id}", made.items, wanted)
    told = "mailed" if made.email_sent else "not mailed by the shop"
    return f"Invoice {made.increment_id} made, read back and {told}."


def _wanted(run: StepRun, order: SalesOrder, web_order: MagentoOrder) -> OpenQuantities:
    """What the billing document stands for in the shop's ids."""
    return invoiceable_quantities(web_order, *billed_quantities(order, run.billing_document))


def _read(run: StepRun, order: SalesOrder, entity_id: int) -> MagentoInvoice:
    spoilt: list[UnreadableRecord] = []
    for invoice in run.magento().search_invoices(
        order.entity_id, spoilt, is_repeated=run.is_repeated
    ):
        if invoice.entity_id == entity_id:
            return invoice
    unreadable.refuse([one for one in spoilt if one.entity_id == entity_id], "Invoice")
    raise OutcomeUnknown(
        f"The shop made invoice {entity_id} but does not show it yet.",
        system="magento",
        reference=order.increment_id,
        remote_is_away=False,
    )


def _keep_difference(run: StepRun, order: SalesOrder, invoice: Invoice) -> None:
    """How far the invoice is from the order's part of the billing document, where it is."""
    billed = _billed_to(run.billing_document, order)
    difference = None if billed is None else invoice.grand_total - billed
    if difference is not None and abs(difference) <= order.shop.amount_tolerance:
        difference = None
    Invoice.objects.filter(pk=invoice.pk).update(differs_by=difference)


def _billed_to(document: BillingDocument, order: SalesOrder) -> Decimal | None:
    """The order's share of a billing document; None where amounts of the header hide it."""
    lines = list(document.lines.all())
    if all(line.sales_order_id == order.pk for line in lines):
        return document.gross_value
    if sum(line.net_value + line.tax_value for line in lines) != document.gross_value:
        return None
    own = [line for line in lines if line.sales_order_id == order.pk]
    return sum((line.net_value + line.tax_value for line in own), Decimal(0))


def _keep_mail(run: StepRun, order: SalesOrder, invoice: Invoice) -> None:
    """``email_sent`` proves the first mail [826, 828]; it is kept once."""
    if not invoice.mails.exists():
        InvoiceMail.objects.create(
            invoice=invoice,
            asked_by=run.task.asked_by,
            sent_at=timezone.now(),
            recipient=order.customer_email,
            outcome=InvoiceMail.Outcome.SENT,
        )
