"""Dry runs: what SAP answered to a web order without saving it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from sync.models.packed import PackedJSONField


class DryRun(models.Model):
    """One dry run of an order; pages show the newest."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", "SAP accepts it"
        DIFFERS = "differs", "Accepted, prices differ"
        UNPRICED = "unpriced", "Accepted, prices unknown"
        REFUSED = "refused", "SAP refuses it"
        UNFIT = "unfit", "Cannot be sent"
        INCOMPLETE = "incomplete", "Mappings are missing"

    sales_order = models.ForeignKey("SalesOrder", on_delete=models.CASCADE, related_name="dry_runs")
    task = models.ForeignKey("SyncTask", null=True, blank=True, on_delete=models.SET_NULL)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    made_at = models.DateTimeField(default=timezone.now)
    verdict = models.CharField(max_length=10, choices=Verdict)
    currency = models.CharField(max_length=3, blank=True)
    request = PackedJSONField(default=dict, help_text="What was sent, redacted.")
    messages = models.JSONField(default=list, help_text="SAP's messages in plain words.")
    prices = PackedJSONField(default=list, help_text="Web order beside SAP, line by line.")
    differences = models.JSONField(
        default=list, help_text="Field by field, where SAP's answer is not the web order."
    )
    missing = models.JSONField(default=list, help_text="Mappings that are not there.")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["verdict"], name="dry_run_verdict")]

    def __str__(self) -> str:
        return f"{self.sales_order}: {self.get_verdict_display()}"
