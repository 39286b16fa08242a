"""What SAP is asked for of a web order, and what it was asked for before."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sync.errors import MappingMissing, UnexpectedRecord
from sync.magento.records import MagentoOrder
from sync.mirrors.order_lines import write_lines
from sync.models import SalesOrder
from sync.sap.records import SapSalesOrder
from sync.translate.order_mapping import OrderMapping
from sync.translate.order_rest import (
    BundleInParts,
    Left,
    left_after_refunds,
    left_to_order,
)
from sync.translate.sap_order import TranslatedOrder, item_numbers, sap_order_request

WHOLE: Left = {}


@dataclass(frozen=True, slots=True)
class OrderRest:
    """A web order with the quantities SAP may have been asked for, the likeliest first.

    Refunds and shipments in the shop after SAP was asked do not count as differences.
    """

    web_order: MagentoOrder
    mapping: OrderMapping
    likely: tuple[Left, ...]

    def translated(self) -> TranslatedOrder:
        """As SAP was asked for the order, or would be asked now."""
        return sap_order_request(self.web_order, self.mapping, self.likely[0])

    def translated_as(self, left: Left) -> TranslatedOrder:
        return sap_order_request(self.web_order, self.mapping, left)

    def item_numbers(self) -> dict[int, int]:
        """The SAP item of each line by the portal's own rule; empty where no line can be told."""
        try:
            return item_numbers(self.web_order)
        except UnexpectedRecord:
            return {}

    def to_create(self) -> TranslatedOrder:
        """What is left to order now. Raises ``UnexpectedRecord`` where nothing is left."""
        left = left_to_order(self.web_order.items)
        return sap_order_request(self.web_order, self.mapping, _changed(self.web_order, left))

    def held_by(self, read: SapSalesOrder) -> TranslatedOrder:
        """Translated with the likely quantities that agree with SAP's, where some do."""
        held = {item.item_number: item.quantity for item in read.items if item.quantity}
        for left in self.likely:
            try:
                asked = sap_order_request(self.web_order, self.mapping, left)
            except MappingMissing:  # of a line that was not asked for
                continue
            if held == {item.item_number: item.quantity for item in asked.request.items}:
                return asked
        return self.translated()


def rest_of(order: SalesOrder, web_order: MagentoOrder, mapping: OrderMapping) -> OrderRest:
    """Takes the quantities SAP was asked for, or those left to order if it was not asked."""
    before = _asked_before(order)
    if before or order.sap_sales_order_number:
        likely = [before, left_now(web_order), _refunds_left(web_order), WHOLE]
    else:
        likely = [left_now(web_order), _refunds_left(web_order), WHOLE]
    distinct = [left for at, left in enumerate(likely) if left not in likely[:at]]
    return OrderRest(web_order, mapping, tuple(distinct))


def left_now(web_order: MagentoOrder) -> Left:
    """The open quantities; the whole order where nothing is open, a bundle is left in part, or the
    lines do not fit together: a clerk may have keyed the order in all the same."""
    try:
        return _less_than_whole(web_order, left_to_order(web_order.items))
    except (BundleInParts, UnexpectedRecord):
        return WHOLE


def store_quantities_asked(order: SalesOrder, asked: TranslatedOrder) -> None:
    """Stored before SAP is asked, so that later refunds do not change it."""
    wanted = {line.item_id: asked.left.get(line.item_id) for line in order.lines.all()}
    write_lines(order, "sap_asked_quantity", wanted)


def _asked_before(order: SalesOrder) -> Left:
    asked: dict[int, Decimal | None] = {
        line.item_id: line.sap_asked_quantity for line in order.lines.all()
    }
    return {item_id: quantity for item_id, quantity in asked.items() if quantity is not None}


def _refunds_left(web_order: MagentoOrder) -> Left:
    try:
        return _less_than_whole(web_order, left_after_refunds(web_order.items))
    except (BundleInParts, UnexpectedRecord):
        return WHOLE


def _less_than_whole(web_order: MagentoOrder, left: dict[int, Decimal]) -> Left:
    """Only lines that are no longer whole; empty where no line would be left."""
    asked = item_numbers(web_order)
    if not any(left[item_id] for item_id in asked):
        return WHOLE
    return _changed(web_order, left)


def _changed(web_order: MagentoOrder, left: dict[int, Decimal]) -> Left:
    return {
        item.item_id: left[item.item_id]
        for item in web_order.items
        if left[item.item_id] < item.qty_ordered
    }
