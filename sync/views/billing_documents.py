"""One billing document beside the shop's invoices."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from sync.causes.cause import Team
from sync.jobs.sap_pages import sap_page_of
from sync.models import Invoice
from sync.tables.documents import orders_of
from sync.views.amounts import amounts_of_document
from sync.views.documents import shared_context
from sync.views.invoice_links import open_question
from sync.views.kinds import BILLING_DOCUMENTS
from sync.views.next_steps import Desk, of_billing_document
from sync.views.papers import Papers
from sync.views.people import PortalRequest
from sync.views.story import story_of_papers


@require_safe
def billing_document_page(request: PortalRequest, pk: int) -> HttpResponse:
    """The number of queries does not grow with lines, mails or attempts."""
    document = get_object_or_404(BILLING_DOCUMENTS.documents(), pk=pk)
    invoices = list(
        Invoice.objects.standing_for(document)
        .select_related("sales_order", "billing_document")
        .defer("payload", "sales_order__payload")
        .prefetch_related("mails__asked_by", "further_documents")
    )
    orders, decisions = orders_of(document), list(document.decisions.all())
    papers = Papers(billing_documents=[document], invoices=invoices, decisions=decisions)
    desk = Desk(BILLING_DOCUMENTS, document, request.user, Team.FINANCE)
    context = shared_context(BILLING_DOCUMENTS, document, request.user) | {
        "document": document,
        "billing_documents": [document],
        "next_step": of_billing_document(desk, document, invoices),
        "orders": orders,
        "invoices": invoices,
        "amounts": amounts_of_document(document, invoices, orders),
        "story": story_of_papers(papers),
        "sap_url": sap_page_of(BILLING_DOCUMENTS.name, document.billing_document_number),
        "may_resend": request.user.has_perm("sync.resend_invoices"),
        "question": open_question(document),
    }
    return render(request, "sync/billing_document.html", context)
