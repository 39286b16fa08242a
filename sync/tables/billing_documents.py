"""The list of invoices: SAP's billing documents beside the shop's invoices and their mails."""

from __future__ import annotations

from typing import Any

from django.db import models

from sync.models import BillingDocument
from sync.tables.deliveries import orders_of
from sync.tables.documents import CellColumn, DocumentTable, NumberColumn


class BillingDocumentTable(DocumentTable):
    """Billing documents with amounts, the shop's invoice, differences and mails."""

    kind = "billing_documents"
    what = "billing document"

    billing_document_number = CellColumn(
        "sync/cells/billing_number.html", verbose_name="Billing document", orderable=True
    )
    billing_date = CellColumn(
        "sync/cells/billing_date.html",
        verbose_name="Date",
        orderable=True,
        order_by=("billing_date", "id"),
    )
    orders = CellColumn("sync/cells/orders.html", verbose_name="Orders")
    net_value = NumberColumn("sync/cells/billing_net.html", verbose_name="Net, tax")
    gross_value = NumberColumn(
        "sync/cells/billing_gross.html",
        verbose_name="Gross",
        orderable=True,
        order_by=("gross_value", "id"),
    )
    invoices = CellColumn("sync/cells/billing_invoices.html", verbose_name="Shop invoice")
    mailed = CellColumn("sync/cells/billing_mailed.html", verbose_name="Mailed")

    class Meta(DocumentTable.Meta):
        sequence = ("select", "...", "sync_status", "actions")

    def __init__(self, data: Any, *, may_resend: bool = False, **options: Any) -> None:
        super().__init__(data, **options)
        self.may_resend = may_resend

    def cell_context(self, record: models.Model) -> dict[str, Any]:
        """The shop's invoices and their mails beside what every list shows."""
        assert isinstance(record, BillingDocument)
        invoices = record.shop_invoices
        mails = [mail for invoice in invoices for mail in invoice.mails.all()]
        return super().cell_context(record) | {
            "orders": orders_of(record),
            "invoices": invoices,
            "mail_count": sum(mail.has_gone for mail in mails),
            "last_mail": max(mails, key=lambda mail: mail.sent_at, default=None),
            "may_resend": self.may_resend and bool(invoices),
        }
