"""Goods that were canceled or refunded in the shop after the order went to SAP: which must not be
sent, and what each side has to do. Worked out with the stages, and kept in the delivery's lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from sync.causes.papers import PaperCause
from sync.errors import RecordsDisagree
from sync.mirrors.document_lines import delivery_lines_of
from sync.mirrors.order_documents import Documents
from sync.mirrors.pieces import MOST_NAMED, Pieces, cut_to_reason, web_lines_of
from sync.models import OutboundDelivery, OutboundDeliveryLine, SalesOrder, SalesOrderLine
from sync.told import told
from sync.translate.sap_progress import DELIVERY, ORDER
from sync.translate.unwanted_goods import (
    OFF,
    DeliveredLine,
    Unwanted,
    unwanted_goods,
)

ZERO = Decimal(0)


def store_unwanted_quantities(order: SalesOrder, documents: Documents) -> Unwanted:
    lines = sorted(documents.delivery_lines, key=_sequence)
    found = unwanted_goods(
        order.state,
        web_lines_of(order),
        documents.in_sap.lines,
        [_delivered(line, documents) for line in lines],
        documents.in_sap.billed,
    )
    for line in lines:
        unwanted = found.delivered.get(line.pk, ZERO)
        if line.unwanted_quantity != unwanted:
            same = OutboundDeliveryLine.objects.filter(pk=line.pk)
            same.update(unwanted_quantity=unwanted)
            line.unwanted_quantity = unwanted
    return found


def reason_unwanted(order: SalesOrder, documents: Documents, unwanted: Unwanted) -> str:
    """What people have to do about unwanted goods; empty where nothing is left to do."""
    rows = [line for line in documents.delivery_lines if line.pk in unwanted.delivered]
    waiting = sorted({str(line.delivery) for line in rows if not line.delivery.is_goods_issued})
    gone = sorted({str(line.delivery) for line in rows if line.delivery.is_goods_issued})
    rest = _is_left_in_sap(order, documents, unwanted)
    if order.state in OFF:
        return cut_to_reason(_reason_for_order(order, documents, (waiting, gone), rest))
    return cut_to_reason(_reason_for_pieces(order, unwanted, (rows, waiting), rest))


def warnings_of(delivery: OutboundDelivery) -> list[str]:
    lines = [line for line in delivery.lines.all() if line.unwanted_quantity > 0]
    orders = list(dict.fromkeys(line.sales_order for line in lines if line.sales_order))
    names = _skus(order.pk for order in orders)
    return [_warning(order, delivery, _pieces_of(_of(order, lines), names)) for order in orders]


def refuse_gone_anyway(order: SalesOrder, delivery: OutboundDelivery) -> None:
    """Raises ``RecordsDisagree``: the shop would refuse to ship them, and nobody would know what to
    do."""
    own = (line for line in delivery_lines_of(order) if line.delivery_id == delivery.pk)
    lines = [line for line in own if line.unwanted_quantity > 0]
    if not lines:
        return
    pieces = _pieces_of(lines, _skus([order.pk]))
    raise RecordsDisagree(
        " ".join(
            [
                _warning(order, delivery, pieces),
                told("The shop takes no shipment of them any more."),
            ]
        ),
        cause=PaperCause.GONE_ANYWAY,
        reference=order.increment_id,
    )


def _warning(order: SalesOrder, delivery: OutboundDelivery, pieces: Pieces) -> str:
    number = order.sap_sales_order_number
    if order.state in OFF:
        word = told("canceled") if order.state == "canceled" else told("refunded")
        what = told(
            "Order {order} was {word} in the shop after it went to SAP", order=order, word=word
        )
    else:
        what = told(
            "{pieces} of order {order} {were} refunded or canceled in the shop",
            pieces=pieces.named,
            order=order,
            were=pieces.were,
        )
    if delivery.is_goods_issued:
        return told(
            "{what}, but the goods have left with delivery {delivery}. Sales agrees with the "
            "customer on their return or on payment; finance credits what SAP bills of them.",
            what=what,
            delivery=delivery,
        )
    if delivery.unwanted == OutboundDelivery.Unwanted.WHOLE and order.state in OFF:
        undo = told(
            "Stop picking and reverse the delivery in SAP; sales then rejects order {number}.",
            number=number,
        )
        return told("{what}: do not ship it. {undo}", what=what, undo=undo)
    undo = told(
        "Take {them} off the delivery in SAP; sales takes {them} off SAP order {number}.",
        them=pieces.them,
        number=number,
    )
    if order.state in OFF:
        return told(
            "{what}: do not ship {pieces}. {undo}", what=what, pieces=pieces.named, undo=undo
        )
    if pieces.them == "it":
        return told("{what}: do not ship it. {undo}", what=what, undo=undo)
    return told("{what}: do not ship them. {undo}", what=what, undo=undo)


def _of(order: SalesOrder, lines: list[OutboundDeliveryLine]) -> list[OutboundDeliveryLine]:
    return [line for line in lines if line.sales_order_id == order.pk]


def _skus(orders: Iterable[int]) -> dict[tuple[int | None, int], str]:
    lines = SalesOrderLine.objects.filter(sales_order__in=list(orders))
    return {
        (line.sales_order_id, line.sap_item_number): line.sku
        for line in lines
        if line.sap_item_number
    }


def _pieces_of(
    lines: Iterable[OutboundDeliveryLine], names: Mapping[tuple[int | None, int], str]
) -> Pieces:
    return Pieces(
        (
            line.unwanted_quantity,
            line.delivered_quantity,
            names.get((line.sales_order_id, line.sap_item_number)) or line.material,
        )
        for line in lines
        if line.unwanted_quantity > 0
    )


def _reason_for_order(
    order: SalesOrder, documents: Documents, deliveries: tuple[list[str], list[str]], rest: bool
) -> str:
    word = told("Canceled") if order.state == "canceled" else told("Refunded")
    number = order.sap_sales_order_number
    waiting, gone = deliveries
    if waiting:
        return told(
            "{word} in the shop, but {deliveries} is open: do not ship it; reverse it, then reject "
            "what is open of SAP order {number}",
            word=word,
            deliveries=_named(waiting),
            number=number,
        )
    if gone:
        return told(
            "{word} in the shop, but the goods have left with {deliveries}: agree on their return "
            "or on payment, and credit what SAP bills",
            word=word,
            deliveries=_named(gone),
        )
    if not rest:
        return ""
    if documents.dispatched:
        return told(
            "{word} in the shop, but some of SAP order {number} is still to be delivered: "
            "take that off there",
            word=word,
            number=number,
        )
    return told(
        "{word} in the shop, but SAP order {number} is open: reject its lines there",
        word=word,
        number=number,
    )


def _reason_for_pieces(
    order: SalesOrder,
    unwanted: Unwanted,
    delivered: tuple[list[OutboundDeliveryLine], list[str]],
    rest: bool,
) -> str:
    rows, waiting = delivered
    web = web_lines_of(order)
    names: dict[tuple[int | None, int], str] = {
        (order.pk, number): line.sku for number, line in web.items()
    }
    if waiting:
        open_rows = [row for row in rows if not row.delivery.is_goods_issued]
        pieces = _pieces_of(open_rows, names)
        return told(
            "{pieces} {were} refunded or canceled in the shop: do not ship {them} with "
            "{deliveries}",
            pieces=pieces.named,
            were=pieces.were,
            them=pieces.them,
            deliveries=_named(waiting),
        )
    if not rest:
        return ""
    pieces = Pieces(
        (quantity, web[item].ordered, web[item].sku)
        for item, quantity in unwanted.undelivered.items()
        if item in web
    )
    return told(
        "{pieces} {were} refunded or canceled in the shop, but SAP order {sap_order} has "
        "{them}: take {them} off there",
        pieces=pieces.named,
        were=pieces.were,
        sap_order=order.sap_sales_order_number,
        them=pieces.them,
    )


def _is_left_in_sap(order: SalesOrder, documents: Documents, unwanted: Unwanted) -> bool:
    """Whether SAP would still deliver or bill something unwanted."""
    if order.sap_is_rejected:
        return False
    if order.state == "canceled":
        return True
    if not documents.in_sap.lines:
        return order.state == "closed" and not documents.deliveries
    kinds = {
        line.billed_from for line in documents.in_sap.lines
        if line.item_number in unwanted.undelivered
    }  # fmt: skip
    by_goods = order.sap_delivery_status
    return (
        (ORDER in kinds and order.sap_billing_status != "C")
        or (DELIVERY in kinds and by_goods != "C")
        or (bool(kinds - {ORDER, DELIVERY}) and by_goods in {"A", "B"})
    )


def _delivered(line: OutboundDeliveryLine, documents: Documents) -> DeliveredLine:
    return DeliveredLine(
        key=line.pk,
        item_number=line.sap_item_number,
        quantity=line.delivered_quantity,
        unit=line.unit,
        has_left=line.delivery.is_goods_issued,
        is_shipped=line.delivery_id in documents.shipped,
    )


def _sequence(line: OutboundDeliveryLine) -> tuple[bool, str, str, int]:
    """Deliveries that have left come first, in order of goods issue, then open ones by creation."""
    delivery = line.delivery
    day = delivery.goods_issue_date if delivery.is_goods_issued else delivery.created_date
    return (not delivery.is_goods_issued, str(day or ""), delivery.delivery_number, line.pk)


def _named(numbers: list[str]) -> str:
    return told("delivery {numbers}", numbers=", ".join(numbers[:MOST_NAMED]))
