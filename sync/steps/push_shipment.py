"""A delivery that has left becomes the shop's shipment: one each, with parcels and one notice.

The marker stored in the same call ("SAP delivery 0080001234") is looked up by order before any
repetition; quantities are decided here and checked after, for the shop cuts them silently.
"""

from __future__ import annotations

from collections.abc import Sequence

from sync.errors import OutcomeUnknown, RecordsDisagree
from sync.magento.records import (
    MagentoOrder,
    MagentoShipment,
    ShipmentRequest,
)
from sync.mirrors import unreadable
from sync.mirrors.progress import refresh_stages
from sync.mirrors.sap_quantities import (
    delivered_quantities,
    refuse_disagreements,
    refuse_other_quantities,
)
from sync.mirrors.shop import store_order, store_shipment
from sync.mirrors.standing_for import leave_to
from sync.mirrors.unwanted_goods import refuse_gone_anyway
from sync.models import OutboundDelivery, SalesOrder, Shipment
from sync.steps.found_finished import wait_for_a_click
from sync.steps.named_papers import is_named, tie_named_shipment
from sync.steps.settling import wait_for_shop, writing_to_shop
from sync.steps.shipping.bundle_types import bundle_types
from sync.steps.shipping.hand_made import ShippedByHand, marker_of, shipped_by_hand
from sync.steps.shipping.tracks import (
    correct_tracks,
    keep_parcels,
    note_notice,
    refuse_missing_tracks,
    remember_parcels,
    tracks_of,
)
from sync.steps.step_run import StepRun
from sync.translate.open_quantities import OpenQuantities, shippable_quantities


def push_shipment(run: StepRun) -> str:
    """Make, or find and complete, the shipment of an order's part of a delivery."""
    order, delivery = run.sales_order, run.delivery
    if not delivery.is_goods_issued:
        return _not_gone(order, delivery)
    wait_for_shop(order)
    web_order = run.magento().get_order(order.entity_id)
    order = store_order(run.shop, web_order)
    named = is_named(run)
    outcome = tie_named_shipment(run, order) if named else _ship(run, order, web_order)
    refresh_stages([order.pk])
    return outcome


def _ship(run: StepRun, order: SalesOrder, web_order: MagentoOrder) -> str:
    """Link what stands for the delivery already, or make the shipment. Raises ``UnexpectedRecord``
    where the shop cannot show a shipment that may be it."""
    shipments = run.magento().search_shipments(order.entity_id, is_repeated=run.is_repeated)
    if marked := _marked(shipments.records, run.delivery):
        return _link(run, order, web_order, marked)
    unreadable.refuse(shipments.unreadable, "Shipment")
    found = _made_by_hand(run, order, web_order, shipments.records)
    if found is not None and found.cover.is_whole:
        return _tie(run, order, found)
    papers = found.papers if found else []
    return _link(run, order, web_order, papers[0]) if papers else _create(run, order, web_order)


def _not_gone(order: SalesOrder, delivery: OutboundDelivery) -> str:
    """Goods that have not left are not shipped; if the shop has told so already, a person acts."""
    shipped = Shipment.objects.standing_for(delivery).filter(sales_order=order).first()
    if shipped is None:
        return f"Goods issue of {delivery} was taken back: nothing to ship."
    raise RecordsDisagree(
        f"Goods issue of delivery {delivery} was taken back in SAP, but the shop has shipped it "
        f"(shipment {shipped}). Magento cannot take a shipment back: post the goods issue again, "
        "or tell the customer.",
        system="sap",
        reference=order.increment_id,
        cause_key="sap:goods-issue-reversed",
    )


def _marked(
    shipments: Sequence[MagentoShipment], delivery: OutboundDelivery
) -> MagentoShipment | None:
    marker = marker_of(delivery)
    return next((one for one in shipments if marker in one.comments), None)


def _made_by_hand(
    run: StepRun, order: SalesOrder, web_order: MagentoOrder, shipments: Sequence[MagentoShipment]
) -> ShippedByHand | None:
    return shipped_by_hand(run, order, web_order, shipments)


def _link(run: StepRun, order: SalesOrder, web_order: MagentoOrder, found: MagentoShipment) -> str:
    """Keep the id found, bring its parcels up to date, and compare its quantities."""
    by_hand = marker_of(run.delivery) not in found.comments and not _is_ours(run, order, found)
    with run.storing():
        store_shipment(order, found, run.delivery, made_by_hand=by_hand)
    changed = correct_tracks(run, order, found, made_by_hand=by_hand)
    if changed:
        found = _store_again(run, order, found.entity_id, made_by_hand=by_hand)
    wanted = _wanted(run, order, web_order)
    refuse_other_quantities(order, f"Shipment {found.increment_id}", found.items, wanted)
    return _told([found], changed, by_hand=by_hand)


