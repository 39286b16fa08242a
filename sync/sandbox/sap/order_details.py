"""BAPISDORDER_GETDETAILEDLIST: whole orders in bulk, as far as the view flags ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .calls import Call
from .documents import SalesOrder
from .holding_up import blocks_of, incompletion_of
from .order_attachments import flow, text_headers, text_lines
from .order_reading import document_date, net_price
from .progress import Progress, progress_of

Rows = list[dict[str, Any]]


def get_detailed_list(call: Call) -> dict[str, Any]:
    """Unknown numbers simply yield no rows; there is no RETURN (SAP sheet 2.3)."""
    results: dict[str, Rows] = {}
    flags = call["I_BAPI_VIEW"]
    for key in dict.fromkeys(row["VBELN"] for row in call["SALES_DOCUMENTS"]):
        order = call.system.store.get(SalesOrder, key)
        if order is None:
            continue
        progress = progress_of(order, call.system.store, call.system.customising)
        for flag, views in _VIEWS.items():
            if flags[flag] == "X":
                for table, view in views:
                    results.setdefault(table, []).extend(view(call, progress))
    return dict(results)


def _header(call: Call, progress: Progress) -> Rows:
    order, clock = progress.order, call.system.clock
    sent = order.header
    return [
        {
            "DOC_NUMBER": order.number,
            "REC_DATE": clock.dats(order.created_at),
            "REC_TIME": clock.tims(order.created_at),
            "CREATED_BY": order.created_by,
            "DOC_DATE": document_date(order, clock),
            "SD_DOC_CAT": call.system.customising.document_category(order.order_type),
            "TRAN_GROUP": "0",
            "DOC_TYPE": order.order_type,
            "DLV_BLOCK": sent.get("DLV_BLOCK", ""),
            "BILL_BLOCK": sent.get("BILL_BLOCK", ""),
            "NET_VAL_HD": order.net_value,
            "CURRENCY": order.currency,
            "CURREN_ISO": order.currency,
            "SALES_ORG": order.sales_organization,
            "DISTR_CHAN": order.distribution_channel,
            "DIVISION": order.division,
            "REQ_DATE_H": sent.get("REQ_DATE_H", ""),
            "SHIP_COND": sent.get("SHIP_COND", ""),
            "PURCH_NO": order.customer_reference[:20],
            "PO_METHOD": sent.get("PO_METHOD", ""),
            "PURCH_DATE": sent.get("PURCH_DATE", ""),
            "REF_1": sent.get("REF_1", ""),
            "ORDERER_NA": sent.get("NAME", ""),
            "TELEPHONE": sent.get("TELEPHONE", ""),
            "SOLD_TO": order.sold_to,
            "CH_ON": clock.dats(order.changed_on),
            "REF_DOC_L": sent.get("REF_DOC_L", ""),
            "REF_DOC_L_LONG": sent.get("REF_DOC_L_LONG", ""),
            "ASS_NUMBER": sent.get("ASS_NUMBER", ""),
            "CONDITIONS": order.number,
        }
    ]


def _items(call: Call, progress: Progress) -> Rows:
    order, clock, customising = progress.order, call.system.clock, call.system.customising
    return [
        {
            "DOC_NUMBER": order.number,
            "ITM_NUMBER": f"{item.item_number:06d}",
            "MATERIAL": item.material if len(item.material) <= 18 else "",
            "MATERIAL_LONG": item.material,
            "MAT_ENTRD": item.material[:18],
            "SHORT_TEXT": item.short_text,
            "ITEM_CATEG": item.item_category,
            "REL_FOR_DE": "X" if progress.is_delivered(item) else "",
            "REL_FOR_BI": progress.billing_relevance(item),
            "HG_LV_ITEM": f"{item.higher_level_item:06d}",
            "REA_FOR_RE": item.rejection_reason,
            "BASE_UOM": item.unit,
            "T_BAS_UNIT": customising.iso_unit(item.unit),
            "PO_ITM_NO": item.customer_item_number,
            "NET_VALUE": item.net_value,
            "CURRENCY": order.currency,
            "CURREN_ISO": order.currency,
            "REQ_QTY": item.quantity,
            "CUM_REQ_DE": item.quantity,
            "CUM_CF_QTY": item.quantity,
            "SALES_UNIT": item.unit,
            "ISOCODUNIT": customising.iso_unit(item.unit),
            "PLANT": item.plant,
            "SHIP_POINT": item.shipping_point,
            "CREAT_DATE": clock.dats(order.created_at),
            "REC_TIME": clock.tims(order.created_at),
            "CREATED_BY": order.created_by,
            "NET_PRICE": net_price(order, item, call),
            "COND_P_UNT": 1,
            "COND_UNIT": item.unit,
            "TAX_AMOUNT": item.tax_value,
            "GROSS_VAL": item.net_value + item.tax_value,
            "CH_ON": clock.dats(order.changed_on),
        }
        for item in order.items
    ]


def _schedules(call: Call, progress: Progress) -> Rows:
    order = progress.order
    return [
        {
            "DOC_NUMBER": order.number,
            "ITM_NUMBER": f"{item.item_number:06d}",
            "SCHED_LINE": "0001",
            "REQ_DATE": item.requested_date,
            "REQ_QTY": item.quantity,
            "CONFIR_QTY": item.quantity,
            "SALES_UNIT": item.unit,
            "REQ_QTY1": item.quantity,
            "BASE_UOM": item.unit,
        }
        for item in order.items
    ]


def _business(call: Call, progress: Progress) -> Rows:
    order = progress.order
    sent = order.header
    return [
        {
            "SD_DOC": order.number,
            "ITM_NUMBER": "000000",
            "INCOTERMS1": sent.get("INCOTERMS1", ""),
            "PMNTTRMS": sent.get("PMNTTRMS", ""),
            "PURCH_NO_C": order.customer_reference,
            "PURCH_DATE": sent.get("PURCH_DATE", ""),
            "PO_METHOD": sent.get("PO_METHOD", ""),
            "REF_1": sent.get("REF_1", ""),
            "CUST_PO_NO": order.customer_reference,
        }
    ]


def _partners(call: Call, progress: Progress) -> Rows:
    order, roles = progress.order, call.system.customising.partner_roles
    rows = []
    for partner in order.partners:
        kind = roles.get(partner.role, {}).get("kind", "customer")
        country = partner.address.country if partner.address else ""
        rows.append(
            {
                "SD_DOC": order.number,
                "ITM_NUMBER": f"{partner.item_number:06d}",
                "PARTN_ROLE": partner.role,
                "CUSTOMER": partner.number if kind == "customer" else "",
                "VENDOR_NO": partner.number if kind == "vendor" else "",
                "ADDRESS": partner.address_number,
                "COUNTRY": country,
                "COUNTRYISO": country[:2],
                "ADDRE_INDI": "B" if partner.address else "D",
            }
        )
    return rows


def _addresses(call: Call, progress: Progress) -> Rows:
    rows = []
    for partner in progress.order.partners:
        if partner.address is not None:
            own = partner.address
            rows.append(
                {
                    "DOC_NUMBER": progress.order.number,
                    "ADDRESS": partner.address_number,
                    "NAME": own.name,
                    "NAME_2": own.name_2,
                    "STREET": own.street,
                    "COUNTRY": own.country,
                    "COUNTRYISO": own.country[:2],
                    "POSTL_CODE": own.postal_code,
                    "CITY": own.city,
                    "REGION": own.region,
                    "TRANSPZONE": own.transport_zone,
                    "TELEPHONE": own.telephone,
                    "LANGU_ISO": own.language,
                }
            )
    return rows


def _header_status(call: Call, progress: Progress) -> Rows:
    delivery = progress.header("delivery_status")
    return [
        {
            "SD_DOC": progress.order.number,
            "DELIV_STAT": delivery,
            "DLV_STAT_H": delivery,
            "TOTGOODSMV": progress.header("goods_status"),
            "BILLSTATUS": "",  # FKSTK: of deliveries only
            "BILLINGSTA": progress.header("order_billing_status"),
            "OVERALLREJ": progress.rejection_status(),
            "PRC_STAT_H": progress.header("item_status"),
            "OVERALLPIC": progress.header("picking_status"),
            **incompletion_of(progress.order),
            **blocks_of(progress.order),
            "SD_DOC_CAT": call.system.customising.document_category(progress.order.order_type),
            "CH_ON": call.system.clock.dats(progress.order.changed_on),
        }
    ]


def _item_status(call: Call, progress: Progress) -> Rows:
    return [
        {
            "SD_DOC": progress.order.number,
            "ITM_NUMBER": f"{item.item_number:06d}",
            "DELIV_STAT": progress.delivery_status(item),
            "DLV_STAT_I": progress.delivery_status(item),
            "GOODSMVSTA": progress.goods_status(item),
            "BILLSTATHD": "",  # FKSTA: of delivery items only
            "BILLSTATIT": progress.order_billing_status(item),
            "REJSTATIT": "C" if item.rejection_reason else "A",
            "OVRPROCSTA": progress.item_status(item),
            "PICKINGSTA": progress.picking_status(item),
        }
        for item in progress.order.items
    ]


def _conditions(call: Call, progress: Progress) -> Rows:
    order, types = progress.order, call.system.customising.condition_types
    rows = []
    for position, condition in enumerate(order.conditions, 1):
        kind = types[condition.condition_type]
        rows.append(
            {
                "SD_DOC": order.number,
                "CONDIT_NO": order.number,
                "ITM_NUMBER": f"{condition.item_number:06d}",
                "COND_ST_NO": f"{position:03d}"[-3:],
                "COND_COUNT": "01",
                "APPLICATIO": "V",
                "COND_TYPE": condition.condition_type,
                "CALCTYPCON": {"per_unit": "C", "percent": "A", "fixed": "B"}[kind.calculation],
                "COND_VALUE": condition.value,
                "CURRENCY": condition.currency or order.currency,
                "CURRENCISO": condition.currency or order.currency,
                "COND_P_UNT": condition.per,
                "COND_D_UNT": condition.unit,
                "SDCURRENCY": order.currency,
                "CONDVALUE": condition.amount,
                "CONDIVALUE": condition.amount,
                "CONDCLASS": {"price": "B", "discount": "A", "tax": "D", "freight_tax": "D"}.get(
                    kind.role, "A"
                ),
                "CONDCHAMAN": "C",
            }
        )
    return rows


_View = Callable[[Call, Progress], Rows]
_VIEWS: dict[str, list[tuple[str, _View]]] = {
    "HEADER": [("ORDER_HEADERS_OUT", _header)],
    "ITEM": [("ORDER_ITEMS_OUT", _items)],
    "SDSCHEDULE": [("ORDER_SCHEDULES_OUT", _schedules)],
    "BUSINESS": [("ORDER_BUSINESS_OUT", _business)],
    "PARTNER": [("ORDER_PARTNERS_OUT", _partners)],
    "ADDRESS": [("ORDER_ADDRESS_OUT", _addresses)],
    "STATUS_H": [("ORDER_STATUSHEADERS_OUT", _header_status)],
    "STATUS_I": [("ORDER_STATUSITEMS_OUT", _item_status)],
    "SDCOND": [("ORDER_CONDITIONS_OUT", _conditions)],
    "TEXT": [("ORDER_TEXTHEADERS_OUT", text_headers), ("ORDER_TEXTLINES_OUT", text_lines)],
    "FLOW": [("ORDER_FLOWS_OUT", flow)],
}
