"""The warehouse: create deliveries, pick, post and reverse goods issue, tracking numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from .documents import ZERO, Delivery, DeliveryItem, FlowLink, OrderItem, Parcel, SalesOrder
from .progress import billed_of_delivery, picking_of_delivery, progress_of
from .system import SapSystem

CLERK = "WAREHOUSE"


class NotPossible(Exception):
    """The clerk cannot do that; the message says why."""


class NotFound(NotPossible):
    """No such document."""


def padded(number: str) -> str:
    """A document number with leading zeros, as typed by a person."""
    text = number.strip()
    return text.zfill(10) if text.isdigit() else text


def order_of(system: SapSystem, number: str) -> SalesOrder:
    """The sales order, number padded or not; ``NotFound``."""
    system.run_updates()
    order = system.store.get(SalesOrder, padded(number))
    if order is None:
        raise NotFound(f"sales order {number} does not exist")
    return order


def delivery_of(system: SapSystem, number: str) -> Delivery:
    """The delivery, number padded or not; ``NotFound``."""
    delivery = system.store.get(Delivery, padded(number))
    if delivery is None:
        raise NotFound(f"delivery {number} does not exist")
    return delivery


@dataclass(slots=True)
class DeliveryRequest:
    """What to deliver: orders, quantities by item number (only with one order), batch split, and
    whether the quantities may exceed what was ordered (unlimited tolerance)."""

    orders: list[str]
    quantities: dict[int, Decimal] = field(default_factory=dict)
    split_batches: bool = False
    may_exceed: bool = False


def create_delivery(system: SapSystem, request: DeliveryRequest) -> list[str]:
    """Create one delivery per shipping point; returns the numbers."""
    with system.store.transaction():
        by_point: dict[str, list[tuple[SalesOrder, OrderItem, Decimal]]] = {}
        for number in request.orders:
            order = order_of(system, number)
            for item, quantity in _due(system, order, request):
                by_point.setdefault(item.shipping_point, []).append((order, item, quantity))
        if not by_point:
            raise NotPossible("nothing is open for delivery")
        return [_save_delivery(system, rows, request.split_batches) for rows in by_point.values()]


def _must_not_be_held_up(system: SapSystem, order: SalesOrder) -> None:
    if order.incomplete:
        raise NotPossible(f"order is incomplete: {', '.join(order.incomplete)}")
    if order.header.get("DLV_BLOCK"):
        raise NotPossible("order has a delivery block")
    if order.is_credit_blocked:
        raise NotPossible("order has a credit block")
    if holder := system.lock_holder(order.number):
        raise NotPossible(f"order is locked by {holder}")


def _due(
    system: SapSystem, order: SalesOrder, request: DeliveryRequest
) -> list[tuple[OrderItem, Decimal]]:
    if system.customising.document_category(order.order_type) != "C":
        raise NotPossible("only an order is delivered, no returns or credit memo request")
    _must_not_be_held_up(system, order)
    progress = progress_of(order, system.store, system.customising)
    quantities = request.quantities
    due = []
    for item in order.items:
        open_quantity = item.quantity - progress.delivered[item.item_number]
        wanted = quantities.get(item.item_number, ZERO) if quantities else open_quantity
        if wanted <= 0 or not progress.is_delivered(item) or item.rejection_reason:
            continue
        if wanted > open_quantity and not request.may_exceed:
            raise NotPossible(f"item {item.item_number}: only {open_quantity} open")
        due.append((item, wanted))
    return due


def _save_delivery(
    system: SapSystem, rows: list[tuple[SalesOrder, OrderItem, Decimal]], split: bool
) -> str:
    order = rows[0][0]
    now = system.clock.now()
    ship_to = order.partner("WE") or order.partner("AG")
    condition = system.customising.shipping_conditions.get(order.header.get("SHIP_COND", ""), {})
    delivery = Delivery(
        number=system.store.draw("delivery"),
        created_at=now,
        created_by=CLERK,
        shipping_point=rows[0][1].shipping_point,
        sales_organization=order.sales_organization,
        ship_to=ship_to.number if ship_to else "",
        sold_to=order.sold_to,
        planned_pick_at=_planned(system, now, 1, 8),
        planned_goods_issue_at=_planned(system, now, 1, 16),
        items=[],
        ship_to_address=ship_to.address if ship_to else None,
        route=condition.get("route", ""),
        shipping_type=condition.get("shipping_type", ""),
    )
    for position, (source, item, quantity) in enumerate(rows, 1):
        delivery.items += _delivery_items(position * 10, source.number, item, quantity, split)
    system.store.save(delivery)
    system.store.add_flow(
        FlowLink(
            item.sales_order,
            item.order_item,
            "C",
            delivery.number,
            item.item_number,
            "J",
            item.quantity,
            item.unit,
            now,
            material=item.material,
        )
        for item in delivery.items
        if item.quantity
    )
    return delivery.number


def _planned(system: SapSystem, now: datetime, days: int, hour: int) -> datetime:
    local = system.clock.local(now) + timedelta(days=days)
    return local.replace(hour=hour, minute=0, second=0, microsecond=0)


def _delivery_items(
    position: int, order: str, item: OrderItem, quantity: Decimal, split: bool
) -> list[DeliveryItem]:
    main = DeliveryItem(
        position,
        item.material,
        item.short_text,
        quantity,
        item.unit,
        order,
        item.item_number,
        item.item_category,
        item.plant,
        packed_in=item.packed_in,
    )
    if not split or quantity < 2:
        return [main]
    first = (quantity / 2).to_integral_value()
    main.quantity = ZERO
    parts = [
        DeliveryItem(
            900000 + position + offset,
            item.material,
            item.short_text,
            part,
            item.unit,
            order,
            item.item_number,
            item.item_category,
            item.plant,
            batch=f"B{position:04d}{offset}",
            batch_main_item=position,
            packed_in=item.packed_in,
        )
        for offset, part in ((1, first), (2, quantity - first))
    ]
    return [main, *parts]


def pick(system: SapSystem, number: str, quantities: dict[int, Decimal] | None = None) -> None:
    """Confirm a transfer order for the quantities, or for all that is open."""
    with system.store.transaction():
        delivery = delivery_of(system, number)
        if delivery.goods_issue_at:
            raise NotPossible("goods issue is already posted")
        now = system.clock.now()
        transfer = system.store.draw("transfer")
        links = []
        for item in delivery.items:
            open_quantity = item.quantity - item.picked
            wanted = quantities.get(item.item_number, ZERO) if quantities else open_quantity
            if wanted > open_quantity:
                raise NotPossible(f"item {item.item_number}: only {open_quantity} to pick")
            if wanted > 0:
                item.picked += wanted
                links += _links(delivery, item, transfer, "Q", wanted, now)
        if not links:
            raise NotPossible("nothing is open for picking")
        delivery.transfer_orders.append(transfer)
        delivery.picked_at = now
        _changed(system, delivery)
        system.store.add_flow(links)


def _links(
    delivery: Delivery,
    item: DeliveryItem,
    subsequent: str,
    category: str,
    quantity: Decimal,
    now: datetime,
) -> list[FlowLink]:
    movement = {"R": "601", "h": "602"}.get(category, "")
    values = (quantity, item.unit, now)
    return [
        FlowLink(
            delivery.number,
            item.item_number,
            "J",
            subsequent,
            item.item_number,
            category,
            *values,
            material=item.material,
            movement_type=movement,
        ),
        FlowLink(
            item.sales_order,
            item.order_item,
            "C",
            subsequent,
            item.item_number,
            category,
            *values,
            level=1,
            material=item.material,
            movement_type=movement,
        ),
    ]


def _changed(system: SapSystem, delivery: Delivery) -> None:
    delivery.changed_on = system.clock.today()
    system.store.save(delivery)


def post_goods_issue(
    system: SapSystem,
    number: str,
    carrier: str,
    tracking: list[str],
    external_delivery_id: str = "",
) -> None:
    """Post goods issue; picks what was not picked; carrier and tracking may come later."""
    with system.store.transaction():
        delivery = delivery_of(system, number)
        if delivery.goods_issue_at:
            raise NotPossible("goods issue is already posted")
        if picking_of_delivery(delivery) != "C":
            pick(system, number)
            delivery = delivery_of(system, number)
        now = system.clock.now()
        delivery.goods_issue_at = now
        delivery.material_document = system.store.draw("material_document")
        delivery.external_delivery_id = external_delivery_id
        _set_tracking(system, delivery, carrier, tracking)
        _changed(system, delivery)
        system.store.add_flow(
            link
            for item in delivery.items
            if item.quantity
            for link in _links(delivery, item, delivery.material_document, "R", item.quantity, now)
        )


def set_tracking(system: SapSystem, number: str, carrier: str, tracking: list[str]) -> None:
    """Late or corrected carrier and tracking numbers."""
    with system.store.transaction():
        delivery = delivery_of(system, number)
        _set_tracking(system, delivery, carrier, tracking)
        _changed(system, delivery)


def _set_tracking(system: SapSystem, delivery: Delivery, carrier: str, tracking: list[str]) -> None:
    numbers = [text.strip() for text in tracking if text.strip()]
    if any(len(text) > 35 for text in numbers):
        raise NotPossible("a tracking number has at most 35 characters (LIKP-BOLNR)")
    known = system.customising.carriers.get(carrier.strip().upper(), {})
    if carrier.strip() and not known:
        raise NotPossible(
            f"unknown carrier {carrier}; known: {', '.join(system.customising.carriers)}"
        )
    delivery.carrier = carrier.strip().upper()
    delivery.forwarding_agent = known.get("vendor", "")
    delivery.shipping_type = known.get("shipping_type", delivery.shipping_type)
    delivery.tracking = numbers
    delivery.bill_of_lading = numbers[0] if numbers else ""
    delivery.means_of_transport = numbers[0][:20] if numbers else ""
    delivery.parcels = [_parcel(system, text) for text in numbers]


def _parcel(system: SapSystem, tracking: str) -> Parcel:
    internal = system.store.draw("parcel")
    return Parcel(internal, f"0034012345{internal}", tracking[:20])


def reverse_goods_issue(system: SapSystem, number: str) -> None:
    """Goods back into stock: status A, no actual date; a cancellation joins the flow."""
    with system.store.transaction():
        delivery = delivery_of(system, number)
        if not delivery.goods_issue_at:
            raise NotPossible("goods issue is not posted")
        if any(billed_of_delivery(delivery, system.store).values()):
            raise NotPossible("delivery is billed; cancel the billing document first")
        now = system.clock.now()
        reversal = system.store.draw("material_document")
        delivery.goods_issue_at = None
        delivery.material_document = ""
        _changed(system, delivery)
        system.store.add_flow(
            link
            for item in delivery.items
            if item.quantity
            for link in _links(delivery, item, reversal, "h", item.quantity, now)
        )


def delete_delivery(system: SapSystem, number: str) -> None:
    """Delete a delivery (VL02N): its quantities are open again in the order."""
    with system.store.transaction():
        delivery = delivery_of(system, number)
        if delivery.goods_issue_at:
            raise NotPossible("goods issue is posted; reverse it first")
        system.store.delete_delivery(delivery.number)


def set_order_lock(system: SapSystem, number: str, user: str) -> str:
    """Lock the order for a user, or with a blank user unlock it; returns the padded number."""
    order = order_of(system, number)
    system.store.set_user_lock(order.number, user)
    return order.number
