"""Captures money that was only authorised: decides who does it, and asks for it only once.

A capture cannot be taken back or looked up at the bank, and the shop forgets it where saving fails
afterwards (README of Magento, "Versions" 3). So the intent is written ahead, and an invoice is
looked for before anything is repeated. Where there is none, a person checks the gateway's account:
a second capture would collect twice.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from sync.causes.papers import PaperCause
from sync.causes.portal import PortalCause
from sync.causes.shop import ShopCause
from sync.errors import (
    OutcomeUnknown,
    RecordsDisagree,
    SyncError,
)
from sync.magento.records import InvoiceRequest, MagentoInvoice, MagentoOrder
from sync.models import (
    BillingDocument,
    Decision,
    Invoice,
    PaymentMapping,
    SalesOrder,
    Step,
    SyncTask,
    clock,
)
from sync.models.master_data import rows_of
from sync.steps.remote_writes import writing_to_shop
from sync.steps.step_run import StepRun
from sync.told import told
from sync.translate.payment import is_collected, payment_standing

BEGAN, ENDED, PAID_BEFORE = "capture_began_at", "capture_ended", "capture_paid_before"
TROUBLE = "capture_trouble"  # why no answer is known, in the words of the error
NOT_SENT, MADE = "not_sent", "made"
# Refused before any code of a gateway runs: by the line, by TLS, by the check of the caller, by the
# limit on what is sent. Every other refusal may follow a capture.
_BEFORE_THE_GATEWAY = (
    ShopCause.UNREACHABLE,
    ShopCause.ADDRESS_INVALID,
    ShopCause.CERTIFICATE,
    ShopCause.SETUP,
    ShopCause.KEYS,
    ShopCause.CLOCK_AHEAD,
    ShopCause.TOO_MANY_LINES,
    PortalCause.HELD,
)


def must_capture(run: StepRun, order: SalesOrder, web_order: MagentoOrder) -> bool:
    """Whether the invoice has to collect the order's money.

    Raises ``RecordsDisagree`` where nobody has said who collects it, and where an earlier capture
    may have done so.
    """
    if not payment_standing(web_order).awaits_collection:
        return False
    wanted = (order.shop_id, order.payment_method)
    entries = (one for one in rows_of(PaymentMapping) if (one.shop_id, one.method) == wanted)
    entry = next(entries, None)
    if entry is None or not entry.collected_by:
        raise _nobody_collects(order)
    if entry.collected_by == PaymentMapping.Collector.ELSEWHERE:
        return False
    _refuse_repetition(run, order)
    return True


def create_with_capture(
    run: StepRun, order: SalesOrder, web_order: MagentoOrder, request: InvoiceRequest
) -> int:
    """Returns the invoice's ``entity_id``.

    Raises ``RecordsDisagree`` after any refusal that may have come after the capture.
    """
    began = clock.now().isoformat()
    fresh = {ENDED: "", TROUBLE: "", PAID_BEFORE: str(web_order.total_paid)}
    run.task.write_ahead(**{BEGAN: began, **fresh})
    try:
        with writing_to_shop(run, order):
            entity_id = run.magento().create_invoice(order.entity_id, request)
    except SyncError as error:
        if never_reached_gateway(error):
            run.task.write_ahead(**{ENDED: NOT_SENT})
            raise
        run.task.write_ahead(**{TROUBLE: error.message})
        if isinstance(error, OutcomeUnknown):  # looked up first, then a person is asked
            raise
        raise _may_be_paid(run, order, run.task) from error
    run.task.write_ahead(**{ENDED: MADE})
    return entity_id


def never_reached_gateway(error: SyncError) -> bool:
    """Whether a failed capture surely never reached the bank; False for an answer that was lost."""
    return error.cause in _BEFORE_THE_GATEWAY and not isinstance(error, OutcomeUnknown)


def money_outcome(
    run: StepRun, order: SalesOrder, web_order: MagentoOrder, invoice: MagentoInvoice
) -> str:
    """Follows the outcome's sentence; empty where nothing was to be captured. Raises
    ``RecordsDisagree`` where the invoice brought no money."""
    facts = run.task.facts
    if not facts.get(BEGAN) or facts.get(ENDED) == NOT_SENT:
        return ""
    if not is_collected(invoice, Decimal(facts.get(PAID_BEFORE, "0")), web_order):
        raise _nothing_came(order, invoice)
    return told(
        "{amount:.2f} {currency} captured.",
        amount=invoice.grand_total,
        currency=invoice.currency_code,
    )


def _refuse_repetition(run: StepRun, order: SalesOrder) -> None:
    """The shop shows no invoice of this document, so a person has to look at the bank before a
    capture begun for the order, even for another document, is begun again."""
    for task in _begun(order):
        if task.billing_document_id == run.billing_document.pk:
            if not _is_decided(task, billing_document=task.billing_document):
                raise _may_be_paid(run, order, task)
        elif not task.facts.get(ENDED) and not _is_invoiced(task) and not _is_decided(task):
            raise _other_may_be_paid(order, task)


def _begun(order: SalesOrder) -> QuerySet[SyncTask]:
    """Tasks of the order that have begun a capture, unless it surely was not sent."""
    begun = SyncTask.objects.filter(step=Step.PUSH_INVOICE, sales_order=order, facts__has_key=BEGAN)
    sent = begun.exclude(**{f"facts__{ENDED}": NOT_SENT})
    return sent.select_related("billing_document").order_by("id")


def _is_decided(task: SyncTask, **about: BillingDocument | None) -> bool:
    """Whether a person has checked the bank since the capture began: for this document, or for the
    order where another document's capture is in doubt."""
    decided = Decision.objects.newest(
        Decision.Kind.CAPTURE_AGAIN, sales_order=task.sales_order, **about
    )
    began = datetime.fromisoformat(task.facts[BEGAN])
    return decided is not None and decided.decided_at > began


