"""Names of Magento's codes: payment and shipping methods, states and statuses of orders."""

from __future__ import annotations

from sync.names.named import name_in

# What the shop calls a method itself comes first; it sends the title with most orders.
PAYMENT_METHODS = {
    "adyen_cc": "Card (Adyen)",
    "adyen_hpp": "Adyen",
    "amazon_payment_v2": "Amazon Pay",
    "authorizenet_acceptjs": "Card (Authorize.net)",
    "banktransfer": "Bank transfer",
    "braintree": "Card (Braintree)",
    "braintree_applepay": "Apple Pay",
    "braintree_googlepay": "Google Pay",
    "braintree_paypal": "PayPal (Braintree)",
    "cashondelivery": "Cash on delivery",
    "checkmo": "Check or money order",
    "companycredit": "On account",
    "free": "Nothing to pay",
    "klarna_kp": "Klarna",
    "payflow_advanced": "Card (PayPal Payflow)",
    "payflowpro": "Card (PayPal Payflow)",
    "paypal_billing_agreement": "PayPal billing agreement",
    "paypal_express": "PayPal",
    "paypal_express_bml": "PayPal Credit",
    "purchaseorder": "Purchase order",
    "stripe_payments": "Card (Stripe)",
}
# A carrier's code and one of its own.
SHIPPING_METHODS = {
    "flatrate_flatrate": "Flat rate",
    "freeshipping_freeshipping": "Free shipping",
    "instore_pickup": "In-store pickup",
    "tablerate_bestway": "Table rate",
}
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
