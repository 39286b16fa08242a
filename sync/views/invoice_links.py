"""Finance decides whether a renewed billing document takes over the shop's existing invoice."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from sync.causes.papers import PaperCause
from sync.jobs import clicks
from sync.mirrors.billed_anew import documents_replaced_by
from sync.models import BillingDocument, Decision, Invoice, SalesOrder, Step, SyncTask
from sync.templatetags.portal import money
from sync.views.decisions import Decide, Fact, Question
from sync.views.kinds import BILLING_DOCUMENTS
from sync.views.people import PortalRequest


def open_question(document: BillingDocument) -> SyncTask | None:
    """The oldest stopped invoice of this document that finance must decide about."""
    stopped = SyncTask.objects.filter(
        step=Step.PUSH_INVOICE,
        state=SyncTask.State.NEEDS_ATTENTION,
        cause__in=[PaperCause.BILLING_RENEWED.code, PaperCause.LINKED_INVOICE_GONE.code],
        billing_document=document,
        sales_order__isnull=False,
    )
    return stopped.select_related("sales_order").order_by("id").first()


class LinkInvoice(Decide):
    """Links the shop's invoice to the document that replaces a cancelled one."""

    permission_required = BILLING_DOCUMENTS.permission

    def question(self, request: PortalRequest, pk: int) -> Question:
        document = get_object_or_404(BillingDocument, pk=pk)
        task = open_question(document)
        back_to = document.get_absolute_url()
        if task is None or task.sales_order is None:
            return Question(
                title=gettext("Link the shop's invoice"),
                subject=str(document),
                button="",
                back_to=back_to,
                consequences=[],
                refusal=gettext(
                    "There is nothing to decide about billing document %(document)s any more."
                )
                % {"document": document},
            )
        order = task.sales_order
        former, invoices = _cancelled_document_with_invoices(order, document)
        return Question(
            title=gettext("Link the shop's invoice to the new billing document?"),
            subject=gettext("Order %(order)s, billing document %(document)s")
            % {"order": order, "document": document},
            button=gettext("Link the invoice"),
            back_to=back_to,
            section="billing_documents",
            consequences=[
                _stands_from_now_on(document, invoices),
                gettext(
                    "If the customer is to get another invoice, go back: make the credit memo in "
                    "the shop, send the new invoice from SAP, then mark the row done."
                ),
            ],
            facts=_facts(former, document, invoices),
            sides=_sides(former, document),
            number_label="" if len(invoices) == 1 else gettext("Invoice of the shop"),
        )

    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        document = get_object_or_404(BillingDocument, pk=pk)
        task = open_question(document)
        if task is None or task.sales_order is None:
            raise ValueError(gettext("Somebody else has decided meanwhile."))
        return _keep(task, task.sales_order, document, number, reason, request.user)


def _keep(
    task: SyncTask,
    order: SalesOrder,
    document: BillingDocument,
    number: str,
    reason: str,
    person: User,
) -> str:
    invoices = _cancelled_document_with_invoices(order, document)[1]
    number = number.strip() or (str(invoices[0]) if len(invoices) == 1 else "")
    if not Invoice.objects.filter(sales_order=order, increment_id=number).exists():
        raise ValueError(
            gettext("Please give the number of an invoice which the shop has for this order.")
        )
    kind = Decision.Kind.INVOICE_LINKED
    about = {"sales_order": order, "billing_document": document, "task": task}
    Decision.keep(kind, person, reason, number=number, **about)
    clicks.retry_tasks([task], person)
    told = gettext("Invoice %(invoice)s will be linked to billing document %(document)s.")
    return told % {"invoice": number, "document": document}


def _stands_from_now_on(document: BillingDocument, invoices: list[Invoice]) -> str:
    names = {"document": document, "invoice": ", ".join(str(one) for one in invoices)}
    if invoices:
        return (
            gettext(
                "The invoice %(invoice)s stands for billing document %(document)s from now on. It "
                "keeps its amounts, and the customer gets no mail."
            )
            % names
        )
    return (
        gettext(
            "The invoice you name stands for billing document %(document)s from now on. It keeps "
            "its amounts, and the customer gets no mail."
        )
        % names
    )


def _sides(former: BillingDocument | None, document: BillingDocument) -> tuple[str, str]:
    new = gettext("%(document)s, new") % {"document": document}
    if former is None:
        return gettext("Cancelled"), new
    return gettext("%(document)s, cancelled") % {"document": former}, new


def _cancelled_document_with_invoices(
    order: SalesOrder, document: BillingDocument
) -> tuple[BillingDocument | None, list[Invoice]]:
    """The cancelled document the shop has invoiced, with its invoices."""
    for former in documents_replaced_by(order, document):
        invoices = list(Invoice.objects.standing_for(former).filter(sales_order=order))
        if invoices:
            return former, invoices
    return None, []


def _facts(
    former: BillingDocument | None, document: BillingDocument, invoices: list[Invoice]
) -> list[Fact]:
    def side_by_side(label: str, name: str) -> Fact:
        ours = money(getattr(former, name), former.currency) if former else ""
        return Fact(label, ours, money(getattr(document, name), document.currency))

    facts = [
        side_by_side(gettext("Net"), "net_value"),
        side_by_side(gettext("Tax"), "tax_value"),
        side_by_side(gettext("Gross"), "gross_value"),
        Fact(gettext("Payer"), former.payer if former else "", document.payer),
    ]
    return facts + [
        Fact(
            gettext("Shop invoice %(invoice)s") % {"invoice": one},
            money(one.grand_total, one.currency),
        )
        for one in invoices
    ]
