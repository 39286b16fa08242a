"""Decides which web orders go to SAP, and gives the rule that stops each of the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum, auto

from sync.errors import UnexpectedRecord
from sync.mirrors.web_orders import stored_web_order
from sync.models import IntakeRule, PaymentMapping, SalesOrder, Shop, Step, SyncTask
from sync.models.intake_rules import (
    BY_RULE_FOR_EVER,
    NEVER_OPEN,
    OVER,
    REFUNDED,
    SHIPPED,
    TOO_EARLY,
)
from sync.models.master_data import rows_of
from sync.told import told
from sync.translate.order_rest import BundleInParts, left_to_order, refund_problem
from sync.translate.payment import is_under_review
from sync.translate.unwanted_goods import HELD

NOT_OPEN = {
    "canceled": told("Canceled in the shop"),
    "closed": told("Closed in the shop"),
    "complete": told("Already complete in the shop"),
    "pending_payment": told("Waiting for payment in the shop"),
    **HELD,
}
# Orders placed asynchronously pass through these before they are orders at all (P0-06).
NOT_PLACED = {
    "received": told("Received by the shop, but not placed yet"),
    "rejected": told("Rejected by the shop"),
}
# Set by the shop and by PayPal in a state that is open otherwise.
SUSPECT = {
    "fraud": told("Suspected fraud: the shop has not released the order"),
    "paypal_reversed": told("PayPal has taken the payment back"),
    "payment_review": NOT_OPEN["payment_review"],
}
OPEN = frozenset({"new", "processing"})
NEVER_TAKEN = OVER
IN_PARTS = told(
    "Parts of a bundle were shipped or refunded on their own: enter the rest in SAP by hand"
)
UNDER_REVIEW = told("The payment is under review, whatever the order's status says")


class FinalReasons(frozenset[str]):
    """Reasons that nobody can overrule, those given by an administrator's rule included."""

    def __contains__(self, reason: object) -> bool:
        return super().__contains__(reason) or str(reason).startswith(BY_RULE_FOR_EVER)


NEVER = FinalReasons({SHIPPED, REFUNDED, IN_PARTS, *(NOT_OPEN[state] for state in NEVER_TAKEN)})

SHIPPED_IN_PART = told("Already shipped from the shop, at least in part")
INVOICED_IN_PART = told("Already invoiced in the shop, in part")
NOT_PAID = told("Not paid yet")
NOT_AUTHORISED = told("Payment not authorised yet")
GIVEN_UP = told("given up")


class KeptOut(Enum):
    """What a reason not to take an order means for the people who see it."""

    OVER = auto()  # nothing is left to decide
    UNPAID = auto()  # it goes on by itself once the customer has paid
    NOT_PLACED = auto()  # the shop is still at it
    TO_DECIDE = auto()


_MEANING = {
    **dict.fromkeys(NEVER - {IN_PARTS}, KeptOut.OVER),
    TOO_EARLY: KeptOut.OVER,
    NOT_OPEN["pending_payment"]: KeptOut.UNPAID,
    NOT_PAID: KeptOut.UNPAID,
    NOT_AUTHORISED: KeptOut.UNPAID,
    NOT_PLACED["received"]: KeptOut.NOT_PLACED,
}


def meaning_of(reason: str) -> KeptOut:
    is_over = reason.startswith(BY_RULE_FOR_EVER) or reason.endswith(GIVEN_UP)
    return KeptOut.OVER if is_over else _MEANING.get(reason, KeptOut.TO_DECIDE)


@dataclass(frozen=True, slots=True)
class ShopRules:
    """What an administrator has said about the orders of a shop."""

    payments: Mapping[str, PaymentMapping]
    intake: Mapping[tuple[str, str], IntakeRule]  # by state and status, in small letters

    def about(self, order: SalesOrder) -> IntakeRule | None:
        """The rule that says most exactly which orders it means."""
        state, status = _plain(order.state), _plain(order.status)
        found = (self.intake.get(place) for place in ((state, status), ("", status), (state, "")))
        return next((rule for rule in found if rule is not None), None)


def rules_of(shop: Shop) -> ShopRules:
    payments = (entry for entry in rows_of(PaymentMapping) if entry.shop_id == shop.pk)
    return ShopRules({entry.method: entry for entry in payments}, intake_rules_of(shop))


def intake_rules_of(shop: Shop) -> dict[tuple[str, str], IntakeRule]:
    rules = (rule for rule in rows_of(IntakeRule) if rule.shop_id == shop.pk)
    return {(_plain(rule.state), _plain(rule.status)): rule for rule in rules}


def reason_not_taken(order: SalesOrder, rules: ShopRules, *, now: datetime) -> str:
    """Why an order stays out of SAP for now; empty when it should be sent."""
    rule = rules.about(order)
    if never := reason_never_taken(order, rule):
        return never
    if order.is_taken_anyway:
        return ""
    if closed := _state_reason(order, rule):
        return closed
    if order.is_from_before_portal:
        return TOO_EARLY
    if replaced := _replaces_reason(order):
        return replaced
    if refunded := _refund_reason(order):
        return refunded
    payment = rules.payments.get(order.payment_method)
    return (_payment_reason(order, payment, now) if payment else "") or _begun_reason(order)


