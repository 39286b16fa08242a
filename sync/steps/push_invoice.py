"""Turns a billing document into an invoice of the shop and mails it to the customer, once each,
unless a rule says that this customer gets it another way.

Money that was only authorised is captured with the invoice where the payment mapping says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from functools import cached_property, partial

from sync.causes.papers import PaperCause
from sync.errors import RecordsDisagree
from sync.magento.records import InvoiceRequest, MagentoInvoice, MagentoOrder
from sync.mapping.invoice_mails import reason_not_to_mail
from sync.mirrors.added_lines import tell_of_amounts
from sync.mirrors.billed_amounts import store_difference, store_total_difference
from sync.mirrors.billed_anew import (
    billing_documents,
    decision_on_invoice,
    invoices_of,
    successor_of,
)
from sync.mirrors.cancelled_billing import is_credited
from sync.mirrors.mails import store_mail, store_mail_queued, store_not_to_be_mailed
from sync.mirrors.progress import refresh_stages
from sync.mirrors.sap_quantities import billed_quantities
from sync.mirrors.shop import store_order
from sync.mirrors.shop_papers import store_invoice
from sync.models import BillingDocument, Decision, Invoice, InvoiceMail
from sync.reading import Read
from sync.steps.invoicing import capturing
from sync.steps.invoicing.renewed_billing import take_over
from sync.steps.invoicing.sums import compare_sums
from sync.steps.papers import ensure_paper
from sync.steps.queued_mails import is_in_queue
from sync.steps.remote_writes import wait_for_shop, writing_to_shop
from sync.steps.shop_papers.paper import Paper
from sync.steps.step_run import StepRun
from sync.told import told
from sync.translate.added_lines import SapQuantities
from sync.translate.hand_made import MadeByHand, invoiced_ids
from sync.translate.marks import Mark
from sync.translate.open_quantities import OpenQuantities, invoiceable_quantities
from sync.translate.payment import payment_standing


def push_invoice(run: StepRun) -> str:
    return ensure_paper(run, InvoicePaper) if run.billing_document.is_invoice else _not_valid(run)


def _not_valid(run: StepRun) -> str:
    """A cancelled document is not invoiced. If the shop has invoiced it already, a person acts,
    unless the shop has refunded it or SAP has billed the same again."""
    order, document = run.sales_order, run.billing_document
    invoice = invoices_of(order, document).first()
    if invoice is None:
        return told(
            "{document} is not a valid invoice (any more): nothing to do in the shop.",
            document=document,
        )
    wait_for_shop(order)
    order = store_order(run.shop, run.magento().get_order(order.entity_id), order)
    refresh_stages([order.pk])
    if is_credited(order, document):
        return told(
            "{document} was cancelled in SAP, and invoice {invoice} credited in the shop.",
            document=document,
            invoice=invoice,
        )
    if successor := successor_of(order, document):
        return told(
            "{document} was cancelled in SAP and billed anew as {successor}: invoice {invoice} "
            "is dealt with there.",
            document=document,
            successor=successor,
            invoice=invoice,
        )
    raise RecordsDisagree(
        told(
            "Billing document {document} was cancelled in SAP, but the shop has invoiced it "
            "(invoice {invoice}).",
            document=document,
            invoice=invoice,
        ),
        cause=PaperCause.BILLING_CANCELLED,
        reference=order.increment_id,
    )


class InvoicePaper(Paper[BillingDocument, MagentoInvoice]):
    name, word = told("Invoice"), told("invoice")
    name_in_sap = told("Billing document")
    mark = Mark.BILLING_DOCUMENT
    nothing_yet = told(
        "Nothing to invoice: SAP billed no line of the web order, or no whole bundle yet."
    )
    mirrors = Invoice
    counted = "qty_invoiced"

    @property
    def waits(self) -> str:
        return told(
            "Billing document {document} is invoiced and mailed there", document=self.document
        )

    @staticmethod
    def named(numbers: Sequence[str]) -> str:
        if len(numbers) == 1:
            return told("Invoice {invoice}", invoice=numbers[0])
        return told("Invoices {numbers}", numbers=", ".join(numbers))

    @property
    def document(self) -> BillingDocument:
        return self.run.billing_document

    @cached_property
    def _held(self) -> SapQuantities:
        return billed_quantities(self.order, self.document)

    @cached_property
    def _decision(self) -> Decision | None:
        return decision_on_invoice(self.order, self.document)

    @property
    def may_differ(self) -> bool:
        return self._decision is not None

    def search(self) -> Read[MagentoInvoice]:
        search = self.run.magento().search_invoices
        return search(self.order.entity_id, is_repeated=self.run.is_repeated)

    def store(self, record: MagentoInvoice, *, made_by_hand: bool) -> Invoice:
        """Also stores the difference from what SAP billed."""
        invoice = store_invoice(self.order, record, self.document, made_by_hand=made_by_hand)
        store_difference(self.document, self.order, invoice)
        store_not_to_be_mailed(invoice, self.why_not_mailed)
        return invoice

    @cached_property
    def why_not_mailed(self) -> str:
        return reason_not_to_mail(self.order, self.document.billing_date)

    def counts_in_shop(self, record: MagentoInvoice) -> bool:
        """The shop does not count canceled invoices either."""
        return record.state != Invoice.State.CANCELED

    def take_over(self, records: Sequence[MagentoInvoice]) -> str:
        return take_over(self.run, self.order, records, self._decision)

    def documents(self) -> Sequence[BillingDocument]:
        return list(billing_documents(self.order, is_cancelled=False))

    def counted_ids(self) -> Collection[int]:
        return invoiced_ids(self.web_order)

    def wanted_for(self, document: BillingDocument) -> OpenQuantities:
        held = self._held if document == self.document else None
        held = held or billed_quantities(self.order, document)
        return invoiceable_quantities(self.web_order, held.now, held.before)

    def tied_later(self) -> Collection[int]:
        """None where money is to be captured: that is one invoice's."""
        is_captured = payment_standing(self.web_order).awaits_collection
        return () if is_captured else self._held.items.tied.values()

    def keep_further(self, first: MagentoInvoice, further: Sequence[MagentoInvoice]) -> None:
        super().keep_further(first, further)
        if further:
            ids = [one.entity_id for one in (first, *further)]
            store_total_difference(self.order, ids, None)

    def tell(self) -> None:
        if not self.may_differ:
            tell_of_amounts(self.order, self.document, self._held)

    def keep_found(
        self, record: MagentoInvoice, *, made_by_hand: bool
    ) -> tuple[MagentoInvoice, str]:
        is_queued = not made_by_hand and self.is_mail_queued(record)
        with self.run.storing():
            self._keep(record, made_by_hand=made_by_hand, is_queued=is_queued)
        return record, ""

    def keep_tied(
        self, found: MadeByHand[MagentoInvoice, BillingDocument], *, made_by_hand: bool
    ) -> str:
        compare_sums(self.order, self.document, found)
        return ""

    def prepare(self, quantities: dict[int, Decimal]) -> Callable[[], int]:
        return partial(self._create, quantities)

    def _create(self, quantities: dict[int, Decimal]) -> int:
        captures = capturing.must_capture(self.run, self.order, self.web_order)
        is_mailed = not self.why_not_mailed
        request = InvoiceRequest(quantities, self.marker, notify=is_mailed, capture=captures)
        if captures:
            return capturing.create_with_capture(self.run, self.order, self.web_order, request)
        with writing_to_shop(self.run, self.order):
            return self.run.magento().create_invoice(self.order.entity_id, request)

    def is_mail_queued(self, made: MagentoInvoice) -> bool:
        return is_in_queue(self.run, made)

    def keep_made(self, made: MagentoInvoice, *, is_queued: bool) -> None:
        self._keep(made, made_by_hand=False, is_queued=is_queued)

    def _keep(self, record: MagentoInvoice, *, made_by_hand: bool, is_queued: bool) -> None:
        """``email_sent`` proves the first mail of the portal's invoices [826, 828]; the mail, or
        its place in the queue, is recorded once."""
        invoice = self.store(record, made_by_hand=made_by_hand)
        if made_by_hand:
            return
        store_mail_queued(invoice, is_queued=is_queued)
        if (record.email_sent or is_queued) and not invoice.mails.all():
            outcome = InvoiceMail.Outcome.IN_QUEUE if is_queued else InvoiceMail.Outcome.SENT
            store_mail(invoice, self.run.task.asked_by, outcome)

    def outcome(self, made: MagentoInvoice, *, is_queued: bool) -> str:
        invoice, why = self.named([made.increment_id]), self.why_not_mailed
        if is_queued:
            return told(
                "{invoice} made, read back and its mail queued by the shop.", invoice=invoice
            )
        if made.email_sent:
            return told("{invoice} made, read back and mailed.", invoice=invoice)
        if why:
            return told(
                "{invoice} made, read back and not mailed by the shop: {why}.",
                invoice=invoice,
                why=why,
            )
        return told("{invoice} made, read back and not mailed by the shop.", invoice=invoice)

    def money_outcome(self, record: MagentoInvoice, web_order: MagentoOrder) -> str:
        return capturing.money_outcome(self.run, self.order, web_order, record)
