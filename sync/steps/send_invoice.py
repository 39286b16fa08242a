"""An invoice is mailed to the customer once more, because a person wants it."""

from __future__ import annotations

from django.utils import timezone

from sync.errors import RecordsDisagree
from sync.magento.records import MagentoInvoice
from sync.models import Invoice, InvoiceMail
from sync.steps.settling import wait_for_shop, writing_to_shop
from sync.steps.shop_mirrors import store_invoice
from sync.steps.step_run import StepRun


def send_invoice(run: StepRun) -> str:
    """Send one mail for one request; after a lost answer a person decides, never a machine."""
    invoice, order = run.invoice, run.sales_order
    wait_for_shop(order)
    request = run.task.asked_at.isoformat()
    if run.task.facts.get("mail_began_for") == request:
        _keep(run, InvoiceMail.Outcome.UNKNOWN)
        raise RecordsDisagree(
            f"The shop did not say whether invoice {invoice} was mailed. Ask the customer or look "
            "at the shop's mail log; send it again if it is missing.",
            system="magento",
            reference=order.increment_id,
            cause_key="mail:unknown",
        )
    before = _read(run)
    run.task.write_ahead(mail_began_for=request)
    with writing_to_shop(run, order):
        accepted = run.magento().send_invoice_email(invoice.entity_id)
    run.task.write_ahead(mail_began_for="")
    after = _read(run)
    store_invoice(order, after, None)
    outcome = _outcome(accepted, before, after)
    _keep(run, outcome)
    return f"Invoice {invoice}: {InvoiceMail.Outcome(outcome).label.lower()}."


def _outcome(accepted: bool, before: MagentoInvoice, after: MagentoInvoice) -> str:
    """``email_sent`` proves a first mail only; a repetition is the shop's word alone [368, 821]."""
    if not accepted:
        return InvoiceMail.Outcome.QUEUED
    first = after.email_sent and not before.email_sent
    return InvoiceMail.Outcome.SENT if first else InvoiceMail.Outcome.ACCEPTED


def _read(run: StepRun) -> MagentoInvoice:
    invoices = run.magento().search_invoices(run.sales_order.entity_id)
    for invoice in invoices:
        if invoice.entity_id == run.invoice.entity_id:
            return invoice
    raise RecordsDisagree(
        f"Invoice {run.invoice} is no longer in the shop.",
        system="magento",
        reference=run.sales_order.increment_id,
    )


def _keep(run: StepRun, outcome: str) -> None:
    invoice: Invoice = run.invoice
    InvoiceMail.objects.create(
        invoice=invoice,
        asked_by=run.task.asked_by,
        sent_at=timezone.now(),
        recipient=run.sales_order.customer_email,
        outcome=outcome,
    )
