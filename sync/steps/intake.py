"""Which web orders go to SAP, and the rule that stops each of the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from sync.models import PaymentMapping, SalesOrder, Shop, Step, SyncTask

Payments = Mapping[str, PaymentMapping]

NOT_OPEN = {
    "canceled": "Canceled in the shop",
    "closed": "Closed in the shop",
    "complete": "Already complete in the shop",
    "holded": "On hold in the shop",
    "pending_payment": "Waiting for payment in the shop",
    "payment_review": "Payment under review in the shop",
}
# Orders placed asynchronously pass through these before they are orders at all (P0-06).
NOT_PLACED = {
    "received": "Received by the shop, but not placed yet",
    "rejected": "Rejected by the shop",
}
OPEN = frozenset({"new", "processing"})
NEVER_TAKEN = frozenset({"canceled"})


def payments_of(shop: Shop) -> dict[str, PaymentMapping]:
    """The shop's rules by payment method."""
    return {entry.method: entry for entry in PaymentMapping.objects.filter(shop=shop)}


def reason_not_taken(order: SalesOrder, shop: Shop, payments: Payments, *, now: datetime) -> str:
    """Why an order stays out of SAP for now; empty when it is to go there."""
    if order.state in NEVER_TAKEN:
        return NOT_OPEN[order.state]
    if order.is_taken_anyway:
        return ""
    if closed := _state_reason(order):
        return closed
    if shop.orders_from and order.placed_at < shop.orders_from:
        return "Placed before the portal took over"
    if replaced := _replaces_reason(order):
        return replaced
    payment = payments.get(order.payment_method)
    return (_payment_reason(order, payment, now) if payment else "") or _begun_reason(order)


def reason_one_sided(order: SalesOrder) -> str:
    """What is left to do where an order in SAP is canceled there or in the shop, but not in both;
    empty where both agree."""
    number = order.sap_sales_order_number
    if order.state == "canceled" and not order.sap_is_rejected:
        return f"Canceled in the shop, but SAP order {number} is open: reject its lines there"
    if order.state in OPEN and order.sap_is_rejected:
        return f"Every line of SAP order {number} is rejected: cancel the order in the shop"
    return ""


def _replaces_reason(order: SalesOrder) -> str:
    """An order edited in the shop is a new one, and the old one canceled: never both in SAP."""
    if not order.replaces_increment_id:
        return ""
    old = SalesOrder.objects.filter(shop=order.shop, increment_id=order.replaces_increment_id)
    replaced = old.first()
    if replaced is None or replaced.sap_is_rejected:
        return ""
    if replaced.is_in_sap:
        number = replaced.sap_sales_order_number
        return f"Replaces order {replaced}, which is in SAP as {number}: reject that one first"
    if replaced.tasks.filter(step=Step.PUSH_ORDER, state__in=SyncTask.OPEN_STATES).exists():
        return f"Replaces order {replaced}, which may still get into SAP"
    return ""


def _state_reason(order: SalesOrder) -> str:
    """A state nobody has thought of stops the order: what SAP holds is hard to take back."""
    if order.state in NOT_OPEN:
        return NOT_OPEN[order.state]
    if order.status in NOT_PLACED or order.state in NOT_PLACED:
        return NOT_PLACED.get(order.status) or NOT_PLACED[order.state]
    if order.state not in OPEN:
        return f"In a state the portal does not know: {order.state or 'none'}"
    return ""


def _payment_reason(order: SalesOrder, payment: PaymentMapping, now: datetime) -> str:
    release = PaymentMapping.Release
    if payment.release == release.NEVER:
        return f"Orders paid by {order.payment_method} are not taken"
    is_paid = order.total_paid >= order.grand_total
    if payment.release == release.ALWAYS or is_paid:
        return ""
    if payment.release == release.AUTHORIZED and _authorized(order) >= order.grand_total:
        return ""
    days = payment.give_up_after_days
    if days is not None and now - order.placed_at > timedelta(days=days):
        return f"Not paid within {days} days: given up"
    return "Not paid yet" if payment.release == release.PAID else "Payment not authorised yet"


def _authorized(order: SalesOrder) -> Decimal:
    """What the shop's payment says to be authorised, in order currency."""
    payment = order.payload.get("payment") if isinstance(order.payload, dict) else None
    amount = payment.get("amount_authorized") if isinstance(payment, dict) else None
    try:
        return Decimal(str(amount or 0))
    except InvalidOperation:
        return Decimal(0)


def _begun_reason(order: SalesOrder) -> str:
    """What was shipped or part-invoiced before SAP knew the order would be so a second time."""
    lines = order.lines.all()
    if any(line.qty_shipped > 0 for line in lines):
        return "Already shipped from the shop, at least in part"
    if any(0 < line.qty_invoiced < line.qty_ordered for line in lines):
        return "Already invoiced in the shop, in part"
    return ""
