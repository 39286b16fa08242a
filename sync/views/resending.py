"""Mails the shop's invoices to their customers again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from sync.jobs import clicks
from sync.jobs.mass_clicks import sync_many
from sync.models import BillingDocument, Click, Invoice, InvoiceMail
from sync.views.click_words import told_of
from sync.views.kinds import BILLING_DOCUMENTS
from sync.views.people import PortalRequest, needs
from sync.views.posted import redirect_back, redirect_with
from sync.views.selection import selection_of

MOST_NAMED = 100
ASK_AGAIN_WITHIN = timedelta(seconds=60)


@needs("sync.resend_invoices")
@require_POST
def resend_of_document(request: PortalRequest, pk: int) -> HttpResponse:
    """All shop invoices of a billing document: one for each order it bills."""
    document = get_object_or_404(BillingDocument, pk=pk)
    return _resend(request, Invoice.objects.standing_for(document))


@needs("sync.resend_invoices")
@require_POST
def resend_invoice(request: PortalRequest, pk: int) -> HttpResponse:
    """One shop invoice, even if made by hand."""
    get_object_or_404(Invoice, pk=pk)
    return _resend(request, Invoice.objects.filter(pk=pk))


@needs("sync.resend_invoices")
@require_POST
def resend_selected(request: PortalRequest) -> HttpResponse:
    """Ticked billing documents without a shop invoice are skipped. Once confirmed, a worker queues
    the mails of many."""
    selection = selection_of(request, BILLING_DOCUMENTS)
    keys = selection.keys
    if selection.refusal:
        messages.warning(request, selection.refusal)
        return redirect_back(request, reverse("sync:billing_documents"))
    if len(keys) > 1 and request.POST.get("confirmed"):
        clicked = sync_many(Click.Kind.INVOICES, keys, request.user)
        return redirect_with(request, told_of(clicked), reverse("sync:billing_documents"))
    standing = Q(billing_document__in=keys) | Q(further_documents__in=keys)
    return _resend(request, Invoice.objects.filter(standing).distinct(), keys)


def _resend(
    request: PortalRequest, invoices: QuerySet[Invoice], keys: Sequence[int] = ()
) -> HttpResponse:
    """Queue the mails. Asks for confirmation when there are several, when a customer was mailed
    less than a minute ago, when the shop's own queue still holds the mail, or when a rule says that
    the customer gets the invoice another way."""
    wanted = list(invoices.select_related("sales_order__shop", "billing_document"))
    otherwise = reverse("sync:billing_documents")
    if not wanted:
        told = gettext("There is no shop invoice to mail in this selection.")
        messages.warning(request, told)
        return redirect_back(request, otherwise)
    recent = _just_mailed(wanted)
    queued = [one for one in wanted if one.mail_queued_at is not None]
    left_out = [one for one in wanted if one.not_to_be_mailed]
    doubtful = recent or queued or left_out or len(wanted) > 1
    if doubtful and not request.POST.get("confirmed"):
        context = {
            "section": "billing_documents",
            "invoices": wanted[:MOST_NAMED],
            "count": len(wanted),
            "recent": recent[:MOST_NAMED],
            "queued": queued[:MOST_NAMED],
            "left_out": left_out[:MOST_NAMED],
            "more": max(0, len(wanted) - MOST_NAMED),
            "recipients": sorted({one.sales_order.customer_email for one in wanted}),
            "action": request.path,
            "selected": ",".join(map(str, keys)),
            "next": request.POST.get("next", ""),
        }
        return render(request, "sync/resend_confirm.html", context)
    return redirect_with(request, told_of(clicks.resend_invoices(wanted, request.user)), otherwise)


def _just_mailed(invoices: list[Invoice]) -> list[InvoiceMail]:
    since = timezone.now() - ASK_AGAIN_WITHIN
    mails = InvoiceMail.objects.filter(invoice__in=invoices, sent_at__gt=since)
    return list(mails.select_related("invoice", "asked_by"))
