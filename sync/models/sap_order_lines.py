"""Lines of SAP's sales orders, as read."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models.columns import money, quantity


class SapSalesOrderLine(models.Model):
    """A line of the SAP sales order (VBAP), with what decides whether the order is complete.

    SAP may have lines the web order does not: free goods, parts, replacements.
    """

    class BilledFrom(models.TextChoices):
        """The document a line is billed from (FKREL)."""

        NOT_TOLD = "", _("Not told")
        DELIVERY = "delivery", _("Delivery")
        ORDER = "order", _("Order")
        NOTHING = "nothing", _("Is not billed")

    sales_order = models.ForeignKey(
        "SalesOrder", on_delete=models.CASCADE, related_name="sap_lines"
    )
    sap_item_number = models.PositiveIntegerField()
    ordered_quantity = quantity()
    unit = models.CharField(max_length=3, blank=True)
    billed_from = models.CharField(max_length=8, choices=BilledFrom, blank=True)
    is_rejected = models.BooleanField(default=False)
    is_third_party = models.BooleanField(
        default=False, help_text=_("The supplier ships it; SAP makes no delivery.")
    )
    material = models.CharField(max_length=40, blank=True)
    higher_level_item_number = models.PositiveIntegerField(default=0)
    item_category = models.CharField(max_length=4, blank=True)
    is_delivered = models.BooleanField(
        null=True, blank=True, help_text=_("Relevant for delivery; empty where SAP did not tell.")
    )
    net_value = money(default=Decimal(0))

    class Meta:
        ordering = ["sap_item_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["sales_order", "sap_item_number"], name="one_mirror_per_sap_item"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sap_item_number} × {self.ordered_quantity.normalize():f}"
