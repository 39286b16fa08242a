"""What the list of invoices can be narrowed by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q

from sync.filters.documents import DocumentFilter, Rows, choice, day, search_box, tick
from sync.filters.sales_orders import of_orders
from sync.filters.search_box import sap_number
from sync.models import BillingDocument, BillingDocumentLine, Invoice

NOT_MAILED = {"is_customer_told": False, "mail_queued_at": None, "not_to_be_mailed": ""}


def billing_document_numbered(text: str) -> Q:
    """By its own number, or by that of a shop invoice."""
    found = Invoice.objects.filter(increment_id=text).documents()
    return found | sap_number("billing_document_number", text) if text.isdigit() else found


class BillingDocumentFilter(DocumentFilter):
    about = "billing_document"

    q = search_box("Billing, invoice or order number")
    category = django_filters.ChoiceFilter(
        choices=BillingDocument.Category, label="Kind", empty_label="Any kind"
    )
    in_shop = choice(
        "by_shop",
        "In the shop",
        missing="Billed, not in the shop",
        present="In the shop",
        not_mailed="In the shop, not mailed",
        not_to_be_mailed="In the shop, not to be mailed",
        differs="Amounts differ",
    )
    billed_from = day("billing_date", "gte", "Billed from")
    billed_to = day("billing_date", "lte", "Billed to")
    cancelled = tick("only_cancelled", "Cancelled")
    attention = tick("only_needing_attention", "Needs attention")

    class Meta:
        model = BillingDocument
        fields: list[str] = []

    def search(self, documents: Rows, name: str, value: str) -> Rows:
        text = value.strip()
        of_order = of_orders(text, BillingDocumentLine.objects.all(), "billing_document")
        return documents.filter(billing_document_numbered(text) | of_order)

    def by_shop(self, documents: Rows, name: str, value: str) -> Rows:
        wanted = Q(category=BillingDocument.Category.INVOICE, is_cancelled=False)
        conditions: dict[str, Callable[[], Q]] = {
            "missing": lambda: wanted & ~_invoiced(),
            "present": _invoiced,
            "not_mailed": lambda: wanted & _invoiced(**NOT_MAILED),
            "not_to_be_mailed": lambda: _invoiced(is_customer_told=False, not_to_be_mailed__gt=""),
            "differs": lambda: _invoiced(differs_by__lt=0) | _invoiced(differs_by__gt=0),
        }
        return documents.filter(conditions[value]())

    def only_cancelled(self, documents: Rows, name: str, value: bool) -> Rows:
        return documents.filter(is_cancelled=True) if value else documents


def _invoiced(**invoice: Any) -> Q:
    """Whether a shop invoice with these values stands for the billing document."""
    further = Invoice.further_documents.through.objects.filter(
        billingdocument=OuterRef("pk"), **{f"invoice__{name}": of for name, of in invoice.items()}
    )
    first = Invoice.objects.filter(billing_document=OuterRef("pk"), **invoice)
    return Q(Exists(first)) | Q(Exists(further))
