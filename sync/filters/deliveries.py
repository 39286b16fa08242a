"""What the list of deliveries can be narrowed by."""

from __future__ import annotations

from datetime import datetime, timedelta

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from sync.filters.fields import DateInput, SearchInput
from sync.filters.sales_orders import order_condition
from sync.filters.search_box import sap_number
from sync.models import (
    DeliveryTrack,
    OutboundDelivery,
    OutboundDeliveryLine,
    SalesOrder,
    Shipment,
    SyncTask,
)

LATE_AFTER = timedelta(days=2)
GOODS_ISSUED = "C"


def is_late(now: datetime) -> Q:
    """Not left yet, though planned for earlier, or created more than two days ago."""
    planned = Q(planned_picking_at__lt=now)
    old = Q(planned_picking_at__isnull=True, created_date__lt=(now - LATE_AFTER).date())
    return (planned | old) & ~Q(goods_movement_status=GOODS_ISSUED)


class DeliveryFilter(django_filters.FilterSet):  # type: ignore[misc]  # untyped package
    """Picking, goods issue, shipment in the shop, tracking, lateness, and a search box."""

    q = django_filters.CharFilter(
        method="search", label="Search", widget=SearchInput("Delivery, tracking or order number")
    )
    picking = django_filters.ChoiceFilter(
        field_name="picking_status",
        label="Picking",
        empty_label="Any",
        choices=[(v, label) for v, label in OutboundDelivery.Picking.choices if v],
    )
    goods_issue = django_filters.ChoiceFilter(
        method="by_goods_issue",
        label="Goods issue",
        empty_label="Any",
        choices=[("yes", "Goods issued"), ("no", "Not yet")],
    )
    shop_shipment = django_filters.ChoiceFilter(
        method="by_shipment",
        label="In the shop",
        empty_label="Any",
        choices=[("yes", "Shipped"), ("no", "Not shipped")],
    )
    cancelled = django_filters.ChoiceFilter(
        method="by_unwanted",
        label="Cancelled in the shop",
        empty_label="Any",
        choices=[("stop", "Do not ship"), ("left", "The goods have left")],
    )
    created_from = django_filters.DateFilter(
        field_name="created_date", lookup_expr="gte", label="Created from", widget=DateInput()
    )
    created_to = django_filters.DateFilter(
        field_name="created_date", lookup_expr="lte", label="Created to", widget=DateInput()
    )
    untracked = django_filters.BooleanFilter(
        method="only_untracked", label="Left without tracking", widget=forms.CheckboxInput
    )
    late = django_filters.BooleanFilter(
        method="only_late", label="Late", widget=forms.CheckboxInput
    )
    attention = django_filters.BooleanFilter(
        method="only_needing_attention", label="Needs attention", widget=forms.CheckboxInput
    )

    class Meta:
        model = OutboundDelivery
        fields: list[str] = []

    def search(
        self, deliveries: QuerySet[OutboundDelivery], name: str, value: str
    ) -> QuerySet[OutboundDelivery]:
        """A delivery number, a parcel number, or anything that finds the order."""
        text = value.strip()
        found = Q(pk__in=DeliveryTrack.objects.filter(track_number=text).values("delivery"))
        if text.isdigit():
            found |= sap_number("delivery_number", text)
        orders = order_condition(text)
        if orders is not None:
            matching = SalesOrder.objects.filter(orders).order_by().values("pk")
            lines = OutboundDeliveryLine.objects.filter(sales_order__in=matching)
            found |= Q(pk__in=lines.values("delivery"))
        return deliveries.filter(found)

    def by_goods_issue(
        self, deliveries: QuerySet[OutboundDelivery], name: str, value: str
    ) -> QuerySet[OutboundDelivery]:
        """Whether the goods have left."""
        left = Q(goods_movement_status=GOODS_ISSUED)
        return deliveries.filter(left if value == "yes" else ~left)

    def by_shipment(
        self, deliveries: QuerySet[OutboundDelivery], name: str, value: str
    ) -> QuerySet[OutboundDelivery]:
        """Whether a shipment in the shop stands for the delivery."""
        further = Shipment.further_deliveries.through.objects
        shipped = Exists(Shipment.objects.filter(delivery=OuterRef("pk"))) | Exists(
            further.filter(outbounddelivery=OuterRef("pk"))
        )
        return deliveries.filter(shipped if value == "yes" else ~shipped)

    def by_unwanted(
        self, deliveries: QuerySet[OutboundDelivery], name: str, value: str
    ) -> QuerySet[OutboundDelivery]:
        """Goods that were canceled or refunded in the shop after they went to SAP."""
        unwanted = OutboundDeliveryLine.objects.filter(unwanted_quantity__gt=0)
        left = Q(goods_movement_status=GOODS_ISSUED)
        found = deliveries.filter(pk__in=unwanted.values("delivery"))
        return found.filter(left if value == "left" else ~left)

    def only_untracked(
        self, deliveries: QuerySet[OutboundDelivery], name: str, value: bool
    ) -> QuerySet[OutboundDelivery]:
        """Goods that left without any parcel number."""
        tracked = Exists(DeliveryTrack.objects.filter(delivery=OuterRef("pk")))
        left = Q(goods_movement_status=GOODS_ISSUED)
        return deliveries.filter(left, ~tracked) if value else deliveries

    def only_late(
        self, deliveries: QuerySet[OutboundDelivery], name: str, value: bool
    ) -> QuerySet[OutboundDelivery]:
        """Goods that should have left by now."""
        return deliveries.filter(is_late(timezone.now())) if value else deliveries

    def only_needing_attention(
        self, deliveries: QuerySet[OutboundDelivery], name: str, value: bool
    ) -> QuerySet[OutboundDelivery]:
        """Deliveries whose shipment stopped until a person acts."""
        stopped = SyncTask.objects.filter(
            state=SyncTask.State.NEEDS_ATTENTION, delivery__isnull=False
        )
        return deliveries.filter(pk__in=stopped.values("delivery")) if value else deliveries
