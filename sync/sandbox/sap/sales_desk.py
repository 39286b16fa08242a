"""Sales, in SAP: what its clerks do to an order that is called off, in part or whole (VA02)."""

from __future__ import annotations

from .documents import SalesOrder
from .pricing import price_order
from .progress import progress_of
from .system import SapSystem
from .warehouse import NotFound, NotPossible, delete_delivery, order_of

THIRD_PARTY = "TAS"


def make_third_party(system: SapSystem, number: str, item_number: int) -> SalesOrder:
    """Have the supplier ship a line that nothing was delivered of: its category becomes TAS."""
    with system.store.transaction():
        order = order_of(system, number)
        item = order.item(item_number)
        if item is None:
            raise NotFound(f"order item {item_number} does not exist")
        if progress_of(order, system.store, system.customising).delivered[item_number]:
            raise NotPossible(f"item {item_number} is delivered already")
        item.item_category = THIRD_PARTY
        order.changed_on = system.clock.today()
        system.store.save(order)
    return order


def reject_line(system: SapSystem, number: str, item_number: int, reason: str = "50") -> SalesOrder:
    """Reject one line, or with an empty reason open it again; what is in a delivery stays there."""
    with system.store.transaction():
        order = order_of(system, number)
        item = order.item(item_number)
        if item is None:
            raise NotPossible(f"the order has no item {item_number}")
        item.rejection_reason = reason
        price_order(order, system.customising)
        order.changed_on = system.clock.today()
        system.store.save(order)
    return order


def delete_order(system: SapSystem, number: str) -> None:
    """Delete the order: SAP does so only before anything followed."""
    with system.store.transaction():
        order = order_of(system, number)
        followed = progress_of(order, system.store, system.customising)
        if followed.deliveries or followed.billing:
            raise NotPossible("documents have followed; reject the order instead")
        system.store.delete_order(number)


def reject_order(system: SapSystem, number: str, reason: str = "50") -> SalesOrder:
    """Reject every line; deliveries that have not left are deleted first, as SAP demands."""
    order = order_of(system, number)
    for delivery in progress_of(order, system.store, system.customising).deliveries:
        delete_delivery(system, delivery.number)
    with system.store.transaction():
        order = order_of(system, number)
        for item in order.items:
            item.rejection_reason = reason
        price_order(order, system.customising)
        order.changed_on = system.clock.today()
        system.store.save(order)
    return order
