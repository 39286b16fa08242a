"""The items of a SAP order beside its web lines, with what people said of them, and what is told of
those that stand for none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sync.causes.papers import PaperCause
from sync.errors import RecordsDisagree
from sync.models import BillingDocument, Decision, OutboundDelivery, SalesOrder, SalesOrderLine
from sync.told import told
from sync.translate.added_lines import (
    OrderedLine,
    OrderItems,
    SapQuantities,
    added_numbers,
    said_of,
)

MOST_NAMED = 3
Line = OrderedLine
ZERO = Decimal(0)
ITEM_DECISIONS = (Decision.Kind.SAP_ITEM_TIED, Decision.Kind.SAP_ITEM_UNTIED)


def items_of(order: SalesOrder) -> OrderItems:
    lines = {one.item_id: one for one in _lines_sent(list(order.lines.all()))}
    items = {one.sap_item_number: one for one in order.sap_lines.all()}
    found = OrderItems(lines, items)
    if items.keys() <= found.item_ids.keys():
        return found
    return OrderItems(lines, items, _tied(order, lines))


def _lines_sent(lines: list[SalesOrderLine]) -> Iterable[OrderedLine]:
    """Also lines whose item is not known; not those SAP was never asked for, and no line that
    another stands for."""
    of_parts = {line.parent_item_id for line in lines if line.sap_item_number}
    for line in lines:
        asked = _asked(line.qty_ordered, line.sap_asked_quantity)
        is_told_by_another = line.parent_item_id is not None or line.item_id in of_parts
        if not line.sap_item_number and (is_told_by_another or not asked):
            continue
        yield OrderedLine(
            line.item_id,
            line.sku,
            line.sap_item_number or 0,
            asked,
            line.is_virtual,
        )


def _asked(ordered: Decimal, asked: Decimal | None) -> Decimal:
    return ordered if asked is None else asked


def tied_items(order: SalesOrder) -> dict[int, int]:
    """By the number of an item that a person has tied, the item its web line was sent as."""
    found = items_of(order)
    return {number: found.lines[item_id].own_item for number, item_id in found.tied.items()}


def _tied(order: SalesOrder, lines: Mapping[int, OrderedLine]) -> dict[int, int]:
    """The last decision on each item counts."""
    own = {line.own_item for line in lines.values()}
    tied: dict[int, int] = {}
    said = Decision.objects.filter(sales_order=order, kind__in=ITEM_DECISIONS).order_by("id")
    for number, kind, item_id in said.values_list("number", "kind", "order_item_id"):
        tied.pop(int(number), None)
        is_tied = kind == Decision.Kind.SAP_ITEM_TIED and int(number) not in own
        if is_tied and item_id is not None and item_id in lines:
            tied[int(number)] = item_id
    return tied


def decided_items(order: SalesOrder) -> set[int]:
    """SAP's items about which a person has said what they stand for, or that it is nothing."""
    said = Decision.objects.filter(sales_order=order, kind__in=ITEM_DECISIONS)
    return {int(number) for number in said.values_list("number", flat=True)}


def tell_of_goods(order: SalesOrder, delivery: OutboundDelivery, held: SapQuantities) -> None:
    """Raises ``RecordsDisagree`` where a person has to hear of what left with a delivery, after the
    shop has got what stands for its lines."""
    given = {
        line.sap_item_number: line.delivered_quantity
        for line in order.delivery_lines.all()
        if line.delivery_id == delivery.pk
    }
    _tell_of_replacements(order, told("Delivery {delivery}", delivery=delivery), held.items, given)
    if held.beyond:
        raise RecordsDisagree(
            told(
                "Delivery {delivery} holds more than order {order} asked for: {beyond}. The shop "
                "was told of what was ordered.",
                delivery=delivery,
                order=order,
                beyond=_beyond(held),
            ),
            cause=PaperCause.DELIVERED_MORE,
            reference=order.increment_id,
        )


