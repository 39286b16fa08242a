"""Items that SAP or its clerks add to a sales order: free goods, parts of a set, an item entered
again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from .documents import ZERO, OrderItem, SalesOrder
from .pricing import price_order
from .progress import progress_of
from .system import SapSystem
from .warehouse import NotPossible, order_of

FREE_GOODS, SET, PART = "TANN", "ZTAQ", "ZTAE"
PARTS = (("PART-A", Decimal(1)), ("PART-B", Decimal(2)))  # per set
ENTERED_AGAIN = "52"
CARTON = "KAR"


def determine_free_goods(order: SalesOrder) -> None:
    """One piece free of charge with each item that has a price, as a campaign would."""
    for item in [one for one in order.items if one.item_category == "TAN"]:
        order.items.append(_free_item(order, item))


def add_free_goods(system: SapSystem, number: str, item_number: int) -> SalesOrder:
    """One piece of the same material free of charge, under the item."""
    with system.store.transaction():
        order = order_of(system, number)
        order.items.append(_free_item(order, _item(order, item_number)))
        return _saved(system, order)


def deliver_in_parts(system: SapSystem, number: str, item_number: int) -> SalesOrder:
    """The item becomes a set: it is billed, and its parts are delivered."""
    with system.store.transaction():
        order = order_of(system, number)
        item = _untouched(system, order, item_number)
        item.item_category = SET
        for material, per_set in PARTS:
            part = replace(
                _free_item(order, item),
                material=material,
                short_text=system.customising.materials[material].text,
                item_category=PART,
                quantity=item.quantity * per_set,
            )
            order.items.append(part)
        return _saved(system, order)


def deliver_in_cartons(system: SapSystem, number: str, item_number: int) -> SalesOrder:
    """From now on its deliveries and billing documents tell of cartons (SAP sheet 13.6)."""
    with system.store.transaction():
        order = order_of(system, number)
        item = _untouched(system, order, item_number)
        if system.customising.base_unit(CARTON) != item.unit:
            raise NotPossible(f"item {item_number} is not kept in stock by the piece")
        item.packed_in = CARTON
        return _saved(system, order)


def enter_again(system: SapSystem, number: str, item_number: int) -> SalesOrder:
    """Reject the item and enter another with the same material and prices (VA02)."""
    with system.store.transaction():
        order = order_of(system, number)
        item = _untouched(system, order, item_number)
        further = replace(
            item, item_number=_next(order), customer_item_number="", rejection_reason=""
        )
        order.items.append(further)
        order.conditions += [
            replace(one, item_number=further.item_number)
            for one in order.conditions
            if one.item_number == item_number
        ]
        item.rejection_reason = ENTERED_AGAIN
        return _saved(system, order)


def _item(order: SalesOrder, item_number: int) -> OrderItem:
    item = order.item(item_number)
    if item is None or item.rejection_reason:
        raise NotPossible(f"item {item_number} does not exist or is rejected")
    return item


def _untouched(system: SapSystem, order: SalesOrder, item_number: int) -> OrderItem:
    item = _item(order, item_number)
    progress = progress_of(order, system.store, system.customising)
    if progress.delivered[item_number] or progress.billed[item_number]:
        raise NotPossible(f"item {item_number} is delivered or billed already")
    return item


def _free_item(order: SalesOrder, item: OrderItem) -> OrderItem:
    taken = {one.item_number for one in order.items}
    number = next(n for n in range(item.item_number + 1, 999999) if n not in taken)
    return replace(
        item,
        item_number=number,
        item_category=FREE_GOODS,
        higher_level_item=item.item_number,
        quantity=Decimal(1),
        customer_item_number="",
        net_value=ZERO,
        tax_value=ZERO,
        packed_in="",
    )


def _next(order: SalesOrder) -> int:
    return (max(one.item_number for one in order.items) // 10 + 1) * 10


def _saved(system: SapSystem, order: SalesOrder) -> SalesOrder:
    price_order(order, system.customising)
    order.changed_on = system.clock.today()
    system.store.save(order)
    return order
