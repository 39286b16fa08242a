"""What of a SAP delivery or billing document to ship or invoice in the shop, in the shop's own ids.

SAP's quantities come by the order item ids that became SAP items (``sap_order.item_numbers``). The
shop wants other ids for some (README "Item ids"):

- a bundle shipped together: the parent, and only whole bundles. The parts delivered so far, less
  what the deliveries before this one had completed, make up this delivery's bundles; a part that
  completes none is ``waiting``, which is no error.
- a bundle shipped separately: the parts. It is invoiced by its parts too if they carry the price.
- a bundle with a fixed price is invoiced by its parent: the parent's own billed quantity counts,
  and only where SAP bills the parts alone, the whole bundles these make up.
- SAP may deliver a bundle's parent item alone (a kit kept in stock). As long as no part of it was
  ever delivered, the parent's quantity stands for that many of each part.

The shop cuts quantities silently [214, 264, 326] and drops ids it does not know [263, 330]. So each
quantity is compared with what is open, and what does not fit is a disagreement for a person: the
line is then left out of ``quantities``, and nothing is ever cut.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from sync.magento.records import (
    CONFIGURABLE,
    SEPARATELY,
    TOGETHER,
    MagentoDocumentItem,
    MagentoOrder,
    MagentoOrderItem,
)
from sync.told import told
from sync.translate.bundles import Bundle, Quantities
from sync.translate.line_progress import open_to_invoice, open_to_ship
from sync.translate.order_amounts import children_by_parent, is_dynamic_bundle

CHANGED_SIDES = told("SAP names the bundle in one document and its parts in another")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A line on which SAP and the shop differ, in words a person can act on."""

    item_id: int
    sku: str
    wanted: Decimal
    reason: str

    @property
    def message(self) -> str:
        name = (
            told("Line {line} ({sku})", line=self.item_id, sku=self.sku)
            if self.sku
            else told("Line {line}", line=self.item_id)
        )
        return told(
            "{name}, quantity {quantity}: {reason}.",
            name=name,
            quantity=_shown(self.wanted),
            reason=self.reason,
        )


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A line of SAP's document, and how much of it the shop has open."""

    item_id: int
    sku: str
    quantity: Decimal
    open_quantity: Decimal


@dataclass(frozen=True, slots=True)
class OpenQuantities:
    """What to send, what a person must look at, and parts that wait for the rest of a bundle.

    ``asked`` are all lines of SAP's document, already sent or not, with what the shop has open of
    each.
    """

    quantities: dict[int, Decimal]
    disagreements: tuple[Disagreement, ...] = ()
    waiting: dict[int, Decimal] = field(default_factory=dict)
    asked: tuple[AskedLine, ...] = field(default=(), compare=False)

    def held_otherwise(self, held: Quantities) -> tuple[AskedLine, ...]:
        """The lines of which a shipment or invoice holds more than asked, or less while the rest is
        open."""
        return tuple(
            line
            for line in self.asked
            if (has := held.get(line.item_id, ZERO)) > line.quantity
            or (has < line.quantity and line.open_quantity > 0)
        )

    def rest_of(
        self, item_ids: Collection[int], held: Iterable[MagentoDocumentItem]
    ) -> dict[int, Decimal]:
        """What the papers made so far lack of these lines, as far as the shop has it open."""
        has: dict[int, Decimal] = {}
        for item in held:
            has[item.order_item_id] = has.get(item.order_item_id, ZERO) + item.qty
        lacking = {
            line.item_id: line.quantity - has.get(line.item_id, ZERO)
            for line in self.asked
            if line.item_id in item_ids
        }
        is_open = {line.item_id: line.open_quantity for line in self.asked}
        return {one: rest for one, rest in lacking.items() if 0 < rest <= is_open[one]}


def shippable_quantities(
    order: MagentoOrder,
    delivered: Quantities,
    delivered_before: Quantities,
    bundle_types: Mapping[int, str],
) -> OpenQuantities:
    """What to ship for one delivery.

    ``delivered`` is this delivery by order item id; ``delivered_before`` all deliveries before it
    in a fixed sequence, whether shipped yet or not; ``bundle_types`` "together" or "separately" by
    the product id of the bundle. ``order`` must have been read just now.
    """
    sorting = _Sorting(order, delivered)
    for parent, parts in sorting.bundles():
        goods = [part for part in parts if not part.is_virtual]
        shipped = Bundle(parent, goods, delivered, delivered_before)
        kind = bundle_types.get(parent.product_id) if parent.product_id else None
        if not shipped.is_touched:
            sorting.take_virtual([part for part in parts if part.is_virtual])
            continue
        if shipped.changed_sides:
            sorting.disagree(parent, shipped.parent_quantity, CHANGED_SIDES)
        elif kind == TOGETHER:
            sorting.take_whole(shipped)
        elif kind == SEPARATELY:
            sorting.take_parts(shipped)
        else:
            reason = told("whether the bundle is shipped together or separately is not known")
            sorting.disagree(parent, shipped.parent_quantity, reason)
        sorting.take_virtual([part for part in parts if part.is_virtual])
    sorting.take_plain(is_shipment=True)
    return sorting.result(open_to_ship)


