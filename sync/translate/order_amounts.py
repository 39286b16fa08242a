"""What each line of a web order costs: one level of every bundle, net, discount and tax apart.

Which lines count (README "The order document"):

- simple, virtual, downloadable, grouped: the line itself.
- configurable: the parent, which carries money, quantity and the sku of the chosen variant.
- bundle with dynamic price: the children; the parent repeats their sum and is left out.
- bundle with fixed price: the parent with the money, then its children, free, below it. A bundle
  without any money is taken for one of these, whichever it was.

A dynamic bundle's discount stands with its children only [248-122]. What each line costs comes from
members that mean the same in every version of Magento (``MagentoOrderItem``). A fixed product tax,
such as a recycling fee, has no place in the SAP order: an order with one does not add up and stops.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from sync.causes.orders import OrderCause
from sync.errors import UnexpectedRecord
from sync.magento.records import CONFIGURABLE, MagentoOrder, MagentoOrderItem

BUNDLE = "bundle"
HALF_A_CENT = Decimal("0.005")
ANY = Decimal("Infinity")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line as SAP gets it; money is net, in order currency, for the whole line."""

    item_id: int
    product_type: str
    sku: str
    name: str
    quantity: Decimal
    is_virtual: bool
    is_qty_decimal: bool
    net_before_discount: Decimal
    discount: Decimal  # 0 or positive
    tax: Decimal
    higher_level_item_id: int | None = None

    @property
    def total(self) -> Decimal:
        return self.net_before_discount - self.discount + self.tax


@dataclass(frozen=True, slots=True)
class OrderAmounts:
    """The lines and the freight of an order; together they are the grand total."""

    currency: str
    lines: tuple[PricedLine, ...]
    freight: Decimal
    freight_discount: Decimal
    freight_tax: Decimal
    rounding: Decimal = ZERO  # how much the shop's total is above this one

    @property
    def charged(self) -> Decimal:
        """With the shop's own rounding."""
        return self.total + self.rounding

    @property
    def total(self) -> Decimal:
        lines = sum((line.total for line in self.lines), ZERO)
        return lines + self.freight - self.freight_discount + self.freight_tax


def order_amounts(order: MagentoOrder, may_be_off: Decimal = ZERO) -> OrderAmounts:
    """In the order's own sequence.

    Raises ``UnexpectedRecord`` where the lines differ by more than ``may_be_off`` from what is
    charged (the grand total, and what was paid by gift card or credit before it), or where a line's
    parent is missing.
    """
    counted = tuple(_counted(order))
    compensation = order.shipping_discount_tax_compensation_amount
    amounts = OrderAmounts(
        currency=order.order_currency_code,
        lines=tuple(_line(item, parent) for item, parent in counted),
        freight=order.shipping_amount,
        freight_discount=abs(order.shipping_discount_amount) - compensation,
        freight_tax=order.shipping_tax_amount,
    )
    if _adds_up(amounts, order):
        return amounts
    restored = tuple(
        _uncut(line, item) for line, (item, _) in zip(amounts.lines, counted, strict=True)
    )
    if _adds_up(uncut := replace(amounts, lines=restored), order):
        return uncut
    rounding = order.charged - amounts.total
    if abs(rounding) <= may_be_off:
        return replace(amounts, rounding=rounding)
    raise _does_not_add_up(order, amounts.total, [item for item, _ in counted])


def _adds_up(amounts: OrderAmounts, order: MagentoOrder) -> bool:
    return abs(amounts.total - order.charged) < HALF_A_CENT


def _uncut(line: PricedLine, item: MagentoOrderItem) -> PricedLine:
    """Every version cuts a row below 0 to 0 where the discount counts a tax that is not charged
    (README "Versions" 1): then its price tells what it costs."""
    by_price = item.price * item.qty_ordered
    is_cut = not item.row_total_incl_tax and line.net_before_discount > by_price
    return replace(line, net_before_discount=by_price) if is_cut else line


def children_by_parent(order: MagentoOrder) -> dict[int, list[MagentoOrderItem]]:
    """Raises ``UnexpectedRecord`` for a parent that is not listed."""
    known = {item.item_id for item in order.items}
    children: dict[int, list[MagentoOrderItem]] = {}
    for item in order.items:
        if item.parent_item_id is None:
            continue
        if item.parent_item_id not in known or item.parent_item_id == item.item_id:
            raise _broken(order, f"line {item.item_id} belongs to a line that is not there")
        children.setdefault(item.parent_item_id, []).append(item)
    return children


def is_dynamic_bundle(item: MagentoOrderItem, children: list[MagentoOrderItem]) -> bool:
    """Whether the children carry the money: nothing else in the document tells [103, 105]."""
    return item.product_type != CONFIGURABLE and any(_carries_money(child) for child in children)


def _counted(order: MagentoOrder) -> Iterator[tuple[MagentoOrderItem, int | None]]:
    _refuse_repeated_lines(order)
    children = children_by_parent(order)
    for item in order.items:
        if item.parent_item_id is not None:
            continue
        below = children.get(item.item_id, [])
        if any(child.item_id in children for child in below):
            raise _broken(order, f"line {item.item_id} has lines two levels below it")
        if item.product_type == CONFIGURABLE or not below:
            yield item, None
        elif is_dynamic_bundle(item, below):
            yield from ((child, None) for child in below)
        else:
            yield item, None
            yield from ((child, item.item_id) for child in below)


def _refuse_repeated_lines(order: MagentoOrder) -> None:
    seen: set[int] = set()
    for item in order.items:
        if item.item_id in seen:
            raise _broken(order, f"line {item.item_id} is there twice")
        seen.add(item.item_id)


def _carries_money(item: MagentoOrderItem) -> bool:
    return bool(item.price or item.row_total_incl_tax or item.tax_amount or item.discount_amount)


def _line(item: MagentoOrderItem, parent: int | None) -> PricedLine:
    return PricedLine(
        item_id=item.item_id,
        product_type=item.product_type,
        sku=item.sku,
        name=item.name,
        quantity=item.qty_ordered,
        is_virtual=item.is_virtual,
        is_qty_decimal=item.is_qty_decimal,
        net_before_discount=item.net_before_discount,
        discount=item.discount_amount - item.discount_tax_compensation_amount,
        tax=item.tax_amount,
        higher_level_item_id=parent,
    )


def _does_not_add_up(
    order: MagentoOrder, total: Decimal, counted: Iterable[MagentoOrderItem]
) -> UnexpectedRecord:
    currency = order.order_currency_code
    message = (
        f"The lines of order {order.increment_id} add up to {total}, the shop says "
        f"{order.charged} {currency}."
    )
    fixed = sum((item.fixed_product_tax for item in counted), ZERO)
    if fixed:
        message += (
            f" The shop charges {fixed} {currency} of it as fixed product tax (a recycling fee, "
            "say), which the portal does not carry. Enter this order in SAP by hand."
        )
    return UnexpectedRecord(message, cause=OrderCause.TOTAL, reference=order.increment_id)


def _broken(order: MagentoOrder, problem: str) -> UnexpectedRecord:
    return UnexpectedRecord(
        f"The lines of order {order.increment_id} do not fit together: {problem}.",
        cause=OrderCause.LINES,
        reference=order.increment_id,
    )