def tell_of_amounts(order: SalesOrder, document: BillingDocument, held: SapQuantities) -> None:
    """As ``tell_of_goods``, for what SAP bills that the shop's invoice does not hold."""
    given: dict[int, Decimal] = defaultdict(Decimal)
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    for line in order.billing_lines.all():
        if line.billing_document_id != document.pk:
            continue
        given[line.sap_item_number] += line.billed_quantity
        amounts[line.sap_item_number] += line.net_value + line.tax_value
    _tell_of_replacements(
        order, told("Billing document {document}", document=document), held.items, given
    )
    over = {number: amount for number, amount in _beyond_amounts(held, given, amounts) if amount}
    if over:
        total = sum(over.values(), ZERO)
        named = ", ".join(
            told("{amount:.2f} for item {number}", amount=over[number], number=number)
            for number in sorted(over)
        )
        raise RecordsDisagree(
            told(
                "Billing document {document} bills {total:.2f} {currency} that order {order} does "
                "not hold: {named}. The shop's invoice is without it.",
                document=document,
                total=total,
                currency=document.currency,
                order=order,
                named=named,
            ),
            cause=PaperCause.BILLED_MORE,
            reference=order.increment_id,
        )


def _beyond_amounts(
    held: SapQuantities, given: Mapping[int, Decimal], amounts: Mapping[int, Decimal]
) -> Iterator[tuple[int, Decimal]]:
    items = held.items
    for number in added_numbers(items, given):
        if not _is_in_set(items, number):
            yield number, amounts[number]
    for number, item_id in items.item_ids.items():
        if number in amounts and (beyond := held.beyond.get(item_id)):
            yield number, amounts[number] * beyond / (beyond + held.now[item_id])


def _is_in_set(items: OrderItems, number: int) -> bool:
    """Parts of a set that is billed by its parts stand for the line of the set."""
    origin = items.origin(number)
    return bool(origin) and items.is_billed_by_parts(origin)


def _tell_of_replacements(
    order: SalesOrder, document: str, items: OrderItems, given: Mapping[int, Decimal]
) -> None:
    asked = [number for number in added_numbers(items, given) if items.may_replace(number)]
    decided = decided_items(order) if asked else set()
    asked = [number for number in asked if number not in decided]
    if asked:
        short = ", ".join(line.sku for line in items.short_lines()[:MOST_NAMED])
        named = ", ".join(str(number) for number in asked[:MOST_NAMED])
        raise RecordsDisagree(
            told(
                "{document} holds item {named} of SAP order {sap_order}, which stands for no line "
                "of web order {order}, and SAP lacks some of {short}.",
                document=document,
                named=named,
                sap_order=order.sap_sales_order_number,
                order=order.increment_id,
                short=short,
            ),
            cause=PaperCause.ITEM_WITHOUT_LINE,
            reference=order.increment_id,
        )


def _beyond(held: SapQuantities) -> str:
    named = ((held.items.lines[item_id], more) for item_id, more in held.beyond.items())
    return ", ".join(
        told(
            "{more:f} of {sku} beyond the {asked:f} ordered",
            more=more.normalize(),
            sku=line.sku,
            asked=line.asked.normalize(),
        )
        for line, more in list(named)[:MOST_NAMED]
    )


def documents_with_item(
    order: SalesOrder, number: int
) -> tuple[list[OutboundDelivery], list[BillingDocument]]:
    """The deliveries that have left and the valid invoices that hold the item."""
    ours = {"lines__sales_order": order, "lines__sap_item_number": number}
    gone = OutboundDelivery.objects.filter(**ours, goods_movement_status="C")
    bills = BillingDocument.objects.filter(
        **ours, category=BillingDocument.Category.INVOICE, is_cancelled=False
    )
    return list(gone.distinct()), list(bills.distinct())


@dataclass(frozen=True, slots=True)
class AddedItem:
    """An item of the SAP order that was not sent, and the lines it may stand for."""

    number: int
    material: str
    said: str  # why the web order has no such line
    quantity: Decimal
    unit: str
    net_value: Decimal
    is_rejected: bool
    tied_to: Line | None
    choices: list[Line]
    is_asked: bool  # whether nobody has said yet what it stands for, and it may stand for a line


def added_items(order: SalesOrder) -> list[AddedItem]:
    items = items_of(order)
    numbers = items.added()
    if not numbers:
        return []
    decided = decided_items(order)
    mirrors = {one.sap_item_number: one for one in order.sap_lines.all()}
    short = items.short_lines()
    found = []
    for number in numbers:
        item, tied = mirrors[number], items.lines.get(items.tied.get(number, 0))
        may_stand = not item.is_rejected and not (items.origin(number) and tied is None)
        found.append(
            AddedItem(
                number,
                item.material,
                said_of(items, number),
                item.ordered_quantity,
                item.unit,
                item.net_value,
                item.is_rejected,
                tied,
                [line for line in short if line != tied] if may_stand else [],
                items.may_replace(number) and number not in decided,
            )
        )
    return found
