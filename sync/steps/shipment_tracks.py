"""Parcel numbers: as the customer sees them, added late, or corrected."""

from __future__ import annotations

from collections.abc import Sequence

from sync.errors import MappingMissing, OutcomeUnknown
from sync.magento.records import MagentoShipment
from sync.models import CarrierMapping, OutboundDelivery, SalesOrder
from sync.steps.found_finished import wait_for_a_click
from sync.steps.settling import writing_to_shop
from sync.steps.step_run import StepRun

NO_CARRIER = ("custom", "Parcel")


def tracks_of(delivery: OutboundDelivery) -> tuple[tuple[str, str, str], ...]:
    """Carrier code, title and number of each parcel; raises ``MappingMissing`` for the carrier."""
    numbers = list(delivery.tracks.values_list("track_number", flat=True))
    if not numbers:
        return ()
    code, title = _carrier(delivery)
    return tuple((code, title, number) for number in numbers)


def correct_tracks(
    run: StepRun, order: SalesOrder, shipment: MagentoShipment, *, made_by_hand: bool
) -> str:
    """Bring the shipment's parcels to what SAP says; what was changed, in words.

    A parcel SAP no longer names is taken away only from a shipment of ours. The first notice goes
    out with the first parcel; one the customer may have is never repeated.
    """
    wanted = tracks_of(run.delivery)
    present = {track.track_number for track in shipment.tracks}
    added = [track for track in wanted if track[2] not in present]
    numbers = {number for _code, _title, number in wanted}
    wrong = [t for t in shipment.tracks if wanted and t.track_number not in numbers]
    tells = wanted and not shipment.email_sent and not made_by_hand
    if added or tells or (wrong and not made_by_hand):
        wait_for_a_click(
            run, order, f"The parcels of shipment {shipment.increment_id} are corrected"
        )
    for code, title, number in added:
        with writing_to_shop(run, order):
            run.magento().add_track(shipment, code, title, number)
    for track in [] if made_by_hand else wrong:
        with writing_to_shop(run, order):
            run.magento().delete_track(track.entity_id)
    changes = [f"{len(added)} parcels added"] if added else []
    changes += [f"{len(wrong)} parcels taken away"] if wrong and not made_by_hand else []
    if tells:
        with writing_to_shop(run, order):
            run.magento().send_shipment_email(shipment.entity_id)
        changes.append("notice sent")
    return ", ".join(changes)


def refuse_missing_tracks(
    order: SalesOrder, made: MagentoShipment, asked: Sequence[tuple[str, str, str]]
) -> None:
    """Raises ``OutcomeUnknown`` when a new shipment lacks a parcel: the next attempt adds it."""
    missing = {number for *_, number in asked} - {track.track_number for track in made.tracks}
    if missing:
        raise OutcomeUnknown(
            f"The shop made shipment {made.increment_id} but does not show parcel "
            f"{', '.join(sorted(missing))} yet.",
            system="magento",
            reference=order.increment_id,
            remote_is_away=False,
        )


def _carrier(delivery: OutboundDelivery) -> tuple[str, str]:
    if not delivery.carrier:
        return NO_CARRIER
    mapping = CarrierMapping.objects.filter(sap_carrier=delivery.carrier).first()
    if mapping is None:
        raise MappingMissing(
            f"Delivery {delivery} went with carrier “{delivery.carrier}”, which has no name in the "
            "shop: add it to the carriers, then retry.",
            mapping="carrier",
            key=delivery.carrier,
            reference=delivery.delivery_number,
        )
    return mapping.carrier_code, mapping.title