def _is_invoiced(task: SyncTask) -> bool:
    return Invoice.objects.filter(
        sales_order=task.sales_order, billing_document=task.billing_document
    ).exists()


def _nobody_collects(order: SalesOrder) -> RecordsDisagree:
    return RecordsDisagree(
        told(
            "Order {order} is authorised by {payment_name}, but nobody has said who collects "
            "the money. Invoiced like this the shop would call it paid without asking the bank.",
            order=order.increment_id,
            payment_name=order.payment_name,
        ),
        cause=PaperCause.NOBODY_COLLECTS,
        reference=order.increment_id,
    )


def _may_be_paid(run: StepRun, order: SalesOrder, begun: SyncTask) -> RecordsDisagree:
    when = f"{datetime.fromisoformat(begun.facts[BEGAN]):%d %b %Y at %H:%M} UTC"
    trouble = begun.facts.get(TROUBLE) or told("The work was interrupted before an answer came")
    return RecordsDisagree(
        told(
            "The shop was asked on {when} to collect the money of order {order} with the "
            "invoice for billing document {billing_document}, and shows no such invoice. "
            "{trouble}. The bank may have paid all the same.",
            when=when,
            order=order.increment_id,
            billing_document=run.billing_document,
            trouble=trouble.rstrip("."),
        ),
        cause=PaperCause.CAPTURE_UNKNOWN,
        reference=order.increment_id,
    )


def _other_may_be_paid(order: SalesOrder, begun: SyncTask) -> RecordsDisagree:
    return RecordsDisagree(
        told(
            "Whether the bank has paid for billing document {billing_document} of order "
            "{order} is not known, and its money may be this invoice's.",
            billing_document=begun.billing_document,
            order=order.increment_id,
        ),
        cause=PaperCause.OTHER_CAPTURE_UNKNOWN,
        reference=order.increment_id,
    )


def _nothing_came(order: SalesOrder, invoice: MagentoInvoice) -> RecordsDisagree:
    amount = f"{invoice.grand_total:.2f} {invoice.currency_code}"
    return RecordsDisagree(
        told(
            "Invoice {invoice} of order {order} was made, but nothing was collected: the "
            "shop's total paid did not rise by {amount}, or the invoice names no transaction "
            "of the bank.",
            invoice=invoice.increment_id,
            order=order.increment_id,
            amount=amount,
        ),
        cause=PaperCause.NOTHING_COLLECTED,
        reference=order.increment_id,
    )
