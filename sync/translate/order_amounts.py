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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from sync.causes.orders import OrderCause
from sync.currencies import currency_decimals
from sync.errors import UnexpectedRecord
from sync.magento.records import CONFIGURABLE, MagentoOrder, MagentoOrderItem
from sync.told import told
from sync.translate.further_amounts import FurtherAmount, FurtherEntry, further_amounts
from sync.translate.unexplained_amounts import does_not_add_up

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
    """The lines, the freight and the fees of an order; together they are what was charged, with
    what was paid by gift card or credit before the grand total."""

    currency: str
    lines: tuple[PricedLine, ...]
    freight: Decimal
    freight_discount: Decimal
    freight_tax: Decimal
    further: tuple[FurtherAmount, ...] = ()
    rounding: Decimal = ZERO  # how much the shop's total is above this one

    @property
    def charged(self) -> Decimal:
        """With the shop's own rounding."""
        return self.total + self.rounding

    @property
    def total(self) -> Decimal:
        lines = sum((line.total for line in self.lines), ZERO)
        fees = sum((one.cost for one in self.further), ZERO)
        return lines + self.freight - self.freight_discount + self.freight_tax + fees

    @property
    def paid_before(self) -> Decimal:
        """By gift card, store credit or points: the grand total no longer includes it."""
        return sum((one.paid for one in self.further), ZERO)


def order_amounts(
    order: MagentoOrder, may_be_off: Decimal = ZERO, entries: Sequence[FurtherEntry] = ()
) -> OrderAmounts:
    """In the order's own sequence; with the decimals the shop has.

    Raises ``UnexpectedRecord`` where the lines differ by more than ``may_be_off``, or than a coin
    where that is more, from what is charged (the grand total, and what was paid by gift card or
    credit before it), or where a line's parent is missing; ``MappingMissing`` where one amount
    that the mappings do not know explains the difference.
    """
    counted = tuple(_counted(order))
    further = further_amounts(order, entries)
    amounts = OrderAmounts(
        currency=order.order_currency_code,
        lines=tuple(_line(item, parent) for item, parent in counted),
        freight=order.shipping_amount,
        freight_discount=_freight_discount(order),
        freight_tax=order.shipping_tax_amount,
        further=further,
    )
    charged = order.grand_total + amounts.paid_before
    for read in _readings(amounts, order, [item for item, _ in counted]):
        if abs(read.total - charged) < HALF_A_CENT:
            return read
    if abs(charged - amounts.total) <= max(may_be_off, _odd_coins(amounts) if may_be_off else ZERO):
        return replace(amounts, rounding=charged - amounts.total)
    raise does_not_add_up(order, amounts, charged, [item for item, _ in counted], entries)


def coin_of(currency: str) -> Decimal:
    """The smallest amount of the currency."""
    return Decimal(1).scaleb(-currency_decimals(currency))


def in_coins(amount: Decimal, currency: str) -> Decimal:
    """Commercially rounded; an amount that is in coins already stays as it is written."""
    coin = coin_of(currency)
    rounded = amount.quantize(coin, ROUND_HALF_UP)
    return amount if rounded == amount else rounded


def amounts_in_coins(amounts: OrderAmounts) -> OrderAmounts:
    """As SAP can hold them: each amount is rounded by itself, and what was charged is the judge.
    What is between both is the order's rounding, and is never spread over the lines."""
    rounded = _each_in_coins(amounts)
    return replace(rounded, rounding=in_coins(amounts.charged, amounts.currency) - rounded.total)


def _each_in_coins(amounts: OrderAmounts) -> OrderAmounts:
    currency = amounts.currency
    return replace(
        amounts,
        lines=tuple(
            replace(
                line,
                net_before_discount=in_coins(line.net_before_discount, currency),
                discount=in_coins(line.discount, currency),
                tax=in_coins(line.tax, currency),
            )
            for line in amounts.lines
        ),
        freight=in_coins(amounts.freight, currency),
        freight_discount=in_coins(amounts.freight_discount, currency),
        freight_tax=in_coins(amounts.freight_tax, currency),
        further=tuple(
            replace(one, amount=in_coins(one.amount, currency), tax=in_coins(one.tax, currency))
            for one in amounts.further
        ),
    )


def _odd_coins(amounts: OrderAmounts) -> Decimal:
    """A coin, or half a coin for each line where some have more decimals than the currency."""
    rounded = _each_in_coins(amounts)
    odd = sum(one != other for one, other in zip(amounts.lines, rounded.lines, strict=True))
    return coin_of(amounts.currency) * max(Decimal(1), Decimal(odd) / 2)


def _freight_discount(order: MagentoOrder) -> Decimal:
    compensation = order.shipping_discount_tax_compensation_amount
    return abs(order.shipping_discount_amount) - compensation


def _readings(
    amounts: OrderAmounts, order: MagentoOrder, items: Sequence[MagentoOrderItem]
) -> Iterator[OrderAmounts]:
    """As the members say; with rows that the shop has cut; and with the discount on freight that
    the order's own discount leaves after its lines, for a coupon that also covers freight whose
    tax counts before the discount: the shop then notes it without that tax, or not at all."""
    uncut = tuple(_uncut(line, item) for line, item in zip(amounts.lines, items, strict=True))
    yield amounts
    yield replace(amounts, lines=uncut)
    on_lines = sum((item.discount_amount for item in items), ZERO)
    left = abs(order.discount_amount) - on_lines
    left -= order.shipping_discount_tax_compensation_amount
    if order.shipping_amount and ZERO < left <= order.shipping_amount + order.shipping_tax_amount:
        yield replace(amounts, freight_discount=left)
        yield replace(amounts, lines=uncut, freight_discount=left)


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
            raise _broken(
                order, told("line {line} belongs to a line that is not there", line=item.item_id)
            )
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
            raise _broken(
                order, told("line {line} has lines two levels below it", line=item.item_id)
            )
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
            raise _broken(order, told("line {line} is there twice", line=item.item_id))
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


def _broken(order: MagentoOrder, problem: str) -> UnexpectedRecord:
    return UnexpectedRecord(
        told(
            "The lines of order {order} do not fit together: {problem}.",
            order=order.increment_id,
            problem=problem,
        ),
        cause=OrderCause.LINES,
        reference=order.increment_id,
    )
