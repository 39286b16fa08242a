"""What an administrator has entered about SAP's messages: their meaning and remedy."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models


class SapMessageEntry(models.Model):
    """One SAP message by class and number; overrides the portal's own table."""

    class Kind(models.TextChoices):
        BUSINESS = "business", "Refused: a person must act"
        MISSING_MASTER_DATA = "missing_master_data", "Master data is missing in SAP"
        LOCKED = "locked", "Locked: try again by itself"
        DUPLICATE = "duplicate", "Already there"
        INCOMPLETE = "incomplete", "Saved, but incomplete"
        CLOSED_PERIOD = "closed_period", "Period is closed"

    class Owner(models.TextChoices):
        SALES = "sales", "Sales"
        LOGISTICS = "logistics", "Logistics"
        FINANCE = "finance", "Finance"
        ADMINISTRATOR = "administrator", "Administrator"

    message_class = models.CharField(
        max_length=20,
        validators=[RegexValidator(r"^[A-Z0-9_/]+$", "As SAP writes it, such as V1.")],
        help_text="Such as V1.",
    )
    number = models.CharField(
        max_length=3,
        validators=[RegexValidator(r"^\d{3}$", "Three digits, such as 302.")],
        help_text="Three digits.",
    )
    message_type = models.CharField(
        max_length=1,
        blank=True,
        choices=[("E", "Error"), ("A", "Abort"), ("W", "Warning")],
        help_text="Only for messages of this type; empty: for all.",
    )
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.BUSINESS)
    words = models.CharField(max_length=200, help_text="What it means, in plain words.")
    remedy = models.CharField(max_length=300, blank=True, help_text="What the owner does about it.")
    owner = models.CharField(max_length=15, choices=Owner, default=Owner.SALES)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["message_class", "number", "message_type"]
        verbose_name = "SAP message"
        constraints = [
            models.UniqueConstraint(
                fields=["message_class", "number", "message_type"],
                name="one_meaning_per_sap_message",
            )
        ]

    def __str__(self) -> str:
        return f"{self.message_class} {self.number} {self.message_type}".strip()
