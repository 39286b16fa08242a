"""The books: an order with everything that followed from it, as plain data."""

from __future__ import annotations

from typing import Any

from .documents import BillingDocument, Delivery, SalesOrder, as_plain
from .progress import (
    billing_of_delivery,
    goods_movement_of,
    picking_of_delivery,
    progress_of,
)
from .system import SapSystem


def books_of(system: SapSystem, order: SalesOrder) -> dict[str, Any]:
    """Order, items with statuses, conditions, partners, texts, deliveries, billing documents."""
    progress = progress_of(order, system.store, system.customising)
    items = [
        {
            **as_plain(item),
            "delivered": str(progress.delivered[item.item_number]),
            "picked": str(progress.picked[item.item_number]),
            "issued": str(progress.issued[item.item_number]),
            "billed": str(progress.billed[item.item_number]),
            "delivery_status": progress.delivery_status(item),
            "billing_status": progress.billing_status(item),
            "is_delivered": progress.is_delivered(item),
            "billed_from": progress.billed_from(item),
        }
        for item in order.items
    ]
    return {
        **as_plain(order),
        "items": items,
        "gross_value": str(order.net_value + order.tax_value),
        "delivery_status": progress.header("delivery_status"),
        "picking_status": progress.header("picking_status"),
        "goods_movement_status": progress.header("goods_status"),
        "billing_status": progress.header("billing_status"),
        "overall_status": progress.header("item_status"),
        "rejection_status": progress.rejection_status(),
        "locked_by": system.lock_holder(order.number),
        "deliveries": [delivery_books(system, d) for d in progress.deliveries],
        "billing_documents": [billing_books(d) for d in progress.billing],
    }


def delivery_books(system: SapSystem, delivery: Delivery) -> dict[str, Any]:
    """A delivery with its statuses."""
    return {
        **as_plain(delivery),
        "picking_status": picking_of_delivery(delivery),
        "goods_movement_status": goods_movement_of(delivery),
        "billing_status": billing_of_delivery(delivery, system.store, system.customising),
    }


def billing_books(document: BillingDocument) -> dict[str, Any]:
    """A billing document with its totals."""
    return {
        **as_plain(document),
        "net_value": str(document.net_value),
        "tax_value": str(document.tax_value),
        "gross_value": str(document.net_value + document.tax_value),
    }


def find_orders(system: SapSystem, text: str, limit: int = 50) -> list[SalesOrder]:
    """By customer reference, SAP number, delivery or billing number; the newest for blank."""
    system.run_updates()
    store = system.store
    wanted = text.strip()
    if not wanted:
        return store.all(SalesOrder, newest=limit)
    numbers = store.find_orders(customer_reference=wanted)
    padded = wanted.zfill(10)
    delivery = store.get(Delivery, padded)
    billing = store.get(BillingDocument, padded)
    if store.get(SalesOrder, padded):
        numbers.append(padded)
    if delivery is not None:
        numbers += [item.sales_order for item in delivery.items]
    if billing is not None:
        numbers += [item.sales_order for item in billing.items]
    found = (store.get(SalesOrder, number) for number in dict.fromkeys(numbers))
    return [order for order in found if order is not None]
