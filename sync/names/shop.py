"""Names of Magento's codes: payment and shipping methods, states and statuses of orders."""

from __future__ import annotations

from sync.names.methods import PAYMENT_METHODS, SHIPPING_METHODS
from sync.names.named import name_in

CARRIERS = {"custom": "Carrier", "dhl": "DHL", "fedex": "FedEx", "ups": "UPS", "usps": "USPS"}
ORDER_STATES = {
    "canceled": "Canceled",
    "closed": "Closed",
    "complete": "Complete",
    "fraud": "Suspected fraud",
    "holded": "On hold",
    "new": "New",
    "payment_review": "Payment under review",
    "paypal_canceled_reversal": "PayPal reversal canceled",
    "paypal_reversed": "PayPal reversed",
    "pending": "Pending",
    "pending_payment": "Waiting for payment",
    "pending_paypal": "Waiting for PayPal",
    "processing": "Processing",
    "received": "Received",
    "rejected": "Rejected",
}


def payment_name(method: str, title: str = "") -> str:
    return title or name_in(PAYMENT_METHODS, method)


def shipping_name(method: str, description: str = "") -> str:
    return description or name_in(SHIPPING_METHODS, method)


def carrier_name(code: str, title: str = "") -> str:
    return title or name_in(CARRIERS, code)


def order_state_name(code: str) -> str:
    """Of a state or a status."""
    return name_in(ORDER_STATES, code)
