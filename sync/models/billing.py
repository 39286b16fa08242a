"""Billing documents as mirrored from SAP."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models import clock, page_indexes
from sync.models.addresses import page_address
from sync.models.columns import document_number, money, quantity


class BillingDocument(models.Model):
    """A SAP billing document (VBRK), keyed by its number; rules go by ``category``, not by type."""

    class Category(models.TextChoices):
        """VBTYP."""

        INVOICE = "M", _("Invoice")
        DOWN_PAYMENT_REQUEST = "M-P", _("Down-payment request")
        INVOICE_CANCELLATION = "N", _("Cancellation")
        CREDIT_MEMO = "O", _("Credit memo")
        DEBIT_MEMO = "P", _("Debit memo")
        CREDIT_MEMO_CANCELLATION = "S", _("Credit memo cancellation")
        PRO_FORMA = "U", _("Pro forma")

    billing_document_number = document_number(unique=True)
    billing_type = models.CharField(max_length=4, blank=True)
    category = models.CharField(max_length=4, choices=Category, blank=True)
    billing_date = models.DateField(null=True, blank=True)
    remote_created_at = models.DateTimeField(null=True, blank=True)
    currency = models.CharField(max_length=5)
    net_value = money()
    tax_value = money(default=Decimal(0))
    gross_value = money()
    is_cancelled = models.BooleanField(default=False)
    cancels = document_number(blank=True)
    payer = models.CharField(max_length=10, blank=True)
    # Kept by the database itself (sync.models.database_keeps).
    is_in_shop = models.BooleanField(
        db_default=False, editable=False, help_text=_("A shop invoice stands for it.")
    )
    has_unmailed = models.BooleanField(
        db_default=False, editable=False, help_text=_("An invoice of it was not mailed.")
    )
    has_kept_back = models.BooleanField(
        db_default=False, editable=False, help_text=_("An invoice of it is not to be mailed.")
    )
    has_difference = models.BooleanField(
        db_default=False, editable=False, help_text=_("An invoice of it has another amount.")
    )
    changed_at = models.DateTimeField(help_text=_("When SAP last answered with something new."))
    news_at = models.DateTimeField(
        null=True,
        blank=True,
        default=clock.now,
        help_text=_(
            "Since when the shop may have to be told of a change; empty once work covers it."
        ),
    )
    read_at = models.DateTimeField()
    fingerprint = models.CharField(
        max_length=64,
        blank=True,
        help_text=_("Of SAP's record, to notice that nothing has changed."),
    )

    class Meta:
        ordering = ["-billing_date", "-id"]
        indexes = [
            *page_indexes.BILLING,
            models.Index(fields=["-billing_date", "-id"], name="billing_date"),
            models.Index(fields=["category", "-billing_date", "-id"], name="billing_category"),
            models.Index(fields=["gross_value", "id"], name="billing_gross"),
            models.Index(
                fields=["news_at", "id"],
                condition=models.Q(news_at__isnull=False),
                name="billing_news",
            ),
        ]

    def __str__(self) -> str:
        return self.billing_document_number

    def get_absolute_url(self) -> str:
        return page_address("billing_document", self.pk)

    @property
    def shop_invoices(self) -> list[Any]:
        """Shop invoices that stand for all or part of it, oldest first."""
        found = {one.pk: one for one in (*self.invoices.all(), *self.further_invoices.all())}
        return sorted(found.values(), key=lambda one: (one.remote_created_at, one.pk))

    @property
    def is_invoice(self) -> bool:
        """Whether the shop should have an invoice for it: SAP has invoiced and not cancelled it."""
        return self.category == self.Category.INVOICE and not self.is_cancelled


class BillingDocumentLine(models.Model):
    """A billed line (VBRP)."""

    billing_document = models.ForeignKey(
        BillingDocument, on_delete=models.CASCADE, related_name="lines"
    )
    item_number = models.PositiveIntegerField()
    sales_order = models.ForeignKey(
        "SalesOrder", null=True, blank=True, on_delete=models.PROTECT, related_name="billing_lines"
    )
    reference_document = document_number(blank=True)
    reference_item = models.PositiveIntegerField(default=0)
    sap_sales_order_number = document_number(blank=True)
    sap_item_number = models.PositiveIntegerField(default=0)
    material = models.CharField(max_length=40)
    billed_quantity = quantity()
    unit = models.CharField(max_length=3, blank=True)
    net_value = money()
    tax_value = money(default=Decimal(0))

    class Meta:
        ordering = ["item_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["billing_document", "item_number"], name="one_mirror_per_billing_item"
            )
        ]
        indexes = [models.Index(fields=["sap_sales_order_number"], name="billing_line_order")]

    def __str__(self) -> str:
        return f"{self.material} × {self.billed_quantity.normalize():f}"
