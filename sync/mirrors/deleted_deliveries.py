"""Forgets deliveries that were deleted in SAP before the goods left."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db import transaction

from sync.models import OutboundDelivery, OutboundDeliveryLine, SalesOrder
from sync.sap.records import SapDelivery

GOODS_ISSUED = "C"


def unlisted_deliveries(orders: Sequence[SalesOrder], listed: Iterable[SapDelivery]) -> list[str]:
    """Numbers of the orders' mirrored deliveries that SAP no longer lists.

    Deliveries with goods issue are left out because SAP cannot delete them, and shipped ones
    because the customer was told.
    """
    mirrors = OutboundDelivery.objects.filter(lines__sales_order__in=orders)
    unshipped = mirrors.filter(shipments=None, further_shipments=None)
    waiting = unshipped.exclude(goods_movement_status=GOODS_ISSUED)
    numbers = waiting.exclude(delivery_number__in=[one.delivery_number for one in listed])
    return sorted(set(numbers.values_list("delivery_number", flat=True)))


def forget_deliveries(numbers: Collection[str]) -> set[str]:
    """Deletes the mirrors; one that has tasks is kept without its lines. Returns the SAP orders
    they were of."""
    if not numbers:
        return set()
    deleted = OutboundDelivery.objects.filter(delivery_number__in=list(numbers))
    with transaction.atomic():
        lines = OutboundDeliveryLine.objects.filter(delivery__in=deleted)
        orders = set(lines.values_list("sap_sales_order_number", flat=True))
        lines.delete()
        deleted.filter(tasks__isnull=True).delete()
    return orders
