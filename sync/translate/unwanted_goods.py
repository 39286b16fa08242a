"""Goods in SAP that nobody wants any more: canceled or refunded in the shop after SAP got them.

A refunded piece may have been shipped already (README "Versions" 9: open to ship is ordered less
the greater of shipped and refunded, less canceled). So a piece is unwanted only where the shop's
own rule leaves no room for it: first in what SAP has not delivered yet, then in the newest
delivery. What the shop has shipped, or may still ship, is never unwanted, unless the whole order
was canceled. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sync.magento.records import CONFIGURABLE
from sync.told import told
from sync.translate.line_progress import Line
from sync.translate.sap_progress import ORDER, Quantities, SapLine, SapProgress

OFF = frozenset({"canceled", "closed"})
# States in which the shop ships and invoices nothing for the time being.
HELD = {
    "holded": told("On hold in the shop"),
    "payment_review": told("Payment under review in the shop"),
}
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class DeliveredLine:
    """``key`` is the caller's own, ``item_number`` that of the SAP order."""

    key: int
    item_number: int
    quantity: Decimal
    unit: str
    has_left: bool
    is_shipped: bool  # the shop has a shipment for the delivery


@dataclass(frozen=True, slots=True)
class WebLine:
    """A line of the web order that is in SAP, with what became of it in the shop."""

    sku: str
    ordered: Decimal
    shipped: Decimal
    refunded: Decimal
    canceled: Decimal

    @property
    def taken_back(self) -> Decimal:
        """Refunded or canceled, shipped or not."""
        return min(self.ordered, self.refunded + self.canceled)

    def room(self, gone: Decimal) -> Decimal:
        done = max(self.shipped, self.refunded, gone) + self.canceled
        return max(ZERO, self.ordered - done)


@dataclass(slots=True)
class Unwanted:
    """By the key of a delivery's line, and by SAP item for what is not delivered yet."""

    delivered: dict[int, Decimal] = field(default_factory=dict)
    undelivered: dict[int, Decimal] = field(default_factory=dict)


def web_lines(lines: Iterable[Line], item_numbers: Mapping[int, int]) -> dict[int, WebLine]:
    """By SAP item; ``item_numbers`` is by order item id. The shop may note what is taken off a
    bundle on the bundle alone."""
    known: dict[int | None, Line] = {line.item_id: line for line in lines}
    return {
        item_numbers[line.item_id]: _with_bundle(line, known.get(line.parent_item_id))
        for line in known.values()
        if line.item_id in item_numbers
    }


def unwanted_goods(
    state: str,
    web: Mapping[int, WebLine],
    sap: Sequence[SapLine],
    delivered: Sequence[DeliveredLine],
    billed: Quantities,
) -> Unwanted:
    """``state`` is the shop's; ``delivered`` is in the sequence in which the deliveries left or
    were created; ``billed`` is by SAP item and unit, for lines that are billed without a
    delivery."""
    found = Unwanted()
    lines = {line.item_number: line for line in sap if not line.is_rejected}
    by_item: defaultdict[int, list[DeliveredLine]] = defaultdict(list)
    for row in delivered:
        if row.quantity > 0:
            by_item[row.item_number].append(row)
    for item in sorted({*lines, *by_item}):
        rows = by_item[item]
        if state == "canceled":
            found.delivered |= {row.key: row.quantity for row in rows}
        elif item in web:
            _of_line(found, state in OFF, web[item], lines.get(item), rows)
        elif state in OFF:
            found.delivered |= {row.key: row.quantity for row in rows if not row.has_left}
        if item in lines:
            rest = _undelivered(lines[item], rows, billed)
            _keep(found.undelivered, item, _unwanted_rest(found, state, web.get(item), rows, rest))
    return found


def rejected_goods(web: Mapping[int, WebLine], sap: SapProgress) -> dict[int, Decimal]:
    """By SAP item: what SAP will not deliver or bill any more and the shop has open."""
    left: dict[int, Decimal] = {}
    for line in sap.lines:
        if line.is_rejected and line.item_number in web:
            done = sap.billed if line.billed_from == ORDER else sap.delivered
            gone = sum((n for (item, _), n in done.items() if item == line.item_number), ZERO)
            open_in_sap = max(ZERO, line.quantity - gone)
            _keep(left, line.item_number, min(open_in_sap, web[line.item_number].room(gone)))
    return left


def _with_bundle(line: Line, above: Line | None) -> WebLine:
    share = ZERO
    if above is not None and above.product_type != CONFIGURABLE and above.qty_ordered:
        share = line.qty_ordered / above.qty_ordered
    return WebLine(
        line.sku,
        line.qty_ordered,
        line.qty_shipped,
        max(line.qty_refunded, above.qty_refunded * share if above else ZERO),
        max(line.qty_canceled, above.qty_canceled * share if above else ZERO),
    )


def _of_line(
    found: Unwanted, is_off: bool, web: WebLine, sap: SapLine | None, rows: list[DeliveredLine]
) -> None:
    """What left last comes first; of what is still open, the newest."""
    if sap is not None and any(row.unit != sap.unit for row in rows):
        rows = rows if is_off else []  # quantities in different units cannot be compared
    untold = [row for row in rows if row.has_left and not row.is_shipped]
    over = _total(untold) - (ZERO if is_off else web.room(ZERO))
    _spread(found, untold, min(over, web.taken_back))
    waiting = [row for row in rows if not row.has_left]
    if is_off:
        _spread(found, waiting, _total(waiting))
    else:
        room = web.room(_total([row for row in rows if row.has_left]))
        _spread(found, waiting, min(_total(waiting) - room, web.taken_back))


def _spread(found: Unwanted, rows: Sequence[DeliveredLine], quantity: Decimal) -> None:
    for row in reversed(rows):
        part = min(quantity, row.quantity)
        _keep(found.delivered, row.key, part)
        quantity -= part


def _unwanted_rest(
    found: Unwanted, state: str, web: WebLine | None, rows: Sequence[DeliveredLine], rest: Decimal
) -> Decimal:
    if state in OFF:
        return rest
    if web is None:
        return ZERO
    waiting = _total([row for row in rows if not row.has_left])
    room = web.room(_total([row for row in rows if row.has_left])) - waiting
    in_deliveries = sum((found.delivered.get(row.key, ZERO) for row in rows), ZERO)
    return min(rest - max(ZERO, room), web.taken_back - in_deliveries)


def _undelivered(line: SapLine, rows: Sequence[DeliveredLine], billed: Quantities) -> Decimal:
    if line.billed_from == ORDER:
        return line.quantity - billed.get((line.item_number, line.unit), ZERO)
    return ZERO if any(row.unit != line.unit for row in rows) else line.quantity - _total(rows)


def _total(rows: Iterable[DeliveredLine]) -> Decimal:
    return sum((row.quantity for row in rows), ZERO)


def _keep(kept: dict[int, Decimal], key: int, quantity: Decimal) -> None:
    if quantity > 0:
        kept[key] = quantity
