"""Which web orders go to SAP, and the rule that stops each of the others."""

from __future__ import annotations

from collections.abc import Mapping

from sync.models import PaymentMapping, SalesOrder, Shop

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


def releases_of(shop: Shop) -> dict[str, str]:
    """When orders of each payment method may be taken."""
    return dict(PaymentMapping.objects.filter(shop=shop).values_list("method", "release"))


def reason_not_taken(order: SalesOrder, shop: Shop, releases: Mapping[str, str]) -> str:
    """Why an order stays out of SAP for now; empty when it is to go there."""
    if order.state in NEVER_TAKEN:
        return NOT_OPEN[order.state]
    if order.is_taken_anyway:
        return ""
    if closed := _state_reason(order):
        return closed
    if shop.orders_from and order.placed_at < shop.orders_from:
        return "Placed before the portal took over"
    return _payment_reason(order, releases.get(order.payment_method, "")) or _begun_reason(order)


def _state_reason(order: SalesOrder) -> str:
    """A state nobody has thought of stops the order: what SAP holds is hard to take back."""
    if order.state in NOT_OPEN:
        return NOT_OPEN[order.state]
    if order.status in NOT_PLACED or order.state in NOT_PLACED:
        return NOT_PLACED.get(order.status) or NOT_PLACED[order.state]
    if order.state not in OPEN:
        return f"In a state the portal does not know: {order.state or 'none'}"
    return ""


def _payment_reason(order: SalesOrder, release: str) -> str:
    if release == PaymentMapping.Release.NEVER:
        return f"Orders paid by {order.payment_method} are not taken"
    unpaid = order.total_paid < order.grand_total
    if release == PaymentMapping.Release.PAID and unpaid:
        return "Not paid yet"
    return ""


def _begun_reason(order: SalesOrder) -> str:
    """What was shipped or part-invoiced before SAP knew the order would be so a second time."""
    lines = order.lines.all()
    if any(line.qty_shipped > 0 for line in lines):
        return "Already shipped from the shop, at least in part"
    if any(0 < line.qty_invoiced < line.qty_ordered for line in lines):
        return "Already invoiced in the shop, in part"
    return ""
