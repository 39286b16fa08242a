"""What the readiness checks found: one row for each check, renewed by each run."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ReadinessFinding(models.Model):
    """One check of an area (portal, SAP, a shop), with what to do where it is not green."""

    class State(models.TextChoices):
        GREEN = "green", _("Ready")
        AMBER = "amber", _("Look at it")
        RED = "red", _("Not ready")

    area = models.CharField(max_length=60, help_text=_("portal, sap, or magento:code"))
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=5, choices=State)
    detail = models.TextField(blank=True)
    remedy = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    checked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["area", "position"]
        constraints = [
            models.UniqueConstraint(fields=["area", "name"], name="one_finding_per_check")
        ]

    def __str__(self) -> str:
        return f"{self.area}: {self.name} {self.state}"