def invoiceable_quantities(
    order: MagentoOrder, billed: Quantities, billed_before: Quantities
) -> OpenQuantities:
    """For one billing document; arguments as for ``shippable_quantities``."""
    sorting = _Sorting(order, billed)
    for parent, parts in sorting.bundles():
        invoiced = Bundle(parent, parts, billed, billed_before)
        if not invoiced.is_touched:
            continue
        if is_dynamic_bundle(parent, parts):
            sorting.take_parts(invoiced)
        elif invoiced.changed_sides and invoiced.parent_quantity:
            sorting.disagree(parent, invoiced.parent_quantity, CHANGED_SIDES)
        elif invoiced.parent_was_ever_given:
            sorting.want(parent, invoiced.parent_quantity)
        else:
            sorting.take_whole(invoiced)
    sorting.take_plain(is_shipment=False)
    return sorting.result(open_to_invoice)


class _Sorting:
    """Sorts one document's quantities into what to send, what waits and what disagrees."""

    def __init__(self, order: MagentoOrder, quantities: Quantities) -> None:
        self._items = {item.item_id: item for item in order.items}
        self._children = children_by_parent(order)
        self._given = {item_id: qty for item_id, qty in quantities.items() if qty}
        self._left = set(self._given)
        self._wanted: dict[int, Decimal] = {}
        self._disagreements: list[Disagreement] = []
        self._waiting: dict[int, Decimal] = {}

    def bundles(self) -> Iterator[tuple[MagentoOrderItem, list[MagentoOrderItem]]]:
        """Each parent that is not a configurable, with its parts; marks these lines as done."""
        for parent_id, parts in self._children.items():
            parent = self._items[parent_id]
            if parent.product_type == CONFIGURABLE or parent.qty_ordered <= 0:
                continue
            self._left -= {parent_id, *(part.item_id for part in parts)}
            yield parent, parts

    def want(self, item: MagentoOrderItem, quantity: Decimal) -> None:
        """Whether the quantity is open is checked in ``result``."""
        if quantity:
            self._wanted[item.item_id] = quantity

    def take_whole(self, bundle: Bundle) -> None:
        negative = [part for part in bundle.parts if self._given.get(part.item_id, ZERO) < 0]
        excess = [part for part in bundle.parts if bundle.so_far(part) > part.qty_ordered]
        for part in negative:
            self.disagree(
                part, self._given[part.item_id], told("a quantity below 0 cannot be sent")
            )
        for part in excess:
            ordered = _shown(part.qty_ordered)
            self.disagree(
                part,
                bundle.so_far(part),
                told("only {count} were ordered in the bundle", count=ordered),
            )
        if negative or excess:
            return
        self.want(bundle.parent, bundle.completed())
        self._waiting |= bundle.unfinished()

    def take_parts(self, bundle: Bundle) -> None:
        is_kit = bool(bundle.parent_quantity) and not bundle.parts_were_ever_given
        for part in bundle.parts:
            share = bundle.per_bundle(part) * Fraction(bundle.parent_quantity)
            kit = Decimal(share.numerator) / Decimal(share.denominator)
            self.want(part, kit if is_kit else self._given.get(part.item_id, ZERO))

    def take_virtual(self, items: list[MagentoOrderItem]) -> None:
        for item in items:
            if item.item_id in self._given:
                self._refuse_virtual(item)

    def take_plain(self, *, is_shipment: bool) -> None:
        """Lines outside bundles; a configurable goes by its parent's id."""
        for item_id in sorted(self._left):
            item = self._items.get(item_id)
            quantity = self._given[item_id]
            if item is None:
                reason = told("the order in the shop has no such line")
                self._disagreements.append(Disagreement(item_id, "", quantity, reason))
            elif item.parent_item_id is not None:
                self.disagree(
                    item, quantity, told("the shop counts this line with the one above it")
                )
            elif is_shipment and item.is_virtual:
                self._refuse_virtual(item)
            else:
                self.want(item, quantity)

    def disagree(self, item: MagentoOrderItem, quantity: Decimal, reason: str) -> None:
        self._disagreements.append(Disagreement(item.item_id, item.sku, quantity, reason))

    def result(self, open_quantity: Callable[[MagentoOrderItem], Decimal]) -> OpenQuantities:
        quantities: dict[int, Decimal] = {}
        asked: list[AskedLine] = []
        for item_id, wanted in sorted(self._wanted.items()):
            item = self._items[item_id]
            asked.append(AskedLine(item_id, item.sku, wanted, open_quantity(item)))
            reason = _mismatch(item, wanted, asked[-1].open_quantity)
            if reason:
                self.disagree(item, wanted, reason)
            else:
                quantities[item_id] = wanted
        return OpenQuantities(quantities, tuple(self._disagreements), self._waiting, tuple(asked))

    def _refuse_virtual(self, item: MagentoOrderItem) -> None:
        self.disagree(item, self._given[item.item_id], told("a virtual line cannot be shipped"))


def _mismatch(item: MagentoOrderItem, wanted: Decimal, is_open: Decimal) -> str:
    if wanted < 0:
        return told("a quantity below 0 cannot be sent")
    if wanted > is_open:
        return told("only {count} are open in the shop", count=_shown(is_open))
    if not item.is_qty_decimal and wanted != wanted.to_integral_value():
        return told("the shop counts this line in whole pieces")
    return ""


def _shown(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
