"""What a call asks of the shop or of SAP, as it stands after “asked to” or “refused to”.

Sentences for people say this; routes and function modules are for the technical log.
"""

from __future__ import annotations

import re

from sync.told import told

SAP_CALLS = {
    "BAPISDORDER_GETDETAILEDLIST": "show sales orders",
    "BAPI_BILLINGDOC_GETDETAIL": "show a billing document",
    "BAPI_BILLINGDOC_GETLIST": "list billing documents",
    "BAPI_DELIVERY_GETLIST": "show deliveries",
    "BAPI_SALESORDER_CREATEFROMDAT2": "create the order",
    "BAPI_SALESORDER_GETLIST": "look the order up",
    "BAPI_SALESORDER_SIMULATE": "check the order without saving it",
    "BAPI_TRANSACTION_COMMIT": "save the order",
    "BAPI_TRANSACTION_ROLLBACK": "discard what was not saved",
    "BAPI_WEBINVOICE_GETDETAIL": "show a billing document",
    "RFC_READ_TABLE": "read a table",
    "RFC_SYSTEM_INFO": "say which system it is",
    "STFC_CONNECTION": "answer a test call",
}
SHOP_CALLS = {
    "GET orders": "list its orders",
    "GET orders/N": "show the order",
    "POST orders": "note the SAP number",
    "GET shipments": "list its shipments",
    "GET shipments/N": "show the shipment",
    "POST order/N/ship": "make the shipment",
    "POST shipment/track": "add a parcel number",
    "DELETE shipment/track/N": "take a parcel number away",
    "POST shipment/N/emails": "mail the shipment",
    "GET invoices": "list its invoices",
    "GET invoices/N": "show the invoice",
    "POST order/N/invoice": "make the invoice",
    "POST invoices/N/emails": "mail the invoice",
    "POST invoices/comments": "add a comment to the invoice",
    "GET creditmemos": "list its credit memos",
    "GET transactions": "list its payments",
    "GET products": "list its products",
    "GET inventory/sources": "list its sources of stock",
    "GET modules": "list its modules",
    "GET store/storeViews": "list its stores",
    "GET store/storeConfigs": "show the settings of its stores",
    "GET magento_version": "say its version",
    "POST integration/admin/token": "let the portal sign in",
}
_VERBS = {"GET": "show", "DELETE": "take away"}


def sap_call_name(function: str) -> str:
    return SAP_CALLS.get(function) or told("answer {function}", function=function)


def shop_call_name(operation: str) -> str:
    """``operation`` is method and route, such as ``POST order/17/ship``."""
    general = re.sub(r"/\d+(?=/|$)", "/N", operation)
    if general in SHOP_CALLS:
        return SHOP_CALLS[general]
    method, _, route = operation.partition(" ")
    return f"{_VERBS.get(method, 'store')} {route}"
