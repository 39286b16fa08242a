"""What the shop still has to ship and to invoice of an order, by the quantities of its lines. Pure.

The order's state is no proof: with bundles it says ``complete`` too early [853], and from 2.4.8 on
a partly refunded order never becomes complete (README "Versions" 10).

Which lines count: a configurable by its parent [242], a bundle by its parts, whose quantities are
right however it is shipped, priced or invoiced [248, 255, 350], any other line by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from decimal import Decimal
from typing import Protocol

from sync.magento.records import CONFIGURABLE

ZERO = Decimal(0)


class Quantities(Protocol):
    """A line's quantities, as read or as mirrored."""

    @property
    def qty_ordered(self) -> Decimal: ...
    @property
    def qty_shipped(self) -> Decimal: ...
    @property
    def qty_invoiced(self) -> Decimal: ...
    @property
    def qty_refunded(self) -> Decimal: ...
    @property
    def qty_canceled(self) -> Decimal: ...


class Line(Quantities, Protocol):
    @property
    def item_id(self) -> int: ...
    @property
    def parent_item_id(self) -> int | None: ...
    @property
    def product_type(self) -> str: ...
    @property
    def sku(self) -> str: ...
    @property
    def is_virtual(self) -> bool: ...


def open_to_ship(line: Quantities) -> Decimal:
    """What the shop would still ship; a refunded piece may have been shipped or not [248-526].

    README "Versions" 9, the same in every version.
    """
    done = max(line.qty_shipped, line.qty_refunded) + line.qty_canceled
    return max(ZERO, line.qty_ordered - done)


def open_to_invoice(line: Quantities) -> Decimal:
    return max(ZERO, line.qty_ordered - line.qty_invoiced - line.qty_canceled)


def left_to_ship(lines: Iterable[Line], *, but: Collection[int] = ()) -> str:
    """The SKU of the first line with something left to ship; empty when there is none. ``but`` are
    the item ids of lines that others ship."""
    return _first(lines, open_to_ship, goods_only=True, but=but)


def left_to_wait_for(lines: Iterable[Line], *, but: Collection[int] = ()) -> str:
    """As ``left_to_ship``, without refunded pieces: the customer does not wait for these."""
    return _first(lines, _awaited, goods_only=True, but=but)


def left_to_invoice(lines: Iterable[Line]) -> str:
    """The SKU of the first line with something left to invoice; empty when there is none."""
    return _first(lines, open_to_invoice, goods_only=False)


def _awaited(line: Quantities) -> Decimal:
    done = line.qty_shipped + line.qty_refunded + line.qty_canceled
    return max(ZERO, line.qty_ordered - done)


def _first(
    lines: Iterable[Line],
    rest: Callable[[Quantities], Decimal],
    *,
    goods_only: bool,
    but: Collection[int] = (),
) -> str:
    for line, bundle in _counted(list(lines)):
        if (goods_only and line.is_virtual) or line.item_id in but:
            continue
        if rest(line) > (_canceled_with(bundle, line) if bundle else ZERO):
            return line.sku
    return ""


def _counted(lines: list[Line]) -> Iterator[tuple[Line, Line | None]]:
    known: dict[int | None, Line] = {line.item_id: line for line in lines}
    parents = {line.parent_item_id for line in lines}
    for line in lines:
        above = known.get(line.parent_item_id)
        if above is None:
            if line.product_type == CONFIGURABLE or line.item_id not in parents:
                yield line, None
        elif above.product_type != CONFIGURABLE:
            yield line, above


def _canceled_with(bundle: Line, part: Line) -> Decimal:
    """What was canceled of a part through its bundle: the shop notes it on only one of the two."""
    if not bundle.qty_ordered:
        return ZERO
    share = bundle.qty_canceled * part.qty_ordered / bundle.qty_ordered
    return max(ZERO, share - part.qty_canceled)
