"""A delivery that has left becomes the shop's shipment: one each, with parcels and one notice.

The marker stored in the same call ("SAP delivery 0080001234") is looked up by order before any
repetition; quantities are decided here and checked after, for the shop cuts them silently.
"""

from __future__ import annotations

from collections.abc import Sequence

from sync.errors import OutcomeUnknown, RecordsDisagree, RemoteMisconfigured
from sync.magento.records import (
    MagentoOrder,
    MagentoShipment,
    ShipmentRequest,
    UnreadableRecord,
)
from sync.models import OutboundDelivery, SalesOrder, Shipment
from sync.steps import unreadable
from sync.steps.found_finished import wait_for_a_click
from sync.steps.progress import refresh_stages
from sync.steps.sap_quantities import (
    delivered_quantities,
    refuse_disagreements,
    refuse_other_quantities,
)
from sync.steps.settling import wait_for_shop, writing_to_shop
from sync.steps.shipment_tracks import correct_tracks, refuse_missing_tracks, tracks_of
from sync.steps.shop_mirrors import store_order, store_shipment
from sync.steps.step_run import StepRun
from sync.steps.unwanted_goods import refuse_gone_anyway
from sync.translate.open_quantities import OpenQuantities, shippable_quantities

MARKER = "SAP delivery"


def push_shipment(run: StepRun) -> str:
    """Make, or find and complete, the shipment of an order's part of a delivery."""
    order, delivery = run.sales_order, run.delivery
    if not delivery.is_goods_issued:
        return _not_gone(order, delivery)
    wait_for_shop(order)
    web_order = run.magento().get_order(order.entity_id)
    order = store_order(run.shop, web_order)
    found = _found(run, order)
    outcome = _link(run, order, web_order, found) if found else _create(run, order, web_order)
    refresh_stages([order.pk])
    return outcome


def _not_gone(order: SalesOrder, delivery: OutboundDelivery) -> str:
    """Goods that have not left are not shipped; if the shop has told so already, a person acts."""
    shipped = Shipment.objects.filter(sales_order=order, delivery=delivery).first()
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


def _found(run: StepRun, order: SalesOrder) -> MagentoShipment | None:
    """The shipment that stands for the delivery. Raises ``UnexpectedRecord`` where it may be one
    the shop cannot show."""
    spoilt: list[UnreadableRecord] = []
    shipments = run.magento().search_shipments(order.entity_id, spoilt, is_repeated=run.is_repeated)
    if marked := _marked(shipments, run.delivery):
        return marked
    unreadable.refuse(spoilt, "Shipment")
    return _made_by_hand(shipments, order, run.delivery)


def marker_of(delivery: OutboundDelivery) -> str:
    """The comment that says for which delivery a shipment was made."""
    return f"{MARKER} {delivery.delivery_number}"


def _marked(
    shipments: Sequence[MagentoShipment], delivery: OutboundDelivery
) -> MagentoShipment | None:
    marker = marker_of(delivery)
    return next((one for one in shipments if marker in one.comments), None)


def _made_by_hand(
    shipments: Sequence[MagentoShipment], order: SalesOrder, delivery: OutboundDelivery
) -> MagentoShipment | None:
    """A shipment somebody made in the shop for this delivery: it carries one of its parcels, or
    exactly its quantities, and stands for no other delivery."""
    linked = Shipment.objects.filter(sales_order=order)
    taken = set(linked.exclude(delivery=delivery).exclude(delivery=None).values_list("entity_id"))
    numbers = set(delivery.tracks.values_list("track_number", flat=True))
    delivered = {
        key: value for key, value in delivered_quantities(order, delivery)[0].items() if value
    }
    for one in shipments:
        if (one.entity_id,) in taken or any(MARKER in comment for comment in one.comments):
            continue
        if numbers & {track.track_number for track in one.tracks}:
            return one
        if {item.order_item_id: item.qty for item in one.items if item.qty} == delivered:
            return one
    return None


def _link(run: StepRun, order: SalesOrder, web_order: MagentoOrder, found: MagentoShipment) -> str:
    """Keep the id found, and bring its parcels up to date."""
    by_hand = marker_of(run.delivery) not in found.comments and not _is_ours(run, order, found)
    with run.storing():
        store_shipment(order, found, run.delivery, made_by_hand=by_hand)
    changed = correct_tracks(run, order, found, made_by_hand=by_hand)
    if changed:
        found = _store_again(run, order, found.entity_id, made_by_hand=by_hand)
    wanted = _wanted(run, order, web_order)
    refuse_other_quantities(order, f"Shipment {found.increment_id}", found.items, wanted)
    if changed:
        return f"Shipment {found.increment_id}: {changed}."
    origin = "made by hand, linked" if by_hand else "already there"
    return f"Shipment {found.increment_id} {origin}."


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
    with writing_to_shop(run, order):
        entity_id = run.magento().create_shipment(order.entity_id, request)
    made = _store_again(run, order, entity_id, made_by_hand=False)
    refuse_other_quantities(order, f"Shipment {made.increment_id}", made.items, wanted)
    refuse_missing_tracks(order, made, tracks)
    told = "customer told" if made.email_sent else "customer not told"
    return f"Shipment {made.increment_id} made and read back, {told}."


def _wanted(run: StepRun, order: SalesOrder, web_order: MagentoOrder) -> OpenQuantities:
    """What the delivery stands for in the shop's ids."""
    delivered, before = delivered_quantities(order, run.delivery)
    return shippable_quantities(web_order, delivered, before, _bundle_types(run, web_order))


def _store_again(
    run: StepRun, order: SalesOrder, entity_id: int, *, made_by_hand: bool
) -> MagentoShipment:
    """Read the shipment and its order back, and store both."""
    spoilt: list[UnreadableRecord] = []
    shipments = run.magento().search_shipments(order.entity_id, spoilt, is_repeated=run.is_repeated)
    made = next((one for one in shipments if one.entity_id == entity_id), None)
    if made is None:
        unreadable.refuse([one for one in spoilt if one.entity_id == entity_id], "Shipment")
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


def _bundle_types(run: StepRun, web_order: MagentoOrder) -> dict[int, str]:
    """How each bundle ships; the shop's setting where the catalogue is closed to us."""
    products = {
        item.product_id
        for item in web_order.items
        if item.product_type == "bundle" and item.product_id is not None
    }
    if not products:
        return {}
    try:
        return run.magento().get_bundle_shipment_types(products)
    except RemoteMisconfigured:
        kind = "separately" if run.shop.ships_bundles_separately else "together"
        return dict.fromkeys(products, kind)
