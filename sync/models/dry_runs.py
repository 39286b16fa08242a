"""Dry runs: what SAP answered to a web order without saving it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sync.models.packed import PackedJSONField


class DryRun(models.Model):
    """One dry run of an order; pages show the newest."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("SAP accepts it")
        DIFFERS = "differs", _("Accepted, prices differ")
        UNPRICED = "unpriced", _("Accepted, prices unknown")
        REFUSED = "refused", _("SAP refuses it")
        UNFIT = "unfit", _("Cannot be sent")
        INCOMPLETE = "incomplete", _("Mappings are missing")

    sales_order = models.ForeignKey("SalesOrder", on_delete=models.CASCADE, related_name="dry_runs")
    task = models.ForeignKey("SyncTask", null=True, blank=True, on_delete=models.SET_NULL)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    made_at = models.DateTimeField(default=timezone.now)
    verdict = models.CharField(max_length=10, choices=Verdict)
    currency = models.CharField(max_length=3, blank=True)
    request = PackedJSONField(default=dict, help_text=_("What was sent, redacted."))
    messages = models.JSONField(default=list, help_text=_("SAP's messages in plain words."))
    prices = PackedJSONField(default=list, help_text=_("Web order beside SAP, line by line."))
    differences = models.JSONField(
        default=list, help_text=_("Field by field, where SAP's answer is not the web order.")
    )
    missing = models.JSONField(default=list, help_text=_("Mappings that are not there."))

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["verdict"], name="dry_run_verdict")]

    def __str__(self) -> str:
        return f"{self.sales_order}: {self.get_verdict_display()}"
