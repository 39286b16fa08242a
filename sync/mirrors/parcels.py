"""Parcel numbers that SAP gave to a delivery, and which of them a shipment in the shop carries."""

from __future__ import annotations

from collections.abc import Iterable

from sync.magento.records import MagentoShipment
from sync.models import DeliveryTrack, SalesOrder, Shipment
from sync.translate.parcel_numbers import is_named


def store_parcels_sent(order: SalesOrder, entity_id: int, numbers: Iterable[str]) -> None:
    """Any other parcel of the shipment was added by a person."""
    shipment = Shipment.objects.filter(sales_order=order, entity_id=entity_id)
    shipment.update(parcels_sent=sorted(set(numbers)))


def parcels_sent(order: SalesOrder, entity_id: int) -> set[str]:
    shipment = Shipment.objects.filter(sales_order=order, entity_id=entity_id)
    return {number for kept in shipment.values_list("parcels_sent", flat=True) for number in kept}


def by_parcel(
    shipments: Iterable[MagentoShipment], deliveries: Iterable[int]
) -> list[tuple[int, int]]:
    """Pairs of shipment and delivery key where the shipment carries a parcel of the delivery."""
    tracks = DeliveryTrack.objects.filter(delivery__in=list(deliveries)).order_by("pk")
    named = list(tracks.values_list("delivery", "track_number"))
    return [
        (one.entity_id, delivery)
        for one in shipments
        for track in one.tracks
        for delivery, number in named
        if is_named(number, [track.track_number]) or is_named(track.track_number, [number])
    ]
