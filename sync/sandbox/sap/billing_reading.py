"""BAPI_BILLINGDOC_GETLIST, BAPI_BILLINGDOC_GETDETAIL and BAPI_WEBINVOICE_GETDETAIL."""

from __future__ import annotations

from typing import Any

from .calls import Call
from .documents import BillingDocument, SalesOrder
from .messages import Message
from .ranges import matches


def get_list(call: Call) -> dict[str, Any]:
    """Billing documents of a delivery or a sales order; numbers padded."""
    chosen = call["REFDOCRANGE"]
    store = call.system.store
    if chosen["OPTION"] in ("EQ", "") and chosen["SIGN"] in ("I", ""):
        numbers = store.successors(chosen["REF_DOC_LOW"], "MNOSU")
        documents = [doc for number in numbers if (doc := store.get(BillingDocument, number))]
    else:
        documents = [
            doc
            for doc in store.all(BillingDocument)
            if matches([chosen], "REF_DOC", _references(doc))
        ]
    if not documents:
        shown = (chosen["REF_DOC_LOW"].lstrip("0"),)
        return {"RETURN": call.bapiret1([Message("E", "VF", "041", shown)])}
    return {
        "SUCCESS": [row for doc in documents for row in _success_rows(doc)],
        "BILLINGDOCUMENTDETAIL": [header_row(doc) for doc in documents],
        "RETURN": {},
    }


def _references(document: BillingDocument) -> set[str]:
    return {item.reference for item in document.items} | {
        item.sales_order for item in document.items
    }


def _success_rows(document: BillingDocument) -> list[dict[str, Any]]:
    return [
        {
            "REF_DOC": item.reference,
            "REF_DOC_ITEM": f"{item.reference_item:06d}",
            "BILL_DOC": document.number,
            "BILL_DOC_ITEM": f"{item.item_number:06d}",
            "NET_VALUE": document.net_value,
            "TAX_VALUE": document.tax_value,
            "CURRENCY": document.currency,
            "CURRENCY_ISO": document.currency,
            "NET_VALUE_ITEM": item.net_value,
            "TAX_VALUE_ITEM": item.tax_value,
            "GRO_VALUE_ITEM": item.net_value + item.tax_value,
        }
        for item in document.items
    ]


def header_row(document: BillingDocument) -> dict[str, Any]:
    """BAPIVBRKOUT."""
    return {
        "BILLINGDOC": document.number,
        "BILL_TYPE": document.billing_type,
        "BILLCATEG": "L",
        "SD_DOC_CAT": document.category,
        "CURRENCY": document.currency,
        "CURRENCY_ISO": document.currency,
        "ACCTSTATUS": document.posting_status,
        "NET_VALUE": document.net_value,
        "TAX_VALUE": document.tax_value,
        "CANCELLED": "X" if document.is_cancelled else "",
    }


def get_detail(call: Call) -> dict[str, Any]:
    """The header of one billing document."""
    document = call.system.store.get(BillingDocument, call["BILLINGDOCUMENT"])
    if document is None:
        return {"RETURN": call.bapiret1([_missing(call["BILLINGDOCUMENT"])])}
    return {"BILLINGDOCUMENTDETAIL": header_row(document), "RETURN": {}}


def _missing(number: str) -> Message:
    return Message("E", "VF", "004", (number.lstrip("0"),))


def web_invoice(call: Call) -> dict[str, Any]:
    """Header, items and partners, for the sold-to (AG) or the payer (RG) only."""
    document = call.system.store.get(BillingDocument, call["BILLINGDOC"])
    if document is None:
        return {"RETURN": _missing(call["BILLINGDOC"]).bapiret2(call.session.language)}
    partner = {"AG": document.sold_to, "RG": document.payer}.get(call["PARTNER_ROLE"], "")
    if not partner or partner != call["PARTNER_NUMBER"]:
        refusal = Message("E", "W1", "001", (document.number.lstrip("0"), call["PARTNER_NUMBER"]))
        return {"RETURN": refusal.bapiret2(call.session.language)}
    return {
        "WEBINVOICEDOCUMENT": _web_header(document, call),
        "WEBINVOICEITEMS": [_web_item(document, item, call) for item in document.items],
        "WEBINVOICEPARTNERS": _web_partners(document, call),
        "RETURN": {},
    }


def _web_header(document: BillingDocument, call: Call) -> dict[str, Any]:
    clock = call.system.clock
    return {
        "BILLINGDOC": document.number,
        "BILL_TYPE": document.billing_type,
        "SD_DOC_CAT": document.category,
        "BILL_DATE": clock.dats(document.billing_date),
        "CREATED_ON": clock.dats(document.created_at),
        "SALES_ORG": document.sales_organization,
        "DISTR_CHAN": document.distribution_channel,
        "SOLD_TO": document.sold_to,
        "PAYER": document.payer,
        "PMNTTRMS": document.payment_terms,
        "NET_VALUE": document.net_value,
        "TAX_AMOUNT": document.tax_value,
        "GROSS_VAL": document.net_value + document.tax_value,
        "CURRENCY": document.currency,
        "CURR_ISO": document.currency,
        "PURCH_NO": document.customer_reference,
        "CANCELLED": "X" if document.is_cancelled else "",
        "CANC_BILL_DOC": document.cancels,
    }


def _web_item(document: BillingDocument, item: Any, call: Call) -> dict[str, Any]:
    customising = call.system.customising
    quantity, unit = customising.in_sales_unit(item.quantity, item.unit, item.packed_in)
    return {
        "BILLINGDOC": document.number,
        "ITEM_NUMBER": f"{item.item_number:06d}",
        "MATERIAL": item.material[:18],
        "MATERIAL_LONG": item.material,
        "SHORT_TEXT": item.short_text,
        "INV_QTY": quantity,
        "SALES_UNIT": unit,
        "S_UNIT_ISO": customising.iso_unit(unit),
        "NET_VALUE": item.net_value,
        "TAX_AMOUNT": item.tax_value,
        "CURRENCY": document.currency,
        "CURR_ISO": document.currency,
        "SD_DOC_NUMBER": item.sales_order,
        "DOC_ITEM_NUMBER": f"{item.order_item:06d}",
        "REF_DOC": item.reference,
        "REF_DOC_ITEM": f"{item.reference_item:06d}",
    }


def _web_partners(document: BillingDocument, call: Call) -> list[dict[str, Any]]:
    order = call.system.store.get(SalesOrder, document.items[0].sales_order)
    sold_to = order.partner("AG") if order else None
    rows = []
    for role, number in (("AG", document.sold_to), ("RG", document.payer)):
        customer = call.system.customising.customers.get(number)
        own = sold_to.address if sold_to and sold_to.number == number else None
        if customer is not None:
            rows.append(
                {
                    "BILLINGDOC": document.number,
                    "PARTN_ROLE": role,
                    "PARTN_NUMB": number,
                    "NAME": own.name if own else customer.name,
                    "STREET": own.street if own else customer.street,
                    "POSTL_CODE": own.postal_code if own else customer.postal_code,
                    "CITY": own.city if own else customer.city,
                    "COUNTRY": own.country if own else customer.country,
                }
            )
    return rows