def reason_never_taken(order: SalesOrder, rule: IntakeRule | None) -> str:
    """Why not even a person can have the order sent; empty where part of it is open."""
    if order.state in NEVER_TAKEN:
        return NOT_OPEN[order.state]
    if rule is not None and rule.handling == IntakeRule.Handling.NEVER:
        return rule.reason
    lines = order.lines.all()
    if not lines:
        return ""
    try:
        left = left_to_order(lines)
    except BundleInParts:
        return IN_PARTS
    goods = [line for line in lines if not line.is_virtual]
    is_begun = any(line.qty_shipped > 0 for line in goods)
    if is_begun and not any(left[line.item_id] for line in goods):
        return SHIPPED
    return "" if any(left.values()) else REFUNDED


def _refund_reason(order: SalesOrder) -> str:
    """Only refunds made line by line leave a remainder that is known for certain."""
    payload = order.payload if isinstance(order.payload, dict) else {}
    is_less_paid = payload.get("total_refunded") or payload.get("total_canceled")
    if not (is_less_paid or any(line.qty_refunded for line in order.lines.all())):
        return ""
    web_order = stored_web_order(order)
    try:
        return refund_problem(web_order) if web_order else ""
    except UnexpectedRecord:
        return ""  # it did not add up before: the step that brings it into SAP says so


def reason_one_sided(order: SalesOrder) -> str:
    """What is left to do where SAP has rejected an order that is open in the shop."""
    number = order.sap_sales_order_number
    if order.state in OPEN and order.sap_is_rejected:
        return told(
            "Every line of SAP order {number} is rejected: cancel the order in the shop",
            number=number,
        )
    return ""


def _replaces_reason(order: SalesOrder) -> str:
    """Editing an order in the shop cancels it and creates a new one; SAP must never hold both."""
    if not order.replaces_increment_id:
        return ""
    old = SalesOrder.objects.filter(shop=order.shop, increment_id=order.replaces_increment_id)
    replaced = old.first()
    if replaced is None or replaced.sap_is_rejected:
        return ""
    if replaced.is_in_sap:
        number = replaced.sap_sales_order_number
        return told(
            "Replaces order {replaced}, which is in SAP as {number}: reject that one first",
            replaced=replaced,
            number=number,
        )
    if replaced.tasks.filter(step=Step.PUSH_ORDER, state__in=SyncTask.OPEN_STATES).exists():
        return told("Replaces order {replaced}, which may still get into SAP", replaced=replaced)
    return ""


def _state_reason(order: SalesOrder, rule: IntakeRule | None) -> str:
    """An unknown state stops the order, because what SAP holds is hard to take back."""
    if rule is not None and rule.handling == IntakeRule.Handling.WAIT:
        return rule.reason
    opened = _opened_by(rule)
    return next(_own_reasons(order, opened), "")


def _opened_by(rule: IntakeRule | None) -> frozenset[str]:
    """The codes that a rule takes orders with; only the state itself opens a state."""
    if rule is None or rule.handling != IntakeRule.Handling.TAKE:
        return frozenset()
    return frozenset({_plain(rule.state), _plain(rule.status)} - {""}) - NEVER_OPEN


def _own_reasons(order: SalesOrder, opened: frozenset[str]) -> Iterator[str]:
    state, status = _plain(order.state), _plain(order.status)
    if state in NOT_OPEN and state not in opened:
        yield NOT_OPEN[state]
    if status in SUSPECT and status not in opened:
        yield SUSPECT[status]
    if status in NOT_PLACED or state in NOT_PLACED:
        yield NOT_PLACED.get(status) or NOT_PLACED[state]
    if state not in OPEN | opened:
        yield told(
            "In a state the portal does not know: {state}", state=order.state or told("none")
        )
    if "payment_review" not in opened and is_under_review(order.payload):
        yield UNDER_REVIEW


def _plain(code: str) -> str:
    return code.strip().lower()


def _payment_reason(order: SalesOrder, payment: PaymentMapping, now: datetime) -> str:
    release = PaymentMapping.Release
    if payment.release == release.NEVER:
        return told("Orders paid by {payment_name} are not taken", payment_name=order.payment_name)
    due = order.grand_total - _amount(order.payload, "total_canceled")
    is_paid = order.total_paid >= due
    if payment.release == release.ALWAYS or is_paid:
        return ""
    if payment.release == release.AUTHORIZED and _authorized(order) >= due:
        return ""
    days = payment.give_up_after_days
    if days is not None and now - order.placed_at > timedelta(days=days):
        return told("Not paid within {days} days: {given_up}", days=days, given_up=GIVEN_UP)
    return NOT_PAID if payment.release == release.PAID else NOT_AUTHORISED


def _authorized(order: SalesOrder) -> Decimal:
    """In order currency."""
    payload = order.payload if isinstance(order.payload, dict) else {}
    return _amount(payload.get("payment"), "amount_authorized")


def _amount(members: object, name: str) -> Decimal:
    """Zero where the member is missing or no number."""
    value = members.get(name) if isinstance(members, dict) else None
    try:
        return Decimal(str(value or 0))
    except InvalidOperation:
        return Decimal(0)


def _begun_reason(order: SalesOrder) -> str:
    """Goods shipped or invoiced before SAP knew the order would be shipped or invoiced twice."""
    lines = order.lines.all()
    if any(line.qty_shipped > 0 for line in lines):
        return SHIPPED_IN_PART
    if any(0 < line.qty_invoiced < line.qty_ordered - line.qty_canceled for line in lines):
        return INVOICED_IN_PART
    return ""
