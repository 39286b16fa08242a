"""Outbound deliveries as mirrored from SAP."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models import clock, page_indexes
from sync.models.addresses import page_address
from sync.models.columns import document_number, quantity
from sync.models.typed_forms import Unspaced


class OutboundDelivery(models.Model):
    """A SAP delivery (LIKP), keyed by its number; may carry lines of several web orders."""

    class Picking(models.TextChoices):
        """KOSTK."""

        NOT_RELEVANT = "", _("Not relevant")
        NOT_PICKED = "A", _("Not picked")
        PARTLY = "B", _("Partly picked")
        PICKED = "C", _("Picked")

    class PickTimeSource(models.TextChoices):
        """Where the pick time comes from; SAP stores none in the delivery itself (sheet 4.1)."""

        NONE = "", _("Unknown")
        FLOW = "flow", _("Time recorded in SAP")
        FIRST_SEEN = "first_seen", _("First seen by the portal")

    class Unwanted(models.TextChoices):
        """What cancellations and refunds in the shop mean for the delivery."""

        NONE = "", _("Wanted")
        WHOLE = "whole", _("Cancelled in the shop – do not ship")
        IN_PART = "in_part", _("Partly cancelled in the shop – do not ship all")
        LEFT = "left", _("Cancelled in the shop – the goods have left")
        LEFT_IN_PART = "left_in_part", _("Partly cancelled in the shop – the goods have left")

    delivery_number = document_number(unique=True)
    created_date = models.DateField(null=True, blank=True)
    shipping_point = models.CharField(max_length=4, blank=True)
    ship_to = models.CharField(max_length=10, blank=True)
    picking_status = models.CharField(max_length=1, choices=Picking, blank=True)
    picked_at = models.DateTimeField(null=True, blank=True)
    pick_time_source = models.CharField(max_length=12, choices=PickTimeSource, blank=True)
    planned_picking_at = models.DateTimeField(null=True, blank=True)
    goods_movement_status = models.CharField(max_length=1, blank=True)
    goods_issue_date = models.DateField(null=True, blank=True)
    goods_issued_at = models.DateTimeField(null=True, blank=True)
    billing_status = models.CharField(max_length=1, blank=True)
    carrier = models.CharField(max_length=20, blank=True)
    # Kept by the database itself (sync.models.database_keeps).
    is_in_shop = models.BooleanField(
        db_default=False, editable=False, help_text=_("A shop shipment stands for it.")
    )
    has_parcels = models.BooleanField(db_default=False, editable=False)
    has_unwanted = models.BooleanField(
        db_default=False, editable=False, help_text=_("Goods of it were cancelled in the shop.")
    )
    changed_at = models.DateTimeField(help_text=_("When SAP last answered with something new."))
    news_at = models.DateTimeField(
        null=True,
        blank=True,
        default=clock.now,
        help_text=_(
            "Since when the shop may have to be told of a change; empty once work covers it."
        ),
    )
    read_at = models.DateTimeField()
    fingerprint = models.CharField(
        max_length=64,
        blank=True,
        help_text=_("Of SAP's record, to notice that nothing has changed."),
    )
    parcels_due_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When SAP is asked again which parcels have left.")
    )

    class Meta:
        ordering = ["-created_date", "-id"]
        indexes = [
            *page_indexes.DELIVERIES,
            models.Index(fields=["-created_date", "-id"], name="delivery_created"),
            models.Index(
                fields=["picking_status", "-created_date", "-id", "goods_movement_status"],
                name="delivery_picking",
            ),
            models.Index(
                fields=["goods_movement_status", "-created_date", "-id"], name="delivery_goods"
            ),
            models.Index(
                fields=["news_at", "id"],
                condition=models.Q(news_at__isnull=False),
                name="delivery_news",
            ),
            models.Index(
                fields=["parcels_due_at"],
                condition=models.Q(parcels_due_at__isnull=False),
                name="delivery_parcels_due",
            ),
        ]

    def __str__(self) -> str:
        return self.delivery_number

    def get_absolute_url(self) -> str:
        return page_address("delivery", self.pk)

    @property
    def shop_shipments(self) -> list[Any]:
        """Shop shipments that stand for all or part of it, oldest first."""
        found = {one.pk: one for one in (*self.shipments.all(), *self.further_shipments.all())}
        return sorted(found.values(), key=lambda one: (one.remote_created_at, one.pk))

    @property
    def is_goods_issued(self) -> bool:
        """Whether the goods have left the warehouse; false again after a reversal."""
        return self.goods_movement_status == "C"

    @property
    def unwanted(self) -> OutboundDelivery.Unwanted:
        """Whether it holds goods that were canceled or refunded in the shop. Reads the lines:
        prefetch them for lists."""
        lines = [line for line in self.lines.all() if line.delivered_quantity > 0]
        if not any(line.unwanted_quantity > 0 for line in lines):
            return self.Unwanted.NONE
        is_whole = all(line.unwanted_quantity >= line.delivered_quantity for line in lines)
        if self.is_goods_issued:
            return self.Unwanted.LEFT if is_whole else self.Unwanted.LEFT_IN_PART
        return self.Unwanted.WHOLE if is_whole else self.Unwanted.IN_PART


class OutboundDeliveryLine(models.Model):
    """A delivered line (LIPS), batch splits already added up."""

    delivery = models.ForeignKey(OutboundDelivery, on_delete=models.CASCADE, related_name="lines")
    item_number = models.PositiveIntegerField()
    sales_order = models.ForeignKey(
        "SalesOrder", null=True, blank=True, on_delete=models.PROTECT, related_name="delivery_lines"
    )
    sap_sales_order_number = document_number(blank=True)
    sap_item_number = models.PositiveIntegerField(default=0)
    material = models.CharField(max_length=40)
    delivered_quantity = quantity()
    unit = models.CharField(max_length=3, blank=True)
    base_quantity = quantity(null=True, blank=True, help_text=_("In the material's base unit."))
    base_unit = models.CharField(max_length=3, blank=True)
    unwanted_quantity = quantity(
        default=Decimal(0),
        help_text=_(
            "What of it the shop has canceled or refunded: not to be shipped, or gone "
            "although it was."
        ),
    )
    plant = models.CharField(max_length=4, blank=True)

    class Meta:
        ordering = ["item_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "item_number"], name="one_mirror_per_delivery_item"
            )
        ]
        indexes = [
            models.Index(fields=["sap_sales_order_number"], name="delivery_line_order"),
            models.Index(
                fields=["delivery"],
                condition=models.Q(unwanted_quantity__gt=0),
                name="delivery_line_unwanted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.material} × {self.delivered_quantity.normalize():f}"


class DeliveryTrack(models.Model):
    """A parcel of a delivery and where in SAP its number was found."""

    delivery = models.ForeignKey(OutboundDelivery, on_delete=models.CASCADE, related_name="tracks")
    track_number = models.CharField(max_length=50)
    source = models.CharField(max_length=30)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "track_number"], name="one_row_per_delivery_track"
            )
        ]
        indexes = [models.Index(Unspaced("track_number"), name="delivery_track_typed")]

    def __str__(self) -> str:
        return self.track_number
