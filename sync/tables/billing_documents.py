"""The list of invoices: SAP's billing documents beside the shop's invoices and their mails."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sync.models import BillingDocument, Invoice
from sync.tables.columns import (
    FROM_1024,
    FROM_1280,
    FROM_1440,
    FROM_1600,
    NAME,
    CellColumn,
    DateColumn,
    LinkColumn,
    MoneyColumn,
    small,
    text,
)
from sync.tables.documents import DocumentTable, OrdersColumn, orders_of
from sync.templatetags.markup import joined, markup
from sync.templatetags.portal import DASH, ago, badge, money
from sync.templatetags.retold import retold


def _category(document: BillingDocument) -> SafeString:
    """An invoice is what one expects in this list."""
    cancels = small(gettext("cancels %(number)s") % {"number": document.cancels})
    is_usual = document.category == BillingDocument.Category.INVOICE
    return joined(
        None if is_usual else badge("billing", document.category, document.get_category_display()),
        badge("billing", "cancelled") if document.is_cancelled else None,
        cancels if document.cancels else None,
    )


def _invoice(invoice: Any) -> SafeString:
    by = invoice.differs_by
    differs = markup(gettext("differs by {amount}"), amount=money(by, invoice.currency))
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
    what = _("billing document")
    has_invoices = True

    billing_document_number = LinkColumn(
        _("Billing document"),
        below=_category,
        order_by="billing_document_number",
        css="table__sign table__mark",
    )
    billing_date = DateColumn(_("Date"), order_by=("billing_date", "id"), css=FROM_1024)
    customer = CellColumn(_("Customer"), css=NAME)
    orders = OrdersColumn(_("Orders"), css=FROM_1600)
    net_value = MoneyColumn(_("Net"), css=FROM_1440)
    tax_value = MoneyColumn(_("Tax"), css=FROM_1440)
    gross_value = MoneyColumn(_("Gross"), order_by=("gross_value", "id"))
    paid = MoneyColumn(_("Paid"), amount=paid_of, css=FROM_1280)
    due = MoneyColumn(_("Due"), amount=due_of)
    invoices = CellColumn(_("Shop invoice"), css=FROM_1600)
    mailed = CellColumn(_("Mailed"), css=f"table__brief {FROM_1280}")
    sync_status = CellColumn(_("Sync"), css="table__status table__status--brief")

    def render_customer(self, record: BillingDocument) -> SafeString:
        names = list(
            dict.fromkeys(order.customer_name or gettext("Guest") for order in orders_of(record))
        )
        if not names:
            return text("number", record.payer) if record.payer else DASH
        more = small(f"+{len(names) - 1}") if len(names) > 1 else None
        return joined(more, text("cell-main", names[0], title=", ".join(names)))

    def render_invoices(self, record: BillingDocument) -> SafeString:
        if invoices := self.invoices_of(record):
            return joined(*map(_invoice, invoices))
        return text("muted", gettext("Not in the shop")) if record.is_invoice else DASH

    def render_mailed(self, record: BillingDocument) -> SafeString:
        """The last mail and how many went out, or that there was none."""
        invoices = self.invoices_of(record)
        mails = [mail for invoice in invoices for mail in invoice.mails.all()]
        if mails:
            last, gone = max(mails, key=lambda mail: mail.sent_at), sum(m.has_gone for m in mails)
            times = gettext("%(count)s × mailed") % {"count": gone}
            how = times if gone else last.get_outcome_display()
            return joined(text("cell-main", ago(last.sent_at)), small(how))
        if not invoices:
            return DASH
        if invoices[0].is_customer_told:
            return badge("mail", "sent", gettext("Mailed"))
        if why := invoices[0].not_to_be_mailed:
            return joined(badge("mail", "left_out"), small(retold(why)))
        return badge("mail", "none")
