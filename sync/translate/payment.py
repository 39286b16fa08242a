"""Where an order's payment stands: what a gateway has collected, and what it only reserved. Pure.

``total_paid`` alone tells nothing: an invoice made without capture sets it on an order whose
payment was only authorised, and the gateway is never asked (README of Magento, "Versions" 3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from sync.magento.records import MagentoInvoice, MagentoOrder

CENT = Decimal("0.01")
# What a payment still looked into is marked with; stock REST shows none of it, modules do.
REVIEW_FLAGS = frozenset({"is_transaction_pending", "is_fraud_detected"})
PENDING_REASON = "paypal_pending_reason"
REVIEW_REASONS = frozenset({"paymentreview", "payment_review", "fraud"})
TITLE, LONGEST_TITLE = "method_title", 100
NO = frozenset({"", "0", "false", "no", "none", "null"})


class Standing(StrEnum):
    NOTHING_DUE = "nothing_due"
    NOT_PAID = "not_paid"  # no gateway is involved
    PAID_OFFLINE = "paid_offline"
    AUTHORISED = "authorised"  # or placed with a gateway that has not been asked to collect
    PARTLY_CAPTURED = "partly_captured"
    CAPTURED = "captured"
    BOOKED_ONLY = "booked_only"  # the shop says paid; its gateway has not collected it all


WAITING = frozenset({Standing.AUTHORISED, Standing.PARTLY_CAPTURED})


@dataclass(frozen=True, slots=True)
class Payment:
    """The standing, and what the gateway has collected, in order currency."""

    standing: Standing
    captured: Decimal

    @property
    def awaits_collection(self) -> bool:
        """Whether a gateway holds money for the order that nobody has collected."""
        return self.standing in WAITING


def payment_standing(order: MagentoOrder) -> Payment:
    """See [248-381 to 248-398]."""
    return Payment(_standing(order), _captured(order))


def _standing(order: MagentoOrder) -> Standing:
    is_paid = order.total_paid > order.grand_total - CENT
    if order.grand_total <= 0:
        return Standing.NOTHING_DUE
    if not _is_by_gateway(order):
        return Standing.PAID_OFFLINE if is_paid else Standing.NOT_PAID
    online = order.payment.base_amount_paid_online
    if is_paid:
        is_collected = online > order.base_total_paid - CENT
        return Standing.CAPTURED if is_collected else Standing.BOOKED_ONLY
    return Standing.PARTLY_CAPTURED if online > 0 else Standing.AUTHORISED


def _is_by_gateway(order: MagentoOrder) -> bool:
    """With the payment action *order* nothing is authorised: only the transaction tells."""
    payment = order.payment
    amounts = (
        payment.amount_authorized,
        payment.base_amount_authorized,
        payment.base_amount_paid_online,
    )
    return bool(payment.last_transaction_id) or any(amount > 0 for amount in amounts)


def _captured(order: MagentoOrder) -> Decimal:
    online = order.payment.base_amount_paid_online
    if online <= 0 or online > order.base_total_paid - CENT:
        return order.total_paid if online > 0 else Decimal(0)
    return (online * (order.base_to_order_rate or 1)).quantize(CENT, ROUND_HALF_UP)


def is_collected(invoice: MagentoInvoice, paid_before: Decimal, order: MagentoOrder) -> bool:
    """Whether an invoice made with capture brought its money. The invoice's state does not tell,
    and a transaction id alone may be that of a capture still pending."""
    if invoice.grand_total <= 0:  # nothing to collect
        return True
    risen = order.total_paid - paid_before
    return bool(invoice.transaction_id) and risen > invoice.grand_total - CENT


def is_under_review(payload: Any) -> bool:
    """Whether the payment of an order, as the shop sent it, is marked as pending or as suspected
    fraud. Named values stand in the payment, its extension attributes and the order's own."""
    for name, value in _named_values(payload):
        said = str(value).strip().lower()
        if name in REVIEW_FLAGS and said not in NO:
            return True
        if name == PENDING_REASON and said in REVIEW_REASONS:
            return True
    return False


def payment_title(payload: Any) -> str:
    """What the shop calls the payment method of an order; empty where it does not say."""
    order = payload if isinstance(payload, dict) else {}
    for name, value in _pairs(order):
        if name == TITLE and isinstance(value, str) and value.isprintable():
            return value.strip()[:LONGEST_TITLE]
    return ""


def _named_values(payload: Any) -> Iterator[tuple[str, Any]]:
    order = payload if isinstance(payload, dict) else {}
    payment = _members(order.get("payment"))
    for members in (payment, _members(payment.get("extension_attributes"))):
        yield from members.items()
        yield from _members(members.get("additional_information")).items()
    yield from _pairs(order)


def _pairs(order: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    pairs = _members(order.get("extension_attributes")).get("payment_additional_info")
    for pair in pairs if isinstance(pairs, list) else []:
        yield str(_members(pair).get("key", "")), _members(pair).get("value")


def _members(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
