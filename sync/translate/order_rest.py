"""What is left of a web order to place in SAP: nothing refunded, canceled or shipped before SAP
knew of it. Pure.

- simple, virtual, configurable by its parent: ordered - max(shipped, refunded) - canceled, the
  shop's own rule (README "Versions" 9).
- bundle: whole bundles only, as many as every part is left for; the shop may note what was taken
  off on the bundle or on its parts.
- money: a line's share of its own amounts, rounded as a credit memo rounds what it gives back.
  Freight stays whole: a refund of freight, or of more or less than the lines, goes to a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from sync.magento.records import CONFIGURABLE, MagentoOrder
from sync.told import told
from sync.translate.line_progress import Line
from sync.translate.order_amounts import (
    ANY,
    OrderAmounts,
    PricedLine,
    coin_of,
    order_amounts,
)

Left = Mapping[int, Decimal]  # by order item id, parents and children alike

ZERO = Decimal(0)
BESIDE_THE_LINES = told(
    "Partly refunded with freight or an adjustment: sales looks at the credit memo in the "
    "shop, then takes the order anyway or enters the rest in SAP by hand"
)
DOES_NOT_FIT = told(
    "Partly refunded, and what is left does not add up: sales looks at the credit memo in the "
    "shop, then takes the order anyway or enters the rest in SAP by hand"
)


class BundleInParts(Exception):
    """Parts of a bundle were shipped, refunded or canceled on their own: no number is left."""


def left_to_order(lines: Iterable[Line]) -> dict[int, Decimal]:
    """The quantity of each line that is neither refunded, canceled nor shipped.

    Raises ``BundleInParts``.
    """
    return _left(list(lines), lambda line: max(line.qty_shipped, line.qty_refunded))


def left_after_refunds(lines: Iterable[Line]) -> dict[int, Decimal]:
    """Shipped pieces stay: what there was to order before the first shipment.

    Raises ``BundleInParts``.
    """
    return _left(list(lines), lambda line: line.qty_refunded)


def amounts_left(amounts: OrderAmounts, left: Left) -> OrderAmounts:
    """The lines that are left with their share of the money; a line not in ``left`` stays whole."""
    coin = coin_of(amounts.currency)
    shares = (_share(line, left.get(line.item_id, line.quantity), coin) for line in amounts.lines)
    return replace(amounts, lines=tuple(line for line in shares if line is not None))


def refund_problem(order: MagentoOrder) -> str:
    """Why a person has to look at a refund or partial cancellation; empty where it was done by line
    and the customer still pays for exactly the lines left.

    Raises ``UnexpectedRecord`` for an order that did not add up before.
    """
    if order.shipping_refunded or order.adjustment_positive or order.adjustment_negative:
        return BESIDE_THE_LINES
    try:
        left = left_after_refunds(order.items)
    except BundleInParts:
        return ""
    touched = sum(left[item.item_id] < item.qty_ordered for item in order.items)
    kept = order.charged - order.total_refunded - order.total_canceled
    off = abs(amounts_left(order_amounts(order, ANY), left).charged - kept)
    return DOES_NOT_FIT if off > coin_of(order.order_currency_code) * touched else ""


def _left(lines: Sequence[Line], gone: Callable[[Line], Decimal]) -> dict[int, Decimal]:
    known = {line.item_id: line for line in lines}
    parts: dict[int, list[Line]] = {}
    for line in lines:
        if (parent_id := line.parent_item_id) is not None and parent_id in known:
            parts.setdefault(parent_id, []).append(line)
    left = {line.item_id: _of_line(line, gone) for line in lines}
    for parent_id, below in parts.items():
        parent = known[parent_id]
        if parent.qty_ordered <= 0:
            continue
        if parent.product_type != CONFIGURABLE:
            left[parent_id] = _whole_bundles(parent, below, left)
        for part in below:
            left[part.item_id] = left[parent_id] * part.qty_ordered / parent.qty_ordered
    return left


def _of_line(line: Line, gone: Callable[[Line], Decimal]) -> Decimal:
    return max(ZERO, line.qty_ordered - gone(line) - line.qty_canceled)


def _whole_bundles(parent: Line, parts: Sequence[Line], left: Left) -> Decimal:
    """Virtual parts are never shipped and follow the others."""
    goods = [part for part in parts if part.qty_ordered > 0 and not part.is_virtual]
    counted = goods or [part for part in parts if part.qty_ordered > 0]
    bundles = {
        Fraction(left[part.item_id]) * Fraction(parent.qty_ordered) / Fraction(part.qty_ordered)
        for part in counted
    }
    own = Fraction(left[parent.item_id])
    if own == parent.qty_ordered and len(bundles) == 1:
        own = bundles.pop()  # noted on the parts alone
    elif bundles - {own, Fraction(parent.qty_ordered)}:
        raise BundleInParts
    if own.denominator != 1:
        raise BundleInParts
    return Decimal(own.numerator)


def _share(line: PricedLine, quantity: Decimal, coin: Decimal) -> PricedLine | None:
    if quantity == line.quantity:
        return line
    if quantity <= 0:
        return None
    off = (line.quantity - quantity) / line.quantity
    return replace(
        line,
        quantity=quantity,
        net_before_discount=_less(line.net_before_discount, off, coin),
        discount=_less(line.discount, off, coin),
        tax=_less(line.tax, off, coin),
    )


def _less(amount: Decimal, off: Decimal, coin: Decimal) -> Decimal:
    return amount - (amount * off).quantize(coin, ROUND_HALF_UP)
