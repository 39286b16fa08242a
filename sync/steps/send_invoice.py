"""Mails an invoice to the customer once more, because a person asked for it."""

from __future__ import annotations

from sync.causes.papers import PaperCause
from sync.causes.shop import ShopCause
from sync.errors import OutcomeUnknown, RecordsDisagree, SyncError
from sync.magento.records import MagentoInvoice
from sync.mirrors import unreadable
from sync.mirrors.mails import store_mail, store_mail_queued
from sync.mirrors.shop_papers import store_invoice
from sync.models import InvoiceMail
from sync.steps.queued_mails import is_in_queue
from sync.steps.remote_writes import wait_for_shop, writing_to_shop
from sync.steps.step_run import StepRun
from sync.told import told

_BECOME: dict[str, str] = {
    InvoiceMail.Outcome.SENT: told("sent"),
    InvoiceMail.Outcome.ACCEPTED: told("accepted by the shop"),
    InvoiceMail.Outcome.QUEUED: told("not sent yet"),
    InvoiceMail.Outcome.IN_QUEUE: told("queued by the shop"),
    InvoiceMail.Outcome.GIVEN_UP: told("not sent: the shop has given up"),
    InvoiceMail.Outcome.OFF: told("nothing mailed: switched off in the shop"),
    InvoiceMail.Outcome.UNKNOWN: told("unknown"),
}


def send_invoice(run: StepRun) -> str:
    """Sends one mail for each request; after a lost answer a person decides. A first mail that was
    refused because something was busy is looked up and sent again."""
    wait_for_shop(run.sales_order)
    request = run.task.asked_at.isoformat()
    if run.task.facts.get("mail_began_for") != request:
        _send(run, request)
    elif run.task.facts.get("mail_answer") is None and not _is_refused_in_passing(run):
        store_mail(run.invoice, run.task.asked_by, InvoiceMail.Outcome.UNKNOWN)
        raise RecordsDisagree(
            told("The shop did not say whether invoice {invoice} was mailed.", invoice=run.invoice),
            cause=PaperCause.MAIL_UNKNOWN,
            reference=run.sales_order.increment_id,
        )
    outcome = run.task.facts.get("mail_kept") or _keep_answer(run)
    return told(
        "Invoice {invoice}: {label}.",
        invoice=run.invoice,
        label=_BECOME[outcome],
    )


def _send(run: StepRun, request: str) -> None:
    """Writes down what is known before and after the mail, so that a retry sends no second one."""
    was_told = _read(run).email_sent
    fresh = {"mail_answer": None, "mail_kept": "", "was_told_before": was_told}
    fresh["mail_was_refused"] = False
    run.task.write_ahead(mail_began_for=request, **fresh)
    try:
        with writing_to_shop(run, run.sales_order):
            accepted = run.magento().send_invoice_email(run.invoice.entity_id)
    except OutcomeUnknown as error:
        run.task.write_ahead(mail_was_refused=error.cause == ShopCause.BUSY)
        raise
    except SyncError:  # a clean refusal: there is no mail
        run.task.write_ahead(mail_began_for="")
        raise
    run.task.write_ahead(mail_answer=accepted)


def _is_refused_in_passing(run: StepRun) -> bool:
    """Whether a first mail, which the shop refused because something was busy, is sent again or was
    found to have gone. Nothing tells that of a repetition."""
    facts = run.task.facts
    if not facts.get("mail_was_refused") or facts["was_told_before"]:
        return False
    if _read(run).email_sent:
        run.task.write_ahead(mail_answer=True)
    else:
        _send(run, facts["mail_began_for"])
    return True


def _keep_answer(run: StepRun) -> str:
    facts, after = run.task.facts, _read(run)
    is_queued = not facts["mail_answer"] and is_in_queue(run, after)
    outcome = _outcome(facts["mail_answer"], was_told=facts["was_told_before"], after=after)
    outcome = InvoiceMail.Outcome.IN_QUEUE if is_queued else outcome
    with run.storing():
        invoice = store_invoice(run.sales_order, after, None)
        store_mail_queued(invoice, is_queued=is_queued)
        store_mail(run.invoice, run.task.asked_by, outcome)
        run.task.write_ahead(mail_kept=outcome)
    return outcome


def _outcome(accepted: bool, *, was_told: bool, after: MagentoInvoice) -> str:
    """``email_sent`` proves a first mail only; for a repetition there is just the shop's word
    [821]. A shop that accepts a first mail and does not show it sent has that kind of mail switched
    off [368]."""
    if not accepted:
        return InvoiceMail.Outcome.QUEUED
    if was_told:
        return InvoiceMail.Outcome.ACCEPTED
    return InvoiceMail.Outcome.SENT if after.email_sent else InvoiceMail.Outcome.OFF


def _read(run: StepRun) -> MagentoInvoice:
    order = run.sales_order
    invoices = run.magento().search_invoices(order.entity_id, is_repeated=run.is_repeated)
    for invoice in invoices.records:
        if invoice.entity_id == run.invoice.entity_id:
            return invoice
    unreadable.refuse(invoices.unreadable, "Invoice")
    raise RecordsDisagree(
        told("Invoice {invoice} is no longer in the shop.", invoice=run.invoice),
        cause=PaperCause.INVOICE_GONE,
        reference=run.sales_order.increment_id,
    )
