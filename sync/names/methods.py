"""Methods of payment and shipping by Magento's codes."""

from __future__ import annotations

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
