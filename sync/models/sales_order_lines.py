"""Lines of web orders."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from sync.models.columns import money, quantity
from sync.models.sales_orders import SalesOrder


class SalesOrderLine(models.Model):
    """A line of a web order, parents and children alike."""

    sales_order = models.ForeignKey(SalesOrder, on_delete=models.CASCADE, related_name="lines")
    item_id = models.PositiveBigIntegerField()
    parent_item_id = models.PositiveBigIntegerField(null=True, blank=True)
    position = models.PositiveIntegerField(help_text=_("Place in the order as the shop sent it."))
    product_id = models.PositiveBigIntegerField(null=True, blank=True)
    product_type = models.CharField(max_length=32, blank=True)
    sku = models.CharField(max_length=255)
    name = models.CharField(max_length=255, blank=True)
    is_virtual = models.BooleanField(default=False)
    qty_ordered = quantity(default=Decimal(0))
    qty_shipped = quantity(default=Decimal(0))
    qty_invoiced = quantity(default=Decimal(0))
    qty_refunded = quantity(default=Decimal(0))
    qty_canceled = quantity(default=Decimal(0))
    price = money(default=Decimal(0))
    row_total = money(default=Decimal(0))
    tax_amount = money(default=Decimal(0))
    discount_amount = money(default=Decimal(0))
    sap_item_number = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("POSNR in SAP; empty for lines SAP does not carry.")
    )
    sap_asked_quantity = quantity(
        null=True,
        blank=True,
        help_text=_("What SAP was asked for where that is less than was ordered; 0: not at all."),
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["sales_order", "item_id"], name="one_mirror_per_item")
        ]
        indexes = [
            models.Index(Upper("sku"), models.F("sales_order").desc(), name="order_line_sku"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} × {self.qty_ordered.normalize():f}"
