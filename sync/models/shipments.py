"""Magento's records of goods sent."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models.columns import quantity
from sync.models.deliveries import OutboundDelivery
from sync.models.packed import PackedJSONField
from sync.models.typed_forms import BareNumber, Unspaced
from sync.names.shop import carrier_name


class ShipmentQuerySet(models.QuerySet["Shipment"]):
    def standing_for(self, delivery: OutboundDelivery) -> ShipmentQuerySet:
        """Shop shipments for all or part of the delivery, each once."""
        further = Shipment.further_deliveries.through.objects.filter(outbounddelivery=delivery)
        first = Shipment.objects.filter(delivery=delivery).order_by()
        return self.filter(pk__in=first.values("pk").union(further.values("shipment")))


class Shipment(models.Model):
    """A Magento shipment; ``delivery`` is the SAP delivery it stands for, if one is known.

    A shipment the portal made stands for one delivery. One made by hand may stand for several
    (``further_deliveries``), and a delivery may have several of those.
    """

    sales_order = models.ForeignKey(
        "SalesOrder", on_delete=models.PROTECT, related_name="shipments"
    )
    delivery = models.ForeignKey(
        OutboundDelivery, null=True, blank=True, on_delete=models.PROTECT, related_name="shipments"
    )
    further_deliveries = models.ManyToManyField(
        OutboundDelivery, blank=True, related_name="further_shipments"
    )
    entity_id = models.PositiveBigIntegerField()
    increment_id = models.CharField(max_length=50, blank=True)
    remote_created_at = models.DateTimeField()
    is_customer_told = models.BooleanField(
        default=False, help_text=_("Magento's email_sent: the proof of a first mail.")
    )
    mail_queued_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Since when the shop has its mail in its queue.")
    )
    mail_due_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the shop is asked again whether it was sent.")
    )
    is_made_by_hand = models.BooleanField(default=False, help_text=_("Found, not made."))
    parcels_sent = models.JSONField(
        default=list, help_text=_("Parcel numbers from SAP; any other was added by a person.")
    )
    payload = PackedJSONField(default=dict)
    read_at = models.DateTimeField()

    objects = ShipmentQuerySet.as_manager()

    class Meta:
        ordering = ["remote_created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sales_order", "entity_id"], name="one_mirror_per_shipment"
            ),
            models.UniqueConstraint(
                fields=["sales_order", "delivery"],
                condition=models.Q(delivery__isnull=False, is_made_by_hand=False),
                name="one_shipment_per_delivery_and_order",
            ),
        ]
        indexes = [models.Index(BareNumber("increment_id"), name="shipment_number_bare")]

    def __str__(self) -> str:
        return self.increment_id or str(self.entity_id)


class ShipmentLine(models.Model):
    """A shipped line, by Magento's order item id."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="lines")
    order_item_id = models.PositiveBigIntegerField()
    sku = models.CharField(max_length=255, blank=True)
    shipped_quantity = quantity()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.sku} × {self.shipped_quantity.normalize():f}"


class ShipmentTrack(models.Model):
    """A parcel number as the customer sees it in the shop."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="tracks")
    entity_id = models.PositiveBigIntegerField()
    carrier_code = models.CharField(max_length=50)
    title = models.CharField(max_length=100, blank=True)
    track_number = models.CharField(max_length=50)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(Unspaced("track_number"), name="shipment_track_typed")]

    def __str__(self) -> str:
        return f"{self.carrier_name}: {self.track_number}"

    @property
    def carrier_name(self) -> str:
        """As the customer sees it."""
        return carrier_name(self.carrier_code, self.title)
