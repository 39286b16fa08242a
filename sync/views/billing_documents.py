"""One billing document beside the shop's invoices, and mailing them again."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from sync.jobs import on_demand
from sync.models import Invoice, InvoiceMail
from sync.tables.documents import orders_of
from sync.views.clicks import Click, back, chosen_keys
from sync.views.invoice_links import open_question
from sync.views.kinds import BILLING_DOCUMENTS
from sync.views.live import document_watcher
from sync.views.people import reader
from sync.views.timeline import retryable, timeline

ASK_AGAIN_WITHIN = timedelta(seconds=60)


class BillingDocumentPage(View):
    """A billing document: amounts, lines, invoices with their mails, timeline."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The number of queries does not grow with lines, mails or attempts."""
        document = get_object_or_404(BILLING_DOCUMENTS.documents(), pk=pk)
        user = reader(request)
        tasks = timeline(BILLING_DOCUMENTS.tasks_of(document))
        invoices = Invoice.objects.standing_for(document).prefetch_related("further_documents")
        context = {
            "section": "billing_documents",
            "document": document,
            "orders": orders_of(document),
            "invoices": invoices.select_related("sales_order", "billing_document").prefetch_related(
                "mails__asked_by"
            ),
            "tasks": tasks,
            "retryable": retryable(tasks, user),
            "watcher": document_watcher(BILLING_DOCUMENTS, document, tasks),
            "may_sync": user.has_perm(BILLING_DOCUMENTS.permission),
            "may_resend": user.has_perm("sync.resend_invoices"),
            "question": open_question(document),
        }
        return render(request, "sync/billing_document.html", context)


class _Resend(Click):
    permission_required = "sync.resend_invoices"

    def resend(self, request: HttpRequest, invoices: QuerySet[Invoice]) -> HttpResponse:
        """Queue the mails; ask first when there are several, or a customer was mailed less than a
        minute ago, or is to be mailed by the shop's own queue."""
        wanted = list(invoices.select_related("sales_order__shop", "billing_document"))
        otherwise = reverse("sync:billing_documents")
        if not wanted:
            messages.warning(request, "There is no shop invoice to mail in this selection.")
            return back(request, otherwise)
        recent = _just_mailed(wanted)
        queued = [one for one in wanted if one.mail_queued_at is not None]
        if not request.POST.get("confirmed") and (recent or queued or len(wanted) > 1):
            return self._ask(request, wanted, recent, queued)
        clicked = on_demand.resend_invoices(wanted, reader(request))
        messages.success(request, clicked.message.replace("Sync now", "Resend invoice"))
        return back(request, otherwise)

    def _ask(
        self,
        request: HttpRequest,
        wanted: list[Invoice],
        recent: list[InvoiceMail],
        queued: list[Invoice],
    ) -> HttpResponse:
        context = {
            "section": "billing_documents",
            "invoices": wanted,
            "recent": recent,
            "queued": queued,
            "recipients": sorted({one.sales_order.customer_email for one in wanted}),
            "action": request.path,
            "selected": chosen_keys(request),
            "next": request.POST.get("next", ""),
        }
        return render(request, "sync/resend_confirm.html", context)


class ResendInvoice(_Resend):
    """Mails the shop invoices of one billing document again."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """All invoices of the document: one for each order it bills."""
        document = get_object_or_404(BILLING_DOCUMENTS.documents(), pk=pk)
        return self.resend(request, Invoice.objects.standing_for(document))


class ResendShopInvoice(_Resend):
    """Mails one invoice of the shop again, also one made by hand."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The invoice by its key in the portal."""
        get_object_or_404(Invoice, pk=pk)
        return self.resend(request, Invoice.objects.filter(pk=pk))


class ResendSelected(_Resend):
    """Mails the shop invoices of every ticked billing document again."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Billing documents without an invoice in the shop are passed over."""
        keys = chosen_keys(request)
        first = Q(billing_document__in=keys) | Q(further_documents__in=keys)
        return self.resend(request, Invoice.objects.filter(first).distinct())


def _just_mailed(invoices: list[Invoice]) -> list[InvoiceMail]:
    since = timezone.now() - ASK_AGAIN_WITHIN
    mails = InvoiceMail.objects.filter(invoice__in=invoices, sent_at__gt=since)
    return list(mails.select_related("invoice", "asked_by"))
