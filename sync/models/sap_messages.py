"""What an administrator has entered about SAP's messages: their meaning and remedy."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class SapMessageEntry(models.Model):
    """One SAP message by class and number; overrides the portal's own table."""

    class Kind(models.TextChoices):
        BUSINESS = "business", _("Refused: a person must act")
        MISSING_MASTER_DATA = "missing_master_data", _("Master data is missing in SAP")
        LOCKED = "locked", _("Locked: try again by itself")
        DUPLICATE = "duplicate", _("Already there")
        INCOMPLETE = "incomplete", _("Saved, but incomplete")
        CLOSED_PERIOD = "closed_period", _("Period is closed")

    class Owner(models.TextChoices):
        SALES = "sales", _("Sales")
        LOGISTICS = "logistics", _("Logistics")
        FINANCE = "finance", _("Finance")
        ADMINISTRATOR = "administrator", _("Administrator")

    message_class = models.CharField(
        max_length=20,
        validators=[RegexValidator(r"^[A-Z0-9_/]+$", _("As SAP writes it, such as V1."))],
        help_text=_("Such as V1."),
    )
    number = models.CharField(
        max_length=3,
        validators=[RegexValidator(r"^\d{3}$", _("Three digits, such as 302."))],
        help_text=_("Three digits."),
    )
    message_type = models.CharField(
        max_length=1,
        blank=True,
        choices=[("E", _("Error")), ("A", _("Abort")), ("W", _("Warning"))],
        help_text=_("Only for messages of this type; empty: for all."),
    )
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.BUSINESS)
    words = models.CharField(max_length=200, help_text=_("What it means, in plain words."))
    remedy = models.CharField(
        max_length=300, blank=True, help_text=_("What the owner does about it.")
    )
    owner = models.CharField(max_length=15, choices=Owner, default=Owner.SALES)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["message_class", "number", "message_type"]
        verbose_name = _("SAP message")
        constraints = [
            models.UniqueConstraint(
                fields=["message_class", "number", "message_type"],
                name="one_meaning_per_sap_message",
            )
        ]

    def __str__(self) -> str:
        return f"{self.message_class} {self.number} {self.message_type}".strip()
