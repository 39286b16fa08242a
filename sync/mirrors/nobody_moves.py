"""Goods that one side waits for and the other will not move: rejected in SAP while the shop has
them open, or to be delivered by SAP while the shop's order is on hold."""

from __future__ import annotations

from decimal import Decimal

from sync.mirrors.added_lines import decided_items, items_of
from sync.mirrors.order_documents import Documents
from sync.mirrors.pieces import Pieces, cut_to_reason, web_lines_of
from sync.models import SalesOrder
from sync.told import told
from sync.translate.sap_progress import left_to_deliver
from sync.translate.unwanted_goods import HELD, OFF, rejected_goods


def reason_nobody_moves(order: SalesOrder, documents: Documents) -> str:
    """What people have to do; empty where both sides go on."""
    if order.state in HELD and left_to_deliver(order.sap_delivery_status, documents.in_sap):
        return told(
            "{held}, but SAP order {sap_order} is still to be delivered: release it in the "
            "shop, or block its delivery in SAP",
            held=HELD[order.state],
            sap_order=order.sap_sales_order_number,
        )
    return _reason_rejected(order, documents)


def _reason_rejected(order: SalesOrder, documents: Documents) -> str:
    if order.state in OFF or not any(line.is_rejected for line in documents.in_sap.lines):
        return ""
    web = web_lines_of(order)
    rejected = rejected_goods(web, documents.in_sap)
    if not rejected:
        return ""
    items = items_of(order)
    short = {line.own_item for line in items.short_lines()}  # not those another item stands for
    left = {item: count for item, count in rejected.items() if item in short}
    if not left:
        return ""
    pieces = Pieces((count, web[item].ordered, web[item].sku) for item, count in left.items())
    undecided = [number for number in items.added() if items.may_replace(number)]
    undecided = sorted(set(undecided) - decided_items(order)) if undecided else []
    if undecided:
        return cut_to_reason(
            told(
                "{pieces} {were} rejected in SAP, and item {item} may stand for "
                "{them}: say so on this page",
                pieces=pieces.named,
                were=pieces.were,
                item=undecided[0],
                them=pieces.them,
            )
        )
    are = "is" if list(left.values()) == [Decimal(1)] else "are"
    return cut_to_reason(
        told(
            "{pieces} {were} rejected in SAP, but {are} open in the shop: cancel or refund "
            "{them} there",
            pieces=pieces.named,
            were=pieces.were,
            are=are,
            them=pieces.them,
        )
    )
