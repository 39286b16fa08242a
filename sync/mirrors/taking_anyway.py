"""Describes what happens when a person sends an order to SAP that a rule has stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from sync.errors import UnexpectedRecord
from sync.magento.records import MagentoOrder
from sync.mirrors import intake
from sync.mirrors.web_orders import stored_web_order
from sync.models import SalesOrder
from sync.models.intake_rules import TOO_EARLY
from sync.told import told
from sync.translate.order_amounts import ANY, OrderAmounts, PricedLine, order_amounts
from sync.translate.order_rest import (
    BESIDE_THE_LINES,
    DOES_NOT_FIT,
    BundleInParts,
    amounts_left,
    left_to_order,
)

MOST_NAMED = 8
ZERO = Decimal(0)
DELIVERS = told("SAP delivers and bills it all the same.")
_THEN = f" {DELIVERS}"
FOLLOWS = {
    intake.NOT_OPEN["holded"]: told("Somebody put the order on hold in the shop.") + _THEN,
    intake.NOT_OPEN["pending_payment"]: told("Nobody has paid for it yet.") + _THEN,
    intake.NOT_OPEN["payment_review"]: told("The payment is still being looked into.") + _THEN,
    intake.SUSPECT["fraud"]: told("The shop suspects fraud.") + _THEN,
    intake.SUSPECT["paypal_reversed"]: told("The money has gone back.") + _THEN,
    intake.UNDER_REVIEW: told("The payment is still being looked into.") + _THEN,
    TOO_EARLY: told(
        "It may have been entered in SAP before the portal was there: look it up in SAP "
        "first, or the customer gets the goods twice."
    ),
    intake.SHIPPED_IN_PART: told(
        "What was shipped from the shop is not ordered again; make sure that the pieces "
        "below have not left in another way."
    ),
    intake.INVOICED_IN_PART: told(
        "The shop has invoiced some of it already. SAP bills all that is ordered below: "
        "look at the invoice in the shop first, or the customer is billed twice."
    ),
}


def consequences(order: SalesOrder) -> list[str]:
    """Whole sentences: the rule and its reason, what SAP is asked for and what is left out.

    Reads the mirror alone; the shop may say something newer when the order is really sent.
    """
    return [
        told(
            "This rule has stopped the order: {reason}.",
            reason=order.not_taken_reason or told("none is known any more"),
        ),
        *_of_rule(order),
        *_of_goods(order),
    ]


def _of_rule(order: SalesOrder) -> Iterator[str]:
    reason = order.not_taken_reason
    if reason in {BESIDE_THE_LINES, DOES_NOT_FIT}:
        yield (
            told(
                "The pieces left are ordered at their price, and the freight in full. What the "
                "shop has refunded besides is not taken off: credit it in SAP."
            )
        )
    elif reason in FOLLOWS:
        yield FOLLOWS[reason]
    elif reason.startswith("Replaces order"):
        yield told("If the order it replaces is delivered too, the customer gets the goods twice.")
    else:
        yield DELIVERS


def _of_goods(order: SalesOrder) -> Iterator[str]:
    web_order = stored_web_order(order)
    if web_order is None:
        return
    try:
        whole = order_amounts(web_order, ANY)
        rest = amounts_left(whole, left_to_order(web_order.items))
    except (UnexpectedRecord, BundleInParts):
        return
    money = f"{rest.total:.2f} {rest.currency}"
    yield told(
        "SAP gets an order of {pieces}: {money} in all, freight and tax included.",
        pieces=_named(rest.lines),
        money=money,
    )
    if missing := _missing(whole, rest):
        yield told(
            "Not ordered, because shipped, refunded or canceled in the shop: {pieces}.",
            pieces=_named(missing),
        )
    yield from _refunded(web_order)


def _refunded(web_order: MagentoOrder) -> Iterator[str]:
    if web_order.total_refunded:
        kept = web_order.grand_total - web_order.total_refunded - web_order.total_canceled
        money = f"{kept:.2f} {web_order.order_currency_code}"
        yield told("After its refunds the shop still has {money} to get.", money=money)


def _missing(whole: OrderAmounts, rest: OrderAmounts) -> list[PricedLine]:
    left = {line.item_id: line.quantity for line in rest.lines}
    return [
        replace(line, quantity=line.quantity - left.get(line.item_id, ZERO))
        for line in whole.lines
        if left.get(line.item_id, ZERO) < line.quantity
    ]


def _named(lines: Sequence[PricedLine]) -> str:
    pieces = sum((line.quantity for line in lines), ZERO).normalize()
    shown = [f"{line.quantity.normalize():f} × {line.sku}" for line in lines[:MOST_NAMED]]
    if len(lines) > MOST_NAMED:
        shown.append(told("and {number} more lines", number=len(lines) - MOST_NAMED))
    named = ", ".join(shown)
    if pieces == 1:
        return told("1 piece ({lines})", lines=named)
    return told("{pieces:f} pieces ({lines})", pieces=pieces, lines=named)
