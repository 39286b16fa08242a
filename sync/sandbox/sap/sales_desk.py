"""Sales, in SAP: what its clerks do to an order that is called off (VA02)."""

from __future__ import annotations

from .documents import SalesOrder
from .pricing import price_order
from .progress import progress_of
from .system import SapSystem
from .warehouse import delete_delivery, order_of


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
