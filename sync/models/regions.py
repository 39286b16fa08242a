"""What a shop's countries and regions are to SAP."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class RegionMapping(models.Model):
    """SAP's key of a region (T005S), and the transportation zone of addresses there."""

    shop = models.ForeignKey("Shop", on_delete=models.CASCADE, related_name="regions")
    shop_region = models.CharField(
        _("region in the shop"),
        max_length=100,
        help_text=_(
            "Country and the shop's region, such as IN/MH; a country alone, such as SG, "
            "stands for all its regions without an entry of their own."
        ),
    )
    region = models.CharField(max_length=3, blank=True, help_text=_("SAP's key, such as 13."))
    transport_zone = models.CharField(
        _("transportation zone"), max_length=10, blank=True, help_text=_("Such as IN00000001.")
    )

    class Meta:
        ordering = ["shop_region"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "shop_region"], name="one_entry_per_region")
        ]

    def __str__(self) -> str:
        return f"{self.shop_region} → {self.region or 'no region'} {self.transport_zone}".rstrip()

    def clean(self) -> None:
        if not (self.region or self.transport_zone):
            raise ValidationError(gettext("Give the region, the transportation zone, or both."))
