"""Open quantities of order lines, and which lines only stand for others."""

from __future__ import annotations

from decimal import Decimal

from sync.sandbox.shop import catalogue
from sync.sandbox.shop.documents import Doc, dec

ZERO = Decimal(0)


class Lines:
    """The lines of one order with their family ties."""

    def __init__(self, order: Doc) -> None:
        self.all: list[Doc] = order["items"]
        self.by_id: dict[int, Doc] = {item["item_id"]: item for item in self.all}
        self.children: dict[int, list[Doc]] = {}
        for item in self.all:
            if item.get("parent_item_id"):
                self.children.setdefault(item["parent_item_id"], []).append(item)

    def parent(self, item: Doc) -> Doc | None:
        """The parent line, or None."""
        return self.by_id.get(item.get("parent_item_id", 0))

    def _head(self, item: Doc) -> Doc:
        return self.parent(item) or item

    def _alone(self, item: Doc) -> bool:
        return not self.parent(item) and not self.children.get(item["item_id"])

    def ships_separately(self, item: Doc) -> bool:
        """Whether the family ships child by child."""
        return catalogue.ships_separately(self._head(item))

    def stands_in_for_shipping(self, item: Doc) -> bool:
        """True for a line that is never shipped itself [239, 245, 253]."""
        if self._alone(item):
            return False
        return self.ships_separately(item) == (self.parent(item) is None)

    def stands_in_for_invoicing(self, item: Doc) -> bool:
        """True for a line that is never invoiced itself [342, 346, 347]."""
        if self._alone(item):
            return False
        by_children = catalogue.priced_by_children(self._head(item))
        return by_children == (self.parent(item) is None)

    def open_to_ship(self, item: Doc) -> Decimal:
        """Pieces that may still be shipped under this line's own id."""
        if item.get("is_virtual") or self.stands_in_for_shipping(item):
            return ZERO
        return plain_open_to_ship(item)

    def open_to_invoice(self, item: Doc) -> Decimal:
        """Pieces that may still be invoiced under this line's own id."""
        return ZERO if self.stands_in_for_invoicing(item) else plain_open_to_invoice(item)


def plain_open_to_ship(item: Doc) -> Decimal:
    """Ordered minus shipped or refunded, whichever is more, and canceled; never below 0.

    A refunded piece may be one of those shipped: of four, two shipped and one refunded, two may
    still go [248-526 to 248-528], and of two the refunded one as well [248-545].
    """
    done = max(dec(item["qty_shipped"]), dec(item["qty_refunded"]))
    return max(dec(item["qty_ordered"]) - done - dec(item["qty_canceled"]), ZERO)


def plain_open_to_invoice(item: Doc) -> Decimal:
    """Ordered minus invoiced and canceled, never below 0."""
    return max(
        dec(item["qty_ordered"]) - dec(item["qty_invoiced"]) - dec(item["qty_canceled"]), ZERO
    )


def whole(item: Doc, quantity: Decimal) -> Decimal:
    """Cut to whole pieces unless the line may be sold in fractions [218]."""
    if item.get("is_qty_decimal"):
        return max(quantity, ZERO)
    return max(Decimal(int(quantity)), ZERO)


def per_parent(parent: Doc, child: Doc) -> Decimal:
    """Pieces of the child in one piece of its parent."""
    return dec(child["qty_ordered"]) / (dec(parent["qty_ordered"]) or Decimal(1))
