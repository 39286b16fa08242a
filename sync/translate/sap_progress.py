"""What SAP still has to do for an order, by its statuses and quantities (SAP sheet 13.1). Pure.

Which field decides what:

- the order's delivery status: whether anything is left to deliver;
- the goods movement status of each delivery: whether the goods have left, or came back;
- the billing status of each delivery (FKSTK): whether what is billed by deliveries is billed;
- the billing status of the order (FKSAK): the same for what is billed from the order itself;
- the quantities of the billing documents: whether those the portal knows are all there are.

A blank status means that there is nothing of the kind, never that it is open; where the order's
lines deny it, quantities decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from sync.names.sap import unit_name
from sync.told import told

NOT_TOLD, DELIVERY, ORDER, NOTHING = "", "delivery", "order", "nothing"
DONE = frozenset({"", "C"})
# FKREL. Only the order tells when third-party lines (F) are billed; pro formas are no invoices.
BY_ORDER_QUANTITY = frozenset("BCI")
BY_STATUS_ALONE = frozenset("F")
PRO_FORMA = frozenset("DL")
ZERO = Decimal(0)

ItemUnit = tuple[int, str]
Quantities = defaultdict[ItemUnit, Decimal]


@dataclass(frozen=True, slots=True)
class SapLine:
    """``billed_from`` is one of the four words above."""

    item_number: int
    quantity: Decimal
    unit: str
    billed_from: str
    is_rejected: bool
    is_third_party: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryProgress:
    delivery_number: str
    goods_movement_status: str
    billing_status: str


@dataclass(slots=True)
class SapProgress:
    """An order's documents in SAP; quantities by item and unit, of valid invoices only."""

    lines: list[SapLine] = field(default_factory=list)
    deliveries: dict[str, DeliveryProgress] = field(default_factory=dict)
    delivered: Quantities = field(default_factory=lambda: defaultdict(Decimal))
    billed: Quantities = field(default_factory=lambda: defaultdict(Decimal))


LACKS = told("SAP's billing documents do not add up yet: item {item} lacks {quantity:f}.")
LACKS_OF_UNIT = told(
    "SAP's billing documents do not add up yet: item {item} lacks {quantity:f} {unit}."
)


def billed_from(relevance: str | None) -> str:
    """Which document bills a line of this billing relevance (FKREL); ``None``: SAP did not tell."""
    if relevance is None or relevance in BY_STATUS_ALONE:
        return NOT_TOLD
    if not relevance or relevance in PRO_FORMA:
        return NOTHING
    return ORDER if relevance in BY_ORDER_QUANTITY else DELIVERY


def left_to_deliver(delivery_status: str, progress: SapProgress) -> str:
    """What SAP still has to deliver, in one sentence; empty when all goods have left."""
    if delivery_status not in DONE or _lacks_deliveries(delivery_status, progress):
        return told("SAP has not delivered everything yet.")
    for one in progress.deliveries.values():
        if one.goods_movement_status not in DONE:
            return told(
                "Goods issue of delivery {delivery} is not posted in SAP.",
                delivery=one.delivery_number,
            )
    return ""


def _lacks_deliveries(delivery_status: str, progress: SapProgress) -> bool:
    """Whether lines that are billed by delivery contradict a status of "nothing left".

    If the status is blank, SAP did not fill it, and quantities decide. If it is C there must be a
    delivery, perhaps one that could not be read yet; its lines may be closed by a tolerance.
    """
    own = [one for one in progress.lines if not (one.is_rejected or one.is_third_party)]
    goods = [one for one in own if one.billed_from == DELIVERY]
    if delivery_status:
        return bool(goods) and not progress.deliveries
    delivered = progress.delivered
    return not all(_is_covered(one.item_number, one.unit, one.quantity, delivered) for one in goods)


def left_to_bill(billing_status: str, progress: SapProgress) -> str:
    """What SAP still has to bill, in one sentence; empty when all is billed."""
    for one in progress.deliveries.values():
        if one.billing_status not in DONE:
            return told(
                "SAP has not billed all of delivery {delivery} yet.", delivery=one.delivery_number
            )
    if billing_status not in DONE:
        return told("SAP has not billed all of what is billed without a delivery yet.")
    for line in progress.lines:
        for unit, quantity in _owed(line, progress):
            if not _is_covered(line.item_number, unit, quantity, progress.billed):
                return _not_billed(line.item_number, _lacking(line, unit, quantity, progress), unit)
    return ""


def _not_billed(item: int, quantity: Decimal, unit: str) -> str:
    sentence = LACKS_OF_UNIT if unit else LACKS
    return told(sentence, item=item, quantity=quantity, unit=unit_name(unit, quantity))


def _owed(line: SapLine, progress: SapProgress) -> Iterator[tuple[str, Decimal]]:
    """Unit and quantity that must be billed: of goods what was delivered, even if less than
    ordered.

    Where SAP does not tell how a line is billed, its statuses decide alone.
    """
    if line.billed_from == ORDER and not line.is_rejected:
        yield line.unit, line.quantity
    if line.billed_from == DELIVERY:
        for (item, unit), quantity in progress.delivered.items():
            if item == line.item_number:
                yield unit, quantity


def _is_covered(item: int, unit: str, quantity: Decimal, found: Quantities) -> bool:
    """Quantities in different units cannot be compared: then the statuses decide alone."""
    in_other_units = any(one == item and other != unit for one, other in found)
    return in_other_units or found.get((item, unit), ZERO) >= quantity


def _lacking(line: SapLine, unit: str, quantity: Decimal, progress: SapProgress) -> Decimal:
    return (quantity - progress.billed.get((line.item_number, unit), ZERO)).normalize()
