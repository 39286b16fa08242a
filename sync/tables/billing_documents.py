"""The list of invoices: SAP's billing documents beside the shop's invoices and their mails."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString

from sync.models import BillingDocument, Invoice
from sync.tables.columns import (
    ROOMY,
    CellColumn,
    DateColumn,
    LinkColumn,
    MoneyColumn,
    small,
    text,
)
from sync.tables.documents import DocumentTable, OrdersColumn, orders_of
from sync.templatetags.markup import joined
from sync.templatetags.portal import DASH, ago, badge, money


def _category(document: BillingDocument) -> SafeString:
    """An invoice is what one expects in this list."""
    cancels = small(joined("cancels ", text("number", document.cancels)))
    is_usual = document.category == BillingDocument.Category.INVOICE
    return joined(
        None if is_usual else badge("billing", document.category, document.get_category_display()),
        badge("billing", "cancelled") if document.is_cancelled else None,
        cancels if document.cancels else None,
    )


def _invoice(invoice: Any) -> SafeString:
    by = invoice.differs_by
    differs = joined("differs by ", money(by, invoice.currency))
    return joined(
        text("cell-main number", invoice),
        text("cell-sub cell-sub--danger", differs) if by else None,
    )


def paid_of(document: BillingDocument) -> Decimal | None:
    """What the shop's invoices for it were paid; unknown where the shop has none.

    An invoice that stands for several documents tells nothing of each.
    """
    invoices = document.shop_invoices
    if not document.is_invoice or not invoices:
        return None
    if all(one.state == Invoice.State.PAID and not one.is_uncollected for one in invoices):
        return document.gross_value
    paid = sum(
        (
            one.grand_total
            for one in invoices
            if one.state == Invoice.State.PAID and not one.is_uncollected
        ),
        Decimal(0),
    )
    return min(paid, document.gross_value)


def due_of(document: BillingDocument) -> Decimal | None:
    """None where nothing can be due, as for a credit memo."""
    if not document.is_invoice:
        return None
    return document.gross_value - (paid_of(document) or Decimal(0))


class BillingDocumentTable(DocumentTable):
    kind = "billing_documents"
    what = "billing document"
    has_invoices = True

    billing_document_number = LinkColumn(
        "Billing document", below=_category, order_by="billing_document_number"
    )
    billing_date = DateColumn("Date", order_by=("billing_date", "id"))
    customer = CellColumn("Customer", attrs={"td": {"class": "table__name"}})
    orders = OrdersColumn("Orders", attrs={"th": ROOMY, "td": ROOMY})
    net_value = MoneyColumn("Net", css="table__roomy")
    tax_value = MoneyColumn("Tax", css="table__wide")
    gross_value = MoneyColumn("Gross", order_by=("gross_value", "id"))
    paid = MoneyColumn("Paid", amount=paid_of, css="table__wide")
    due = MoneyColumn("Due", amount=due_of)
    invoices = CellColumn("Shop invoice", attrs={"th": ROOMY, "td": ROOMY})
    mailed = CellColumn("Mailed")

    def render_customer(self, record: BillingDocument) -> SafeString:
        names = list(dict.fromkeys(order.customer_name or "Guest" for order in orders_of(record)))
        if not names:
            return text("number", record.payer) if record.payer else DASH
        more = small(f"+{len(names) - 1}") if len(names) > 1 else None
        return joined(more, text("cell-main", names[0], title=", ".join(names)))

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
