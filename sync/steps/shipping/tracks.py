"""Parcel numbers of a shipment: as the customer sees them, added late, or corrected."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sync.causes.shop import ShopCause
from sync.errors import MappingMissing, OutcomeUnknown
from sync.magento.records import MagentoShipment, MagentoTrack
from sync.mapping_tables import MappingTable
from sync.mirrors.mails import store_mail_queued
from sync.mirrors.parcels import parcels_sent, store_parcels_sent
from sync.models import CarrierMapping, OutboundDelivery, SalesOrder, Shipment
from sync.models.master_data import rows_of
from sync.steps.finished_orders import refuse_unasked_write
from sync.steps.queued_mails import is_in_queue
from sync.steps.remote_writes import writing_to_shop
from sync.steps.step_run import StepRun
from sync.told import told
from sync.translate.parcel_numbers import is_named

Track = tuple[str, str, str]  # carrier code, title, number

NO_CARRIER = ("custom", "Parcel")


def tracks_of(delivery: OutboundDelivery) -> tuple[Track, ...]:
    """Raises ``MappingMissing`` for an unknown carrier."""
    numbers = list(delivery.tracks.values_list("track_number", flat=True))
    if not numbers:
        return ()
    code, title = _carrier(delivery)
    return tuple((code, title, number) for number in numbers)


def remember_parcels(run: StepRun, tracks: Sequence[Track]) -> None:
    """Before sending: after a lost answer they still count as the portal's own."""
    if facts := parcels_to_remember(run, tracks):
        run.task.write_ahead(**facts)


def parcels_to_remember(run: StepRun, tracks: Sequence[Track]) -> dict[str, list[str]]:
    """The task's facts that ``remember_parcels`` writes; empty where there are no parcels."""
    numbers = _numbers(tracks) | _remembered(run)
    return {"parcels": sorted(numbers)} if numbers else {}


def store_notice_queued(run: StepRun, order: SalesOrder, shipment: MagentoShipment) -> bool:
    """Whether the notice of a shipment of ours waits in the shop's queue; stored in the mirror."""
    mirror = Shipment.objects.filter(sales_order=order, entity_id=shipment.entity_id).first()
    if mirror is None or (shipment.email_sent and mirror.mail_queued_at is None):
        return False
    is_queued = is_in_queue(run, shipment)
    with run.storing():
        store_mail_queued(mirror, is_queued=is_queued)
    return is_queued


def correct_tracks(
    run: StepRun,
    order: SalesOrder,
    shipment: MagentoShipment,
    *,
    made_by_hand: bool,
    elsewhere: Collection[str] = (),
) -> str:
    """Returns in words what was changed.

    A parcel that SAP no longer names is removed only from a shipment of ours, and only if the
    portal had put it there: a person may have added one, such as a return label, or the same number
    again. ``elsewhere`` are parcels on other shipments of the delivery. The first notice is sent
    with the first parcel, and never repeated for a customer who may have it.
    """
    wanted = tracks_of(run.delivery)
    present = {track.track_number for track in shipment.tracks} | set(elsewhere)
    added = [track for track in wanted if not is_named(track[2], present)]
    ours = _remembered(run) | parcels_sent(order, shipment.entity_id)
    gone = [] if made_by_hand else _no_longer_named(shipment, ours, wanted)
    tells = bool(wanted) and not (made_by_hand or shipment.email_sent or is_in_queue(run, shipment))
    if added or gone or tells:
        named = told(
            "The parcels of shipment {shipment} are corrected", shipment=shipment.increment_id
        )
        refuse_unasked_write(run, order, named)
    if added and not made_by_hand:
        remember_parcels(run, added)
    _exchange(run, order, shipment, added, gone)
    if wanted and not made_by_hand:
        with run.storing():
            still_ours = (ours & present) - {track.track_number for track in gone}
            store_parcels_sent(order, shipment.entity_id, still_ours | _numbers(added))
    changes = [_added(len(added))] if added else []
    changes += [_taken_away(len(gone))] if gone else []
    if tells:
        with writing_to_shop(run, order):
            run.magento().send_shipment_email(shipment.entity_id)
        changes.append(told("notice sent"))
    return ", ".join(changes)


def _added(count: int) -> str:
    return told("1 parcel added") if count == 1 else told("{count} parcels added", count=count)


def _taken_away(count: int) -> str:
    if count == 1:
        return told("1 parcel taken away")
    return told("{count} parcels taken away", count=count)


def _exchange(
    run: StepRun,
    order: SalesOrder,
    shipment: MagentoShipment,
    added: Sequence[Track],
    gone: Sequence[MagentoTrack],
) -> None:
    for code, title, number in added:
        with writing_to_shop(run, order):
            run.magento().add_track(shipment, code, title, number)
    for track in gone:
        with writing_to_shop(run, order):
            run.magento().delete_track(track.entity_id)


def _no_longer_named(
    shipment: MagentoShipment, ours: set[str], wanted: Sequence[Track]
) -> list[MagentoTrack]:
    """Of one number twice, the older track is ours: the portal adds none that is there."""
    named = _numbers(wanted)
    oldest = {t.track_number: t for t in sorted(shipment.tracks, key=lambda t: -t.entity_id)}
    return [
        track
        for number, track in oldest.items()
        if named and number in ours and not any(is_named(one, [number]) for one in named)
    ]


def _numbers(tracks: Sequence[Track]) -> set[str]:
    return {number for _code, _title, number in tracks}


def _remembered(run: StepRun) -> set[str]:
    return set(run.task.facts.get("parcels", ()))


def refuse_missing_tracks(order: SalesOrder, made: MagentoShipment, asked: Sequence[Track]) -> None:
    """Raises ``OutcomeUnknown`` where a new shipment lacks a parcel: the next attempt adds it."""
    missing = _numbers(asked) - {track.track_number for track in made.tracks}
    if missing:
        raise OutcomeUnknown(
            told(
                "The shop made shipment {made} but does not show parcel {names} yet.",
                made=made.increment_id,
                names=", ".join(sorted(missing)),
            ),
            cause=ShopCause.NOT_SHOWN_YET,
            reference=order.increment_id,
        )


def _carrier(delivery: OutboundDelivery) -> tuple[str, str]:
    if not delivery.carrier:
        return NO_CARRIER
    known = (one for one in rows_of(CarrierMapping) if one.sap_carrier == delivery.carrier)
    mapping = next(known, None)
    if mapping is None:
        raise MappingMissing(
            told(
                "Delivery {delivery} went with carrier “{carrier}”, which has no name in the shop.",
                delivery=delivery,
                carrier=delivery.carrier,
            ),
            MappingTable.CARRIER,
            delivery.carrier,
            reference=delivery.delivery_number,
        )
    return mapping.carrier_code, mapping.title
