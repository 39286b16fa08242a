"""What the list of deliveries can be narrowed by."""

from __future__ import annotations

from datetime import datetime, timedelta

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from sync.filters.documents import DocumentFilter, Rows, choice, day, search_box, tick
from sync.filters.sales_orders import of_orders
from sync.filters.search_box import sap_number
from sync.models import DeliveryTrack, OutboundDelivery, OutboundDeliveryLine, Shipment

LATE_AFTER = timedelta(days=2)
LEFT = Q(goods_movement_status="C")


def is_late(now: datetime) -> Q:
    """Not left yet, though planned for earlier, or created more than two days ago."""
    planned = Q(planned_picking_at__lt=now)
    old = Q(planned_picking_at__isnull=True, created_date__lt=(now - LATE_AFTER).date())
    return (planned | old) & ~LEFT


def delivery_numbered(text: str) -> Q:
    """By its own number, or by that of a parcel."""
    found = Q(pk__in=DeliveryTrack.objects.filter(track_number=text).values("delivery"))
    return found | sap_number("delivery_number", text) if text.isdigit() else found


class DeliveryFilter(DocumentFilter):
    """Picking, goods issue, shipment in the shop, tracking, lateness, and a search box."""

    about = "delivery"

    q = search_box("Delivery, tracking or order number")
    picking = django_filters.ChoiceFilter(
        field_name="picking_status",
        label="Picking",
        empty_label="Any",
        choices=[(v, label) for v, label in OutboundDelivery.Picking.choices if v],
    )
    goods_issue = choice("by_goods_issue", "Goods issue", yes="Goods issued", no="Not yet")
    shop_shipment = choice("by_shipment", "In the shop", yes="Shipped", no="Not shipped")
    cancelled = choice(
        "by_unwanted", "Cancelled in the shop", stop="Do not ship", left="The goods have left"
    )
    created_from = day("created_date", "gte", "Created from")
    created_to = day("created_date", "lte", "Created to")
    untracked = tick("only_untracked", "Left without tracking")
    late = tick("only_late", "Late")
    attention = tick("only_needing_attention", "Needs attention")

    class Meta:
        model = OutboundDelivery
        fields: list[str] = []

    def search(self, deliveries: Rows, name: str, value: str) -> Rows:
        """A delivery number, a parcel number, or anything that finds the order."""
        text = value.strip()
        of_order = of_orders(text, OutboundDeliveryLine.objects.all(), "delivery")
        return deliveries.filter(delivery_numbered(text) | of_order)

    def by_goods_issue(self, deliveries: Rows, name: str, value: str) -> Rows:
        """Whether the goods have left."""
        return deliveries.filter(LEFT if value == "yes" else ~LEFT)

    def by_shipment(self, deliveries: Rows, name: str, value: str) -> Rows:
        """Whether a shipment in the shop stands for the delivery."""
        further = Shipment.further_deliveries.through.objects
        shipped = Exists(Shipment.objects.filter(delivery=OuterRef("pk"))) | Exists(
            further.filter(outbounddelivery=OuterRef("pk"))
        )
        return deliveries.filter(shipped if value == "yes" else ~shipped)

    def by_unwanted(self, deliveries: Rows, name: str, value: str) -> Rows:
        """Goods that were canceled or refunded in the shop after they went to SAP."""
        unwanted = OutboundDeliveryLine.objects.filter(unwanted_quantity__gt=0)
        found = deliveries.filter(pk__in=unwanted.values("delivery"))
        return found.filter(LEFT if value == "left" else ~LEFT)

    def only_untracked(self, deliveries: Rows, name: str, value: bool) -> Rows:
        """Goods that left without any parcel number."""
        tracked = Exists(DeliveryTrack.objects.filter(delivery=OuterRef("pk")))
        return deliveries.filter(LEFT, ~tracked) if value else deliveries

    def only_late(self, deliveries: Rows, name: str, value: bool) -> Rows:
        """Goods that should have left by now."""
        return deliveries.filter(is_late(timezone.now())) if value else deliveries
