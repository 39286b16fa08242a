"""What is remembered of an order as it was last stored and compared, to notice that either side has
changed."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models.columns import money


class ComparedOrder(models.Model):
    stored_fingerprint = models.CharField(
        max_length=64,
        blank=True,
        help_text=_(
            "Of all that is stored of the shop's order; empty where the portal has changed "
            "some of it itself."
        ),
    )
    lines_fingerprint = models.CharField(
        max_length=64, blank=True, help_text=_("The same, of its lines.")
    )
    shop_fingerprint = models.CharField(
        max_length=64, blank=True, help_text=_("Of what is compared of the shop's order.")
    )
    sap_fingerprint = models.CharField(
        max_length=64, blank=True, help_text=_("Of what is compared of the SAP order.")
    )
    comparison_due_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("Since when either side has changed and is to be compared."),
    )
    sap_missing_since = models.DateTimeField(
        null=True, blank=True, help_text=_("Since when SAP no longer shows the order.")
    )
    compared_refund = money(
        default=Decimal(0), help_text=_("What the shop had refunded when both were last compared.")
    )

    class Meta:
        abstract = True