def _tie(run: StepRun, order: SalesOrder, found: ShippedByHand) -> str:
    """Keep which shipments hold all of the delivery; parcels they lack go on the first."""
    first, *others = found.papers
    ids = [one.entity_id for one in found.papers]
    by_hand = {one.entity_id: not _is_ours(run, order, one) for one in found.papers}
    with run.storing():
        standing = Shipment.objects.standing_for(run.delivery).filter(sales_order=order)
        leave_to(standing, run.delivery, ids, list(found.shipments))
        for one in found.papers:
            store_shipment(order, one, run.delivery, made_by_hand=by_hand[one.entity_id])
    elsewhere = {track.track_number for one in others for track in one.tracks}
    is_by_hand = by_hand[first.entity_id]
    changed = correct_tracks(run, order, first, made_by_hand=is_by_hand, elsewhere=elsewhere)
    if changed:
        first = _store_again(run, order, first.entity_id, made_by_hand=is_by_hand)
    if not is_by_hand:
        note_notice(run, order, first)
    return _told(found.papers, changed, by_hand=is_by_hand)


def _told(shipments: Sequence[MagentoShipment], changed: str, *, by_hand: bool) -> str:
    named = ", ".join(one.increment_id for one in shipments)
    subject = f"Shipment{'s' if len(shipments) > 1 else ''} {named}"
    if changed:
        return f"{subject}: {changed}."
    return f"{subject} {'made by hand, linked' if by_hand else 'already there'}."


def _is_ours(run: StepRun, order: SalesOrder, found: MagentoShipment) -> bool:
    """Whether the portal made it, as far as it knows: a comment may be edited or misread."""
    known = Shipment.objects.filter(sales_order=order, delivery=run.delivery)
    return known.filter(entity_id=found.entity_id, is_made_by_hand=False).exists()


def _create(run: StepRun, order: SalesOrder, web_order: MagentoOrder) -> str:
    delivery = run.delivery
    refuse_gone_anyway(order, delivery)
    wanted = _wanted(run, order, web_order)
    refuse_disagreements(order, f"Delivery {delivery}", wanted)
    if not wanted.quantities:
        return "Nothing to ship yet: the delivered parts make up no whole bundle."
    tracks = tracks_of(delivery)
    wait_for_a_click(run, order, f"Delivery {delivery} is shipped there")
    request = ShipmentRequest(
        quantities=wanted.quantities,
        tracks=tracks,
        marker=marker_of(delivery),
        notify=bool(tracks),  # a notice without a parcel number would have to be sent again
    )
    remember_parcels(run, tracks)
    with writing_to_shop(run, order):
        entity_id = run.magento().create_shipment(order.entity_id, request)
    made = _store_again(run, order, entity_id, made_by_hand=False)
    keep_parcels(run, order, made, tracks)
    refuse_other_quantities(order, f"Shipment {made.increment_id}", made.items, wanted)
    refuse_missing_tracks(order, made, tracks)
    told = "customer told" if made.email_sent else "customer not told"
    told = "its notice queued by the shop" if note_notice(run, order, made) else told
    return f"Shipment {made.increment_id} made and read back, {told}."


def _wanted(run: StepRun, order: SalesOrder, web_order: MagentoOrder) -> OpenQuantities:
    """What the delivery stands for in the shop's ids."""
    delivered, before = delivered_quantities(order, run.delivery)
    return shippable_quantities(web_order, delivered, before, bundle_types(run, web_order))


def _store_again(
    run: StepRun, order: SalesOrder, entity_id: int, *, made_by_hand: bool
) -> MagentoShipment:
    """Read the shipment and its order back, and store both."""
    shipments = run.magento().search_shipments(order.entity_id, is_repeated=run.is_repeated)
    made = next((one for one in shipments.records if one.entity_id == entity_id), None)
    if made is None:
        missing = [one for one in shipments.unreadable if one.entity_id == entity_id]
        unreadable.refuse(missing, "Shipment")
        raise OutcomeUnknown(
            f"The shop made shipment {entity_id} but does not show it yet.",
            system="magento",
            reference=order.increment_id,
            remote_is_away=False,
        )
    with run.storing():
        store_shipment(order, made, run.delivery, made_by_hand=made_by_hand)
    store_order(run.shop, run.magento().get_order(order.entity_id))
    return made
