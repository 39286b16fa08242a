"""Deliveries that were deleted in SAP before the goods left: no order waits for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db import transaction

from sync.models import OutboundDelivery, OutboundDeliveryLine, SalesOrder
from sync.sap.records import SapDelivery

GOODS_ISSUED = "C"


def unlisted_deliveries(orders: Sequence[SalesOrder], listed: Iterable[SapDelivery]) -> list[str]:
    """The numbers of mirrored deliveries that SAP does not list for these orders.

    Without those whose goods have left or that the shop has shipped: nobody can delete the
    former in SAP, and of the latter the customer was told.
    """
    mirrors = OutboundDelivery.objects.filter(lines__sales_order__in=orders)
    unshipped = mirrors.filter(shipments=None, further_shipments=None)
    waiting = unshipped.exclude(goods_movement_status=GOODS_ISSUED)
    numbers = waiting.exclude(delivery_number__in=[one.delivery_number for one in listed])
    return sorted(set(numbers.values_list("delivery_number", flat=True)))


def forget_deliveries(numbers: Collection[str]) -> None:
    """Take these out of the mirror; one with work in the ledger stays there, without lines."""
    if not numbers:
        return
    deleted = OutboundDelivery.objects.filter(delivery_number__in=list(numbers))
    with transaction.atomic():
        OutboundDeliveryLine.objects.filter(delivery__in=deleted).delete()
        deleted.filter(tasks__isnull=True).delete()
