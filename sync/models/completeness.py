"""Completeness runs: both sides' orders of a window compared, and every one that is missing."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CompletenessRun(models.Model):
    """One comparison of a shop's orders with SAP's, for orders placed in a window."""

    shop = models.ForeignKey("Shop", on_delete=models.CASCADE, related_name="completeness_runs")
    window_from = models.DateTimeField()
    window_to = models.DateTimeField()
    finished_at = models.DateTimeField()
    in_shop = models.PositiveIntegerField(help_text=_("Orders the shop shows in the window."))
    in_sap = models.PositiveIntegerField(help_text=_("Those of them SAP was read back holding."))

    class Meta:
        ordering = ["-finished_at", "-id"]

    def __str__(self) -> str:
        return f"{self.shop} {self.window_from:%Y-%m-%d} – {self.window_to:%Y-%m-%d}"


class CompletenessFinding(models.Model):
    """An order one side has and the other has not, with its reason or "unexplained"."""

    class Kind(models.TextChoices):
        """Which side lacks it, or has it once too often."""

        NOT_IN_SAP = "not_in_sap", _("In the shop, not in SAP")
        NOT_IN_SHOP = "not_in_shop", _("In SAP, not in the shop")
        DOUBLED = "doubled", _("In SAP twice")
        UNTIED = "untied", _("In SAP, not tied to the order")

    run = models.ForeignKey(CompletenessRun, on_delete=models.CASCADE, related_name="findings")
    kind = models.CharField(max_length=12, choices=Kind)
    increment_id = models.CharField(max_length=50)
    sap_sales_order_number = models.CharField(max_length=10, blank=True)
    sales_order = models.ForeignKey("SalesOrder", null=True, blank=True, on_delete=models.CASCADE)
    reason = models.TextField(blank=True)
    is_explained = models.BooleanField(default=True)

    class Meta:
        ordering = ["is_explained", "kind", "increment_id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.increment_id}"
