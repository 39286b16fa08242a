"""Shipments a person made in the shop: tied to the deliveries they stand for, never repeated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync.magento.records import MagentoOrder, MagentoShipment
from sync.mirrors.sap_quantities import delivered_quantities, departure
from sync.mirrors.standing_for import tied_pairs
from sync.models import DeliveryTrack, OutboundDelivery, SalesOrder, Shipment
from sync.steps.shipping.bundle_types import bundle_types
from sync.steps.step_run import StepRun
from sync.translate.hand_made import Cover, Held, counted, covers, shipped_ids
from sync.translate.open_quantities import shippable_quantities

MARKER = "SAP delivery"
Pairs = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class ShippedByHand:
    """The shipments that carry no marker, and those of them that stand for the delivery."""

    shipments: dict[int, MagentoShipment]
    cover: Cover

    @property
    def papers(self) -> list[MagentoShipment]:
        """Those that stand for the delivery or a part of it."""
        return [self.shipments[key] for key in self.cover.papers]


def marker_of(delivery: OutboundDelivery) -> str:
    """The comment that says for which delivery a shipment was made."""
    return f"{MARKER} {delivery.delivery_number}"


def shipped_by_hand(
    run: StepRun, order: SalesOrder, web_order: MagentoOrder, shipments: Sequence[MagentoShipment]
) -> ShippedByHand | None:
    """What stands for the task's delivery without saying so: shipments that carry one of its
    parcels, or that hold all its quantities. None where there is no such shipment."""
    unmarked = {
        one.entity_id: one
        for one in shipments
        if not any(MARKER in comment for comment in one.comments)
    }
    if not unmarked:
        return None
    types = bundle_types(run, web_order)
    ids = shipped_ids(web_order, types)
    held = [Held(key, counted(one.items, ids)) for key, one in unmarked.items()]
    deliveries = _unmarked_deliveries(order, shipments)
    sent = [_sent(order, web_order, one, types) for one in deliveries]
    pairs = tied_pairs(order, Shipment)
    pairs += _by_parcel(unmarked.values(), deliveries, {paper for paper, _delivery in pairs})
    found = covers(held, sent, pairs).get(run.delivery.pk, Cover())
    return ShippedByHand(unmarked, found)


def _unmarked_deliveries(
    order: SalesOrder, shipments: Sequence[MagentoShipment]
) -> list[OutboundDelivery]:
    """The order's deliveries that have left and that the portal has not shipped, oldest first."""
    marks = {comment for one in shipments for comment in one.comments}
    gone = OutboundDelivery.objects.filter(lines__sales_order=order, goods_movement_status="C")
    return sorted((one for one in gone.distinct() if marker_of(one) not in marks), key=departure)


def _sent(
    order: SalesOrder, web_order: MagentoOrder, delivery: OutboundDelivery, types: dict[int, str]
) -> Held:
    """What a delivery stands for on the lines that count in the shop."""
    wanted = shippable_quantities(web_order, *delivered_quantities(order, delivery), types)
    quantities = {line.item_id: line.quantity for line in wanted.asked}
    unknown = [one for one in wanted.disagreements if one.item_id not in quantities]
    return Held(delivery.pk, quantities | {one.item_id: one.wanted for one in unknown})


def _by_parcel(
    shipments: Iterable[MagentoShipment], deliveries: Sequence[OutboundDelivery], tied: set[int]
) -> Pairs:
    """A shipment not tied yet, with each delivery of which it carries a parcel."""
    carried: dict[str, list[int]] = defaultdict(list)
    tracks = DeliveryTrack.objects.filter(delivery__in=list(deliveries))
    for delivery, number in tracks.order_by("pk").values_list("delivery", "track_number"):
        carried[number].append(delivery)
    return [
        (one.entity_id, delivery)
        for one in shipments
        if one.entity_id not in tied
        for track in one.tracks
        for delivery in carried[track.track_number]
    ]
