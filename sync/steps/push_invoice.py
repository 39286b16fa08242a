"""A billing document becomes the shop's invoice, mailed to the customer: one each.

The marker stored in the same call ("SAP billing document 0090001234") is looked up by order before
any repetition. What was only authorised is captured with it where the payment mapping says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from sync.errors import OutcomeUnknown
from sync.magento.records import (
    InvoiceRequest,
    MagentoInvoice,
    MagentoOrder,
)
from sync.mirrors import unreadable
from sync.mirrors.billed_amounts import keep_difference
from sync.mirrors.progress import refresh_stages
from sync.mirrors.sap_quantities import (
    billed_quantities,
    refuse_disagreements,
    refuse_other_quantities,
)
from sync.mirrors.shop import store_invoice, store_order
from sync.models import BillingDocument, Invoice, InvoiceMail, SalesOrder
from sync.steps.found_finished import wait_for_a_click
from sync.steps.invoicing import capturing
from sync.steps.invoicing.billing_marker import marker_of
from sync.steps.invoicing.cancelled_billing import not_valid
from sync.steps.invoicing.hand_made import MadeByHand, made_by_hand, tie_made_by_hand
from sync.steps.invoicing.renewed_billing import decided, take_over
from sync.steps.named_papers import is_named, tie_named_invoice
from sync.steps.queued_mails import is_in_queue, note_queued
from sync.steps.settling import wait_for_shop, writing_to_shop
from sync.steps.step_run import StepRun
from sync.translate.open_quantities import OpenQuantities, invoiceable_quantities


def push_invoice(run: StepRun) -> str:
    """Make, or find, the invoice of an order's part of a billing document."""
    order, document = run.sales_order, run.billing_document
    if not document.is_invoice:
        return not_valid(run, order, document)
    wait_for_shop(order)
    web_order = run.magento().get_order(order.entity_id)
    order = store_order(run.shop, web_order)
    named = is_named(run)
    outcome = tie_named_invoice(run, order) if named else _invoice(run, order, web_order)
    refresh_stages([order.pk])
    return outcome


def _invoice(run: StepRun, order: SalesOrder, web_order: MagentoOrder) -> str:
    """Link what stands for the document already, or make the invoice. Raises ``UnexpectedRecord``
    where the shop cannot show an invoice that may be it."""
    invoices = run.magento().search_invoices(order.entity_id, is_repeated=run.is_repeated)
    if marked := _marked(invoices.records, run.billing_document):
        outcome = _link(run, order, web_order, marked)
        return outcome + capturing.told_of_money(run, order, web_order, marked)
    unreadable.refuse(invoices.unreadable, "Invoice")
    if taken := take_over(run, order, invoices.records):
        return taken
    found = _made_by_hand(order, web_order, invoices.records)
    papers = found.standing_for(run.billing_document) if found else []
    if found and found.covers_all_of(run.billing_document):
        return tie_made_by_hand(run, order, found)
    return _link(run, order, web_order, papers[0]) if papers else _create(run, order, web_order)


def _marked(invoices: Sequence[MagentoInvoice], document: BillingDocument) -> MagentoInvoice | None:
    marker = marker_of(document)
    return next((one for one in invoices if marker in one.comments), None)


def _made_by_hand(
    order: SalesOrder, web_order: MagentoOrder, invoices: Sequence[MagentoInvoice]
) -> MadeByHand | None:
    return made_by_hand(order, web_order, invoices)


def _link(run: StepRun, order: SalesOrder, web_order: MagentoOrder, found: MagentoInvoice) -> str:
    by_hand = marker_of(run.billing_document) not in found.comments
    is_queued = not by_hand and is_in_queue(run, found)
    with run.storing():
        invoice = store_invoice(order, found, run.billing_document, made_by_hand=by_hand)
        keep_difference(run.billing_document, order, invoice)
        if not by_hand:
            _keep_first_mail(run, order, invoice, found, is_queued=is_queued)
    wanted = _wanted(run, order, web_order)
    if decided(order, run.billing_document) is None:
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
    captures = capturing.must_capture(run, order, web_order)
    request = InvoiceRequest(wanted.quantities, marker_of(document), notify=True, capture=captures)
    if captures:
        entity_id = capturing.create_with_capture(run, order, web_order, request)
    else:
        with writing_to_shop(run, order):
            entity_id = run.magento().create_invoice(order.entity_id, request)
    made = _read(run, order, entity_id)
    is_queued = is_in_queue(run, made)
    with run.storing():
        invoice = store_invoice(order, made, document)
        keep_difference(document, order, invoice)
        _keep_first_mail(run, order, invoice, made, is_queued=is_queued)
    web_order = run.magento().get_order(order.entity_id)
    store_order(run.shop, web_order)
    money = capturing.told_of_money(run, order, web_order, made)
    refuse_other_quantities(order, f"Invoice {made.increment_id}", made.items, wanted)
    told = "mailed" if made.email_sent else "not mailed by the shop"
    told = "its mail queued by the shop" if is_queued else told
    return f"Invoice {made.increment_id} made, read back and {told}.{money}"


def _wanted(run: StepRun, order: SalesOrder, web_order: MagentoOrder) -> OpenQuantities:
    """What the billing document stands for in the shop's ids."""
    return invoiceable_quantities(web_order, *billed_quantities(order, run.billing_document))


def _read(run: StepRun, order: SalesOrder, entity_id: int) -> MagentoInvoice:
    invoices = run.magento().search_invoices(order.entity_id, is_repeated=run.is_repeated)
    for invoice in invoices.records:
        if invoice.entity_id == entity_id:
            return invoice
    missing = [one for one in invoices.unreadable if one.entity_id == entity_id]
    unreadable.refuse(missing, "Invoice")
    raise OutcomeUnknown(
        f"The shop made invoice {entity_id} but does not show it yet.",
        system="magento",
        reference=order.increment_id,
        remote_is_away=False,
    )


def _keep_first_mail(
    run: StepRun, order: SalesOrder, invoice: Invoice, read: MagentoInvoice, *, is_queued: bool
) -> None:
    """``email_sent`` proves the first mail [826, 828]; it, or its place in the queue, is kept
    once."""
    note_queued(invoice, is_queued=is_queued)
    if not (read.email_sent or is_queued) or invoice.mails.exists():
        return
    InvoiceMail.objects.create(
        invoice=invoice,
        asked_by=run.task.asked_by,
        sent_at=timezone.now(),
        recipient=order.customer_email,
        outcome=InvoiceMail.Outcome.IN_QUEUE if is_queued else InvoiceMail.Outcome.SENT,
    )
