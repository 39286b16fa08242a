"""From which of the shop's inventory sources a delivery left.

A shipment has one source, and a delivery one shipping point: it counts first, so that one delivery
stays one shipment. Plants belong to lines; they decide only where all of them mean one source.
"""

from __future__ import annotations

from sync.errors import MappingMissing
from sync.mapping_tables import MappingTable
from sync.models import OutboundDelivery, SalesOrder, Shop, SourceMapping
from sync.models.master_data import rows_of
from sync.told import told


def source_of(shop: Shop, order: SalesOrder, delivery: OutboundDelivery) -> str:
    """Empty where the shop needs no source. Raises ``MappingMissing`` where it has several, or
    others are mapped, and this delivery's is not known."""
    entries = [one for one in rows_of(SourceMapping) if one.shop_id == shop.pk]
    if not entries and not shop.has_several_sources:
        return ""
    points = {one.shipping_point: one.source_code for one in entries if one.shipping_point}
    if found := points.get(delivery.shipping_point):
        return found
    by_plant = {one.plant: one.source_code for one in entries if one.plant}
    lines = delivery.lines.filter(sales_order=order, delivered_quantity__gt=0)
    plants = sorted(set(lines.values_list("plant", flat=True)))
    sources = {by_plant.get(plant, "") for plant in plants}
    if len(sources) == 1 and "" not in sources:
        return sources.pop()
    raise MappingMissing(
        told(
            "Delivery {delivery} left shipping point {shipping_point}, which has no source in "
            "the shop. {plants}",
            delivery=delivery,
            shipping_point=delivery.shipping_point,
            plants=_of_plants(plants, by_plant),
        ),
        MappingTable.SOURCE,
        delivery.shipping_point,
        reference=delivery.delivery_number,
    )


def _of_plants(plants: list[str], by_plant: dict[str, str]) -> str:
    none, no_source = told("none"), told("no source")
    named = ", ".join(f"{one or none} ({by_plant.get(one) or no_source})" for one in plants)
    if len({by_plant.get(plant) for plant in plants}) < 2:
        return told("Its plant: {plants}.", plants=named)
    return told(
        "Its lines come from several plants: {plants}. A shipment has one source: an entry "
        "for the shipping point decides, or the parts are shipped by hand in the shop.",
        plants=named,
    )
