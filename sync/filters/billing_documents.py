"""What the list of invoices can be narrowed by."""

from __future__ import annotations

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sync.filters.documents import DocumentFilter, Rows, choice, day, search_box, tick
from sync.filters.sales_orders import documents_of_orders
from sync.filters.search_box import MOST_MATCHES, Matches, digits_of, keys_of, sap_numbered, tidy
from sync.filters.waiting import BILLING_DOCUMENTS, PartFilter
from sync.models import BillingDocument, BillingDocumentLine, Invoice
from sync.models.page_indexes import MISSING, TO_INVOICE
from sync.models.typed_forms import is_bare

IN_SHOP = {
    "missing": MISSING,
    "present": Q(is_in_shop=True),
    "not_mailed": TO_INVOICE & Q(has_unmailed=True),
    "not_to_be_mailed": Q(has_kept_back=True),
    "differs": Q(has_difference=True),
}


def billing_documents_numbered(text: str) -> Matches:
    """By their own number, or by that of a shop invoice."""
    meant = tidy(text)
    numbered = Invoice.objects.filter(is_bare("increment_id", meant)).order_by()
    invoices = list(numbered.values_list("pk", flat=True)[:MOST_MATCHES])
    first = BillingDocument.objects.filter(invoices__in=invoices).order_by()
    further = BillingDocument.objects.filter(further_invoices__in=invoices).order_by()
    found = keys_of(first) | keys_of(further)
    if not (digits := digits_of(meant)):
        return found
    return found | sap_numbered(BillingDocument.objects.all(), "billing_document_number", digits)


class BillingDocumentFilter(DocumentFilter):
    about = "billing_document"
    often = frozenset({"in_shop", "billed_from", "billed_to"})

    q = search_box(_("Billing, invoice or order number"))
    category = django_filters.ChoiceFilter(
        choices=BillingDocument.Category, label=_("Kind"), empty_label=_("Any kind")
    )
    in_shop = choice(
        "by_shop",
        _("In the shop"),
        missing=_("Billed, not in the shop"),
        present=_("In the shop"),
        not_mailed=_("In the shop, not mailed"),
        not_to_be_mailed=_("In the shop, not to be mailed"),
        differs=_("Amounts differ"),
    )
    billed_from = day("billing_date", "gte", _("Billed from"))
    billed_to = day("billing_date", "lte", _("Billed to"))
    cancelled = tick("only_cancelled", _("Cancelled"))
    waits = PartFilter(BILLING_DOCUMENTS)
    attention = tick("only_needing_attention", _("Needs attention"))

    class Meta:
        model = BillingDocument
        fields: list[str] = []

    def matches(self, text: str) -> Matches:
        of_orders = documents_of_orders(text, BillingDocumentLine.objects.all(), "billing_document")
        return billing_documents_numbered(text) | of_orders

    def by_shop(self, documents: Rows, name: str, value: str) -> Rows:
        return documents.filter(IN_SHOP[value])

    def only_cancelled(self, documents: Rows, name: str, value: bool) -> Rows:
        return documents.filter(is_cancelled=True) if value else documents
