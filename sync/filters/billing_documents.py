"""What the list of invoices can be narrowed by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from sync.filters.fields import DateInput, SearchInput
from sync.filters.sales_orders import order_condition
from sync.filters.search_box import sap_number
from sync.models import BillingDocument, BillingDocumentLine, Invoice, SalesOrder, SyncTask


class BillingDocumentFilter(django_filters.FilterSet):  # type: ignore[misc]  # untyped package
    """Kind, how it stands in the shop, dates, and a search box."""

    q = django_filters.CharFilter(
        method="search", label="Search", widget=SearchInput("Billing, invoice or order number")
    )
    category = django_filters.ChoiceFilter(
        choices=BillingDocument.Category, label="Kind", empty_label="Any kind"
    )
    in_shop = django_filters.ChoiceFilter(
        method="by_shop",
        label="In the shop",
        empty_label="Any",
        choices=[
            ("missing", "Billed, not in the shop"),
            ("present", "In the shop"),
            ("not_mailed", "In the shop, not mailed"),
            ("differs", "Amounts differ"),
        ],
    )
    billed_from = django_filters.DateFilter(
        field_name="billing_date", lookup_expr="gte", label="Billed from", widget=DateInput()
    )
    billed_to = django_filters.DateFilter(
        field_name="billing_date", lookup_expr="lte", label="Billed to", widget=DateInput()
    )
    cancelled = django_filters.BooleanFilter(
        method="only_cancelled", label="Cancelled", widget=forms.CheckboxInput
    )
    attention = django_filters.BooleanFilter(
        method="only_needing_attention", label="Needs attention", widget=forms.CheckboxInput
    )

    class Meta:
        model = BillingDocument
        fields: list[str] = []

    def search(
        self, documents: QuerySet[BillingDocument], name: str, value: str
    ) -> QuerySet[BillingDocument]:
        """A billing document, an invoice of the shop, or anything that finds the order."""
        text = value.strip()
        found = Invoice.objects.filter(increment_id=text).documents()
        if text.isdigit():
            found |= sap_number("billing_document_number", text)
        orders = order_condition(text)
        if orders is not None:
            matching = SalesOrder.objects.filter(orders).order_by().values("pk")
            lines = BillingDocumentLine.objects.filter(sales_order__in=matching)
            found |= Q(pk__in=lines.values("billing_document"))
        return documents.filter(found)

    def by_shop(
        self, documents: QuerySet[BillingDocument], name: str, value: str
    ) -> QuerySet[BillingDocument]:
        """How the billing document stands in the shop."""
        wanted = Q(category=BillingDocument.Category.INVOICE, is_cancelled=False)
        conditions: dict[str, Callable[[], Q]] = {
            "missing": lambda: wanted & ~_invoiced(),
            "present": _invoiced,
            "not_mailed": lambda: wanted & _invoiced(is_customer_told=False, mail_queued_at=None),
            "differs": lambda: _invoiced(differs_by__lt=0) | _invoiced(differs_by__gt=0),
        }
        return documents.filter(conditions[value]())

    def only_cancelled(
        self, documents: QuerySet[BillingDocument], name: str, value: bool
    ) -> QuerySet[BillingDocument]:
        """Billing documents SAP has taken back."""
        return documents.filter(is_cancelled=True) if value else documents

    def only_needing_attention(
        self, documents: QuerySet[BillingDocument], name: str, value: bool
    ) -> QuerySet[BillingDocument]:
        """Billing documents whose invoice or mail stopped until a person acts."""
        stopped = SyncTask.objects.filter(
            state=SyncTask.State.NEEDS_ATTENTION, billing_document__isnull=False
        )
        return documents.filter(pk__in=stopped.values("billing_document")) if value else documents


def _invoiced(**invoice: Any) -> Q:
    """Whether an invoice of the shop with these values stands for the billing document."""
    further = Invoice.further_documents.through.objects.filter(
        billingdocument=OuterRef("pk"), **{f"invoice__{name}": of for name, of in invoice.items()}
    )
    first = Invoice.objects.filter(billing_document=OuterRef("pk"), **invoice)
    return Q(Exists(first)) | Q(Exists(further))
