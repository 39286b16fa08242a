"""Where in SAP a store puts what is written on its web orders."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sync.order_texts import HEADER_FIELDS, USUAL_PLACES, OrderText, SapPlace


class TextMapping(models.Model):
    """With neither text id nor header field it is left out, and the order says so."""

    sales_area = models.ForeignKey("SalesArea", on_delete=models.CASCADE, related_name="texts")
    what = models.CharField(
        max_length=20,
        choices=[(one.value, one.label[0].upper() + one.label[1:]) for one in OrderText],
    )
    text_id = models.CharField(
        max_length=4,
        blank=True,
        help_text=_(
            "SAP's text id: of the item for what belongs to a product, else of the header."
        ),
    )
    header_field = models.CharField(
        max_length=10,
        blank=True,
        choices=[(name, f"{name} ({length} characters)") for name, length in HEADER_FIELDS.items()],
        help_text=_("Instead of a text; not for what belongs to a product."),
    )

    class Meta:
        ordering = ["sales_area", "what"]
        constraints = [
            models.UniqueConstraint(fields=["sales_area", "what"], name="one_place_per_text"),
            models.UniqueConstraint(
                fields=["sales_area", "header_field"],
                condition=~models.Q(header_field=""),
                name="one_text_per_header_field",
            ),
        ]

    def __str__(self) -> str:
        return f"{OrderText(self.what).label} → {self.header_field or self.text_id or 'left out'}"

    def clean(self) -> None:
        if self.text_id and self.header_field:
            raise ValidationError(gettext("Give either the text id or the header field."))
        if self.header_field and self.what in {one.value for one in OrderText if one.is_of_item}:
            raise ValidationError(
                {"header_field": gettext("This belongs to a line: give a text id.")}
            )

    @classmethod
    def places_of(cls, entries: list[TextMapping]) -> dict[OrderText, SapPlace]:
        """With the usual places for whatever the store does not say."""
        own = {OrderText(one.what): SapPlace(one.text_id, one.header_field) for one in entries}
        return {**USUAL_PLACES, **own}
