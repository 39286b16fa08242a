"""The list of invoices: SAP's billing documents beside the shop's invoices and their mails."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString

from sync.models import BillingDocument
from sync.tables.columns import CellColumn, DateColumn, LinkColumn, MoneyColumn, small, text
from sync.tables.documents import DocumentTable, OrdersColumn
from sync.templatetags.markup import joined
from sync.templatetags.portal import DASH, ago, badge, money


def _category(document: BillingDocument) -> SafeString:
    cancels = small(joined("cancels ", text("number", document.cancels)))
    return joined(
        badge("billing", document.category, document.get_category_display()),
        badge("billing", "cancelled") if document.is_cancelled else None,
        cancels if document.cancels else None,
    )


def _tax(document: BillingDocument) -> SafeString:
    return small(joined(money(document.tax_value, document.currency), " tax"))


def _invoice(invoice: Any) -> SafeString:
    by = invoice.differs_by
    differs = joined("differs by ", money(by, invoice.currency))
    return joined(
        text("cell-main number", invoice),
        text("cell-sub cell-sub--danger", differs) if by else None,
    )


class BillingDocumentTable(DocumentTable):
    kind = "billing_documents"
    what = "billing document"
    has_invoices = True

    billing_document_number = LinkColumn(
        "Billing document", below=_category, order_by="billing_document_number"
    )
    billing_date = DateColumn("Date", order_by=("billing_date", "id"))
    orders = OrdersColumn("Orders")
    net_value = MoneyColumn("Net, tax", below=_tax)
    gross_value = MoneyColumn("Gross", order_by=("gross_value", "id"))
    invoices = CellColumn("Shop invoice")
    mailed = CellColumn("Mailed")

    def render_invoices(self, record: BillingDocument) -> SafeString:
        if invoices := self.invoices_of(record):
            return joined(*map(_invoice, invoices))
        return text("muted", "Not in the shop") if record.is_invoice else DASH

    def render_mailed(self, record: BillingDocument) -> SafeString:
        """The last mail and how many went out, or that there was none."""
        invoices = self.invoices_of(record)
        mails = [mail for invoice in invoices for mail in invoice.mails.all()]
        if mails:
            last, gone = max(mails, key=lambda mail: mail.sent_at), sum(m.has_gone for m in mails)
            how = f"{gone} × mailed" if gone else last.get_outcome_display()
            return joined(text("cell-main", ago(last.sent_at)), small(how))
        if not invoices:
            return DASH
        if invoices[0].is_customer_told:
            return badge("mail", "sent", "Mailed")
        if why := invoices[0].not_to_be_mailed:
            return joined(badge("mail", "left_out"), small(why))
        return badge("mail", "none")
