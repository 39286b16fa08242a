"""SAP's delivered and billed quantities of an order, by the shop's order item ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

from sync.causes.papers import PaperCause
from sync.errors import RecordsDisagree
from sync.magento.records import MagentoDocumentItem
from sync.mirrors.added_lines import items_of
from sync.mirrors.document_lines import billing_lines_of, delivery_lines_of
from sync.mirrors.order_documents import counted
from sync.models import (
    BillingDocument,
    BillingDocumentLine,
    OutboundDelivery,
    OutboundDeliveryLine,
    SalesOrder,
)
from sync.names.sap import measured, unit_with_code
from sync.told import told
from sync.translate.added_lines import OrderItems, SapQuantities
from sync.translate.open_quantities import OpenQuantities
from sync.translate.units import Counted, billed_with_base_quantity

Quantities = dict[int, Decimal]


def delivered_quantities(order: SalesOrder, delivery: OutboundDelivery) -> SapQuantities:
    """The quantities of this delivery, and of all deliveries that left before it."""
    lines = delivery_lines_of(order)
    now = [line for line in lines if line.delivery_id == delivery.pk]
    left = [line for line in lines if line.delivery.is_goods_issued]
    before = [line for line in left if _departure(line.delivery) < _departure(delivery)]
    items, name = items_of(order), told("Delivery {delivery}", delivery=delivery)
    return items.delivered(
        _by_item(order, items, name, _delivered(now)),
        _by_item(order, items, name, _delivered(before)),
    )


def _delivered(lines: Iterable[OutboundDeliveryLine]) -> Iterator[tuple[int, Counted]]:
    for line in lines:
        yield line.sap_item_number, counted(line)


def departed(order: SalesOrder) -> list[OutboundDelivery]:
    """Deliveries that have left, in the sequence in which they left."""
    deliveries = {line.delivery_id: line.delivery for line in delivery_lines_of(order)}
    gone = (one for one in deliveries.values() if one.is_goods_issued)
    return sorted(gone, key=_departure)


def _departure(delivery: OutboundDelivery) -> tuple[date, datetime, str]:
    """Sorts by departure; the number decides between deliveries of one moment or day."""
    day = delivery.goods_issue_date or date.max
    midnight = datetime.combine(day, time.min, UTC)
    return (day, delivery.goods_issued_at or midnight, delivery.delivery_number)


def billed_quantities(order: SalesOrder, document: BillingDocument) -> SapQuantities:
    """The quantities of this document, and of all valid invoices with a lower number."""
    lines = billing_lines_of(order)
    number = document.billing_document_number
    before = [
        line
        for line in lines
        if line.billing_document.is_invoice
        and line.billing_document.billing_document_number < number
    ]
    this = [line for line in lines if line.billing_document_id == document.pk]
    delivered = {
        (line.delivery.delivery_number, line.item_number): counted(line)
        for line in delivery_lines_of(order)
    }
    items, name = items_of(order), told("Billing document {document}", document=document)
    return items.billed(
        _by_item(order, items, name, _billed(this, delivered)),
        _by_item(order, items, name, _billed(before, delivered)),
    )


def _billed(
    lines: Iterable[BillingDocumentLine], delivered: Mapping[tuple[str, int], Counted]
) -> Iterator[tuple[int, Counted]]:
    for line in lines:
        source = delivered.get((line.reference_document, line.reference_item))
        yield (
            line.sap_item_number,
            billed_with_base_quantity(line.billed_quantity, line.unit, source),
        )


def refuse_disagreements(order: SalesOrder, document: str, wanted: OpenQuantities) -> None:
    """Raises ``RecordsDisagree`` where anything in the document does not fit the web order."""
    if wanted.disagreements:
        reasons = " ".join(one.message for one in wanted.disagreements)
        raise RecordsDisagree(
            told(
                "{document} does not fit web order {order}. {reasons}",
                document=document,
                order=order.increment_id,
                reasons=reasons,
            ),
            cause=PaperCause.QUANTITIES_DO_NOT_FIT,
            reference=order.increment_id,
        )


def refuse_other_quantities(
    order: SalesOrder, paper: str, items: Sequence[MagentoDocumentItem], wanted: OpenQuantities
) -> None:
    """Raises ``RecordsDisagree`` where the shop made a paper with other quantities than asked for:
    it cuts them silently where somebody else was faster [214, 264, 326]."""
    held: Quantities = defaultdict(Decimal)
    for item in items:
        held[item.order_item_id] += item.qty
    if lines := wanted.held_otherwise(held):
        unequal = "; ".join(
            told(
                "line {item_id} ({sku}): {held:f} in the shop, {quantity:f} in SAP",
                item_id=line.item_id,
                sku=line.sku,
                held=held[line.item_id].normalize(),
                quantity=line.quantity.normalize(),
            )
            for line in lines
        )
        raise RecordsDisagree(
            told(
                "{paper} of web order {order} holds other quantities than SAP's document: {lines}.",
                paper=paper,
                order=order.increment_id,
                lines=unequal,
            ),
            cause=PaperCause.QUANTITIES_CUT,
            reference=order.increment_id,
        )


def _by_item(
    order: SalesOrder, items: OrderItems, document: str, rows: Iterable[tuple[int, Counted]]
) -> Quantities:
    """By SAP's item number, in the unit of the line it stands for; without items that stand for
    none."""
    known = items.item_ids
    counted = known.keys() | items.in_sets()
    units = {line.sap_item_number: line.unit for line in order.sap_lines.all()}
    own = {line.item_id: line.own_item for line in items.lines.values()}
    found: Quantities = defaultdict(Decimal)
    for number, line in rows:
        if number in counted:
            unit = units.get(own[known[number]] if number in known else number) or units.get(number)
            found[number] += _in_unit_of_order(order, document, number, line, unit or "")
    return dict(found)


def _in_unit_of_order(
    order: SalesOrder, document: str, item: int, line: Counted, unit: str
) -> Decimal:
    """A carton is not a piece: a person decides what cannot be converted exactly."""
    quantity = line.in_unit(unit)
    if quantity is None:
        raise RecordsDisagree(
            told(
                "{document} counts item {item} of SAP order {sap_order} in {unit}, the "
                "order in {ordered_in}, and SAP does not say how many of these {quantity} "
                "are.",
                document=document,
                item=item,
                sap_order=order.sap_sales_order_number,
                unit=unit_with_code(line.unit),
                ordered_in=unit_with_code(unit),
                quantity=measured(line.quantity, line.unit),
            ),
            cause=PaperCause.OTHER_UNIT,
            reference=order.increment_id,
        )
    return quantity
