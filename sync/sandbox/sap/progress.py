"""How far a sales order or delivery has come: quantities per item and SAP's status letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from .customising import Customising
from .documents import ZERO, BillingDocument, Delivery, DeliveryItem, OrderItem, SalesOrder
from .store import Store


def letter(done: Decimal, wanted: Decimal) -> str:
    """A not, B partly, C fully."""
    if done <= 0:
        return "A"
    return "C" if done >= wanted else "B"


def overall(letters: Iterable[str]) -> str:
    """The header status from the item statuses; blank = not relevant."""
    relevant = {value for value in letters if value}
    if not relevant:
        return ""
    if relevant == {"A"} or relevant == {"C"}:
        return relevant.pop()
    return "B"


@dataclass(slots=True)
class Progress:
    """Quantities by order item number, and the documents they come from."""

    order: SalesOrder
    customising: Customising
    deliveries: list[Delivery] = field(default_factory=list)
    billing: list[BillingDocument] = field(default_factory=list)
    delivered: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    picked: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    issued: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    billed: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def is_delivered(self, item: OrderItem) -> bool:
        """Whether the line is relevant for delivery."""
        material = self.customising.materials.get(item.material)
        category = self.customising.item_categories.get(item.item_category, {})
        return bool(category.get("delivered") and material and material.is_delivered)

    def billed_from(self, item: OrderItem) -> str:
        """``delivery``, ``order`` or ``none``."""
        if not is_relevant_for_billing(item.item_category, self.customising):
            return "none"
        return "delivery" if self.is_delivered(item) else "order"

    def billing_relevance(self, item: OrderItem) -> str:
        """FKREL: by delivery, by order, or by the supplier's invoice."""
        own = self.customising.item_categories.get(item.item_category, {}).get("relevance")
        return own or {"delivery": "A", "order": "B"}.get(self.billed_from(item), "")

    def delivery_status(self, item: OrderItem) -> str:
        """LFSTA."""
        if not self.is_delivered(item):
            return ""
        return (
            "C"
            if item.rejection_reason
            else letter(self.delivered[item.item_number], item.quantity)
        )

    def picking_status(self, item: OrderItem) -> str:
        """Picking of what was delivered of the line."""
        delivered = self.delivered[item.item_number]
        return letter(self.picked[item.item_number], delivered) if delivered else ""

    def goods_status(self, item: OrderItem) -> str:
        """WBSTA."""
        if not self.is_delivered(item) or item.rejection_reason:
            return ""
        return letter(self.issued[item.item_number], item.quantity)

    def billing_status(self, item: OrderItem) -> str:
        """How much of the line is billed, from whichever document: what the clerks see.

        No field of the order tells this (SAP sheet 13.1).
        """
        if self.billed_from(item) == "none":
            return ""
        return (
            "C" if item.rejection_reason else letter(self.billed[item.item_number], item.quantity)
        )

    def order_billing_status(self, item: OrderItem) -> str:
        """FKSAA: blank where the delivery is billed and not the order (SAP sheet 13.1)."""
        return self.billing_status(item) if self.billed_from(item) == "order" else ""

    def item_status(self, item: OrderItem) -> str:
        """GBSTA: what the order itself knows, delivery and order-related billing together."""
        if item.rejection_reason:
            return "C"
        return overall((self.delivery_status(item), self.order_billing_status(item))) or "C"

    def rejection_status(self) -> str:
        """ABSTK."""
        letters = ["C" if item.rejection_reason else "A" for item in self.order.items]
        return overall(letters)

    def header(self, of: str) -> str:
        """Header status of one of the item methods, such as ``delivery_status``."""
        return overall(getattr(self, of)(item) for item in self.order.items)


def progress_of(order: SalesOrder, store: Store, customising: Customising) -> Progress:
    """Read all successors of the order."""
    progress = Progress(order, customising)
    for number in store.successors(order.number, "J"):
        delivery = store.get(Delivery, number)
        if delivery is not None:
            progress.deliveries.append(delivery)
            _count_delivery(progress, delivery)
    for number in store.successors(order.number, "MNOU"):
        document = store.get(BillingDocument, number)
        if document is not None:
            progress.billing.append(document)
            _count_billing(progress, document)
    return progress


def _count_delivery(progress: Progress, delivery: Delivery) -> None:
    for item in delivery.items:
        if item.sales_order == progress.order.number:
            progress.delivered[item.order_item] += item.quantity
            progress.picked[item.order_item] += item.picked
            if delivery.goods_issue_at:
                progress.issued[item.order_item] += item.quantity


def _count_billing(progress: Progress, document: BillingDocument) -> None:
    if document.is_valid_invoice:
        for item in document.items:
            if item.sales_order == progress.order.number:
                progress.billed[item.order_item] += item.quantity


def is_relevant_for_billing(item_category: str, customising: Customising) -> bool:
    """FKREL of the item category: whether its lines are billed at all."""
    return bool(customising.item_categories.get(item_category, {}).get("billed") != "none")


# ---- deliveries
def picking_of(item: DeliveryItem) -> str:
    """KOSTA; blank for the emptied main item of a batch split."""
    return letter(item.picked, item.quantity) if item.quantity else ""


def picking_of_delivery(delivery: Delivery) -> str:
    """KOSTK."""
    return overall(picking_of(item) for item in delivery.items)


def packing_of_delivery(delivery: Delivery) -> str:
    """PKSTK: packed once there are handling units."""
    return "C" if delivery.parcels else "A"


def goods_movement_of(delivery: Delivery) -> str:
    """WBSTK."""
    return "C" if delivery.goods_issue_at else "A"


def billed_of_delivery(delivery: Delivery, store: Store) -> dict[int, Decimal]:
    """Quantity billed per delivery item."""
    billed: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for number in store.successors(delivery.number, "M"):
        document = store.get(BillingDocument, number)
        if document is not None and not document.is_cancelled:
            for item in document.items:
                if item.reference == delivery.number:
                    billed[item.reference_item] += item.quantity
    return billed


def billing_of_items(delivery: Delivery, store: Store, customising: Customising) -> dict[int, str]:
    """FKSTA by item; blank for lines that are not billed, and for an emptied main item."""
    billed = billed_of_delivery(delivery, store)
    return {
        item.item_number: letter(billed[item.item_number], item.quantity)
        if item.quantity and is_relevant_for_billing(item.item_category, customising)
        else ""
        for item in delivery.items
    }


def billing_of_delivery(delivery: Delivery, store: Store, customising: Customising) -> str:
    """FKSTK."""
    return overall(billing_of_items(delivery, store, customising).values())
