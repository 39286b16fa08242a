"""The order's state machine: what is allowed when, and where a document moves the order."""

from __future__ import annotations

from decimal import Decimal

from sync.sandbox.shop.documents import Doc, add, dec, num
from sync.sandbox.shop.errors import ShopError
from sync.sandbox.shop.quantities import Lines, plain_open_to_invoice, plain_open_to_ship
from sync.sandbox.shop.versions import Version

OPEN = 1  # state of an invoice nobody has paid

STATUS_OF_STATE = {
    "new": "pending", "processing": "processing", "complete": "complete", "closed": "closed",
    "canceled": "canceled", "holded": "holded",
}  # fmt: skip
CHECKED = "price_check"  # a status of the shop's own: its sales look at the price first
STATUSES = {
    "new": {"pending", CHECKED}, "processing": {"processing", "fraud", CHECKED},
    "complete": {"complete"},
    "closed": {"closed"}, "canceled": {"canceled"}, "holded": {"holded"},
}  # fmt: skip


def enter(order: Doc, state: str) -> None:
    """Put the order into a state with that state's default status."""
    order["state"] = state
    order["status"] = STATUS_OF_STATE[state]


def can_ship(order: Doc) -> bool:
    """Whether anything of the order may be shipped."""
    if order.get("is_virtual") or order["state"] in ("holded", "canceled"):
        return False
    lines = Lines(order)
    return any(lines.open_to_ship(item) > 0 for item in lines.all)


def can_invoice(order: Doc) -> bool:
    """Whether anything of the order may be invoiced."""
    if order["state"] in ("holded", "canceled", "complete", "closed"):
        return False
    lines = Lines(order)
    return any(lines.open_to_invoice(item) > 0 for item in lines.all)


def settle(order: Doc, version: Version, invoices: list[Doc]) -> bool:
    """Move the order where a new document takes it; True if the state changed.

    Complete needs everything invoiced and nothing to ship. On 2.4.8 an open one of the order's
    ``invoices`` keeps the order from it as long as 1.00 or more is due (difference 10).
    """
    before = order["state"]
    if order["state"] == "new":
        enter(order, "processing")
    if order["state"] == "processing" and not can_invoice(order):
        waits = version.waits_for_open_invoices and _awaits_money(order, invoices)
        counted = version.completes_when_refunded and _is_counted(order)
        if not waits and (counted or not can_ship(order)):
            enter(order, "closed" if _is_unpaid(order) else "complete")
    return bool(order["state"] != before)


def _is_unpaid(order: Doc) -> bool:
    """Invoiced through a gateway that collected nothing: nothing could be refunded, which Magento
    takes for the end ("Versions" 3)."""
    if not order["payment"].get("last_trans_id"):
        return False
    return dec(order["grand_total"]) > 0 and not dec(order.get("total_paid"))


def _awaits_money(order: Doc, invoices: list[Doc]) -> bool:
    """An open invoice, and a due that is not below 1.00: the fraction does not count."""
    return int(dec(order.get("total_due"))) > 0 and any(i.get("state") == OPEN for i in invoices)


def _is_counted(order: Doc) -> bool:
    """Whether as many pieces were shipped or refunded, children counted, as were ordered.

    This is why bundles complete too early on 2.4.7 [853], and partly refunded orders with the
    last piece; 2.4.8 has given it up [248-538].
    """
    shipped = sum((dec(item["qty_shipped"]) for item in order["items"]), Decimal(0))
    refunded = sum(
        (dec(i["qty_refunded"]) for i in order["items"] if i["product_type"] == "simple"),
        Decimal(0),
    )
    return shipped > 0 and dec(order["total_qty_ordered"]) <= shipped + refunded


def check_status(order: Doc, status: str | None, version: Version) -> None:
    """A comment's status has to belong to the order's state; 2.4.7 takes the order's own without
    looking [405, 248-406]. Raises ShopError."""
    if not status or (status == order["status"] and not version.checks_own_status):
        return
    if status not in STATUSES[order["state"]]:
        message = f'Unable to add comment: The status "%1" {version.not_part_of_order}'
        raise ShopError(400, message, [status])


def hold(order: Doc) -> None:
    """Put on hold. Raises ShopError where that is not possible [416]."""
    if order["state"] in ("holded", "canceled", "complete", "closed"):
        raise ShopError(400, "A hold action is not available.")
    order["hold_before_state"], order["hold_before_status"] = order["state"], order["status"]
    order["state"] = order["status"] = "holded"


def unhold(order: Doc) -> None:
    """Take off hold. Raises ShopError if the order is not on hold [421]."""
    if order["state"] != "holded":
        raise ShopError(400, "You cannot remove the hold.")
    order["state"] = order.pop("hold_before_state", "new")
    order["status"] = order.pop("hold_before_status", STATUS_OF_STATE[order["state"]])


def check(order: Doc) -> None:
    """Give an open order the shop's own status. Raises ShopError where it does not belong."""
    if CHECKED not in STATUSES[order["state"]]:
        raise ShopError(400, "The status does not belong to the order's state.")
    order["status"] = CHECKED


def release(order: Doc) -> None:
    """The price is right: back to the state's own status. Raises ShopError if nobody checks it."""
    if order["status"] != CHECKED:
        raise ShopError(400, "Nobody checks the price of this order.")
    order["status"] = STATUS_OF_STATE[order["state"]]


def cancel(order: Doc) -> bool:
    """Cancel what is not invoiced; False where Magento answers false [418, 424, 464]."""
    lines = Lines(order)
    if order["state"] in ("holded", "canceled", "complete", "closed"):
        return False
    if not any(lines.open_to_invoice(item) > 0 for item in lines.all):
        return False
    enter(order, _state_after_cancel(lines))
    for item in lines.all:
        canceled = _to_cancel(lines, item)
        item["qty_canceled"] = num(dec(item["qty_canceled"]) + canceled)
        if canceled:  # a line that has left whole stays as it was [248-461]
            item.setdefault("tax_canceled", 0)
            item.setdefault("discount_tax_compensation_canceled", 0)
    _cancel_totals(order)
    return True


def _to_cancel(lines: Lines, item: Doc) -> Decimal:
    if item.get("is_virtual"):
        return plain_open_to_invoice(item)
    if lines.stands_in_for_shipping(item) and lines.parent(item) is not None:
        return Decimal(0)
    return min(plain_open_to_invoice(item), plain_open_to_ship(item))


def _state_after_cancel(lines: Lines) -> str:
    for item in lines.all:
        if dec(item["qty_invoiced"]) > dec(item["qty_refunded"]):
            waiting = lines.open_to_ship(item) > _to_cancel(lines, item)
            return "processing" if waiting else "complete"
    return "canceled"


def _cancel_totals(order: Doc) -> None:
    for prefix in ("", "base_"):
        for name in ("subtotal", "tax", "shipping", "discount"):
            amount = "" if name == "subtotal" else "_amount"
            whole = abs(dec(order.get(f"{prefix}{name}{amount}")))
            done = abs(dec(order.get(f"{prefix}{name}_invoiced")))
            order[f"{prefix}{name}_canceled"] = num(whole - done)
        for assignment in order["extension_attributes"].get("shipping_assignments", []):
            total = assignment["shipping"]["total"]
            total[f"{prefix}shipping_canceled"] = order[f"{prefix}shipping_canceled"]
        rest = dec(order[f"{prefix}grand_total"]) - dec(order.get(f"{prefix}total_paid"))
        order[f"{prefix}total_canceled"] = 0
        add(order, f"{prefix}total_canceled", rest)
