"""BAPI_SALESORDER_GETLIST and BAPI_SALESORDER_GETSTATUS."""

from __future__ import annotations

from typing import Any

from .calls import Call
from .documents import OrderItem, SalesOrder
from .messages import Message
from .pricing import rounded
from .progress import Progress, progress_of


def get_list(call: Call) -> dict[str, Any]:
    """One row per item; customer and sales organisation are mandatory, numbers padded."""
    if not call["CUSTOMER_NUMBER"] or not call["SALES_ORGANIZATION"]:
        missing = "CUSTOMER_NUMBER" if not call["CUSTOMER_NUMBER"] else "SALES_ORGANIZATION"
        return {
            "SALES_ORDERS": [],
            "RETURN": call.bapireturn([Message("E", "00", "055", (missing,))]),
        }
    store = call.system.store
    keys = {"sold_to": call["CUSTOMER_NUMBER"], "sales_organization": call["SALES_ORGANIZATION"]}
    if call["PURCHASE_ORDER_NUMBER"]:
        keys["customer_reference"] = call["PURCHASE_ORDER_NUMBER"]
    if call["PURCHASE_ORDER"]:
        keys["short_reference"] = call["PURCHASE_ORDER"]
    orders = (store.get(SalesOrder, number) for number in store.find_orders(**keys))
    rows = [
        row
        for order in orders
        if order is not None and _selected(call, order)
        for row in _rows(call, order)
    ]
    return {"SALES_ORDERS": rows, "RETURN": {}}


def _selected(call: Call, order: SalesOrder) -> bool:
    day = call.system.clock.dats(order.created_at)
    first = call["DOCUMENT_DATE"].strip("0 ") and call["DOCUMENT_DATE"]
    last = call["DOCUMENT_DATE_TO"].strip("0 ") and call["DOCUMENT_DATE_TO"]
    return bool((not first or day >= first) and (not last or day <= last))


def _rows(call: Call, order: SalesOrder) -> list[dict[str, Any]]:
    progress = progress_of(order, call.system.store, call.system.customising)
    material = call["MATERIAL_LONG"] or call["MATERIAL"]
    return [
        _list_row(call, progress, item)
        for item in order.items
        if not material or item.material == material
    ]


def _list_row(call: Call, progress: Progress, item: OrderItem) -> dict[str, Any]:
    order, system = progress.order, call.system
    customising, clock = system.customising, system.clock
    sold_to = order.partner("AG")
    customer = customising.customers.get(order.sold_to)
    own = sold_to.address.name if sold_to and sold_to.address else ""
    return {
        "SD_DOC": order.number,
        "ITM_NUMBER": f"{item.item_number:06d}",
        "MATERIAL": item.material if len(item.material) <= 18 else "",
        "MATERIAL_LONG": item.material,
        "SHORT_TEXT": item.short_text,
        "DOC_TYPE": order.order_type,
        "DOC_DATE": document_date(order, system.clock),
        "REQ_QTY": item.quantity,
        "REQ_DATE": item.requested_date,
        "PURCH_NO": order.customer_reference[:20],
        "PURCH_NO_C": order.customer_reference,
        "BILL_BLOCK": order.header.get("BILL_BLOCK", ""),
        "DLV_BLOCK": order.header.get("DLV_BLOCK", ""),
        "SOLD_TO": order.sold_to,
        "NAME": own or (customer.name if customer else ""),
        "DLV_QTY": progress.delivered[item.item_number],
        "BASE_UOM": item.unit,
        "NET_PRICE": customising.internal_amount(net_price(order, item, call), order.currency),
        "COND_P_UNT": 1,
        "COND_UNIT": item.unit,
        "NET_VAL_HD": customising.internal_amount(order.net_value, order.currency),
        "NET_VALUE": customising.internal_amount(item.net_value, order.currency),
        "DIVISION": order.division,
        "SALES_ORG": order.sales_organization,
        "DISTR_CHAN": order.distribution_channel,
        "SALES_UNIT": item.unit,
        "SHIP_POINT": item.shipping_point,
        "CURRENCY": order.currency,
        "CURR_ISO": order.currency,
        "PLANT": item.plant,
        "REASON_REJ": item.rejection_reason,
        "S_UNIT_ISO": customising.iso_unit(item.unit),
        "CREATION_DATE": clock.dats(order.created_at),
        "CREATION_TIME": clock.tims(order.created_at),
        "STATUS_DOC": progress.header("item_status"),
        "DOC_STATUS": {"A": "Open", "B": "Being processed", "C": "Completed"}.get(
            progress.header("item_status"), ""
        ),
    }


def document_date(order: SalesOrder, clock: Any) -> str:
    """AUDAT: as sent, otherwise the day of creation."""
    return order.header.get("DOC_DATE") or str(clock.dats(order.created_at))


def net_price(order: SalesOrder, item: OrderItem, call: Call) -> Any:
    """Net value per sales unit, rounded."""
    decimals = call.system.customising.decimals(order.currency)
    return rounded(item.net_value / item.quantity, decimals) if item.quantity else 0


def get_status(call: Call) -> dict[str, Any]:
    """One row per item and delivery."""
    order = call.system.store.get(SalesOrder, call["SALESDOCUMENT"])
    if order is None:
        variables = (call["SALESDOCUMENT"].lstrip("0"),)
        return {"STATUSINFO": [], "RETURN": call.bapireturn([Message("E", "V1", "302", variables)])}
    progress = progress_of(order, call.system.store, call.system.customising)
    rows = [row for item in order.items for row in _status_rows(call, progress, item)]
    return {"STATUSINFO": rows, "RETURN": {}}


def _status_rows(call: Call, progress: Progress, item: OrderItem) -> list[dict[str, Any]]:
    base = _status_row(call, progress, item)
    deliveries = [
        (delivery, line)
        for delivery in progress.deliveries
        for line in delivery.items
        if line.sales_order == progress.order.number
        and line.order_item == item.item_number
        and line.quantity
    ]
    if not deliveries:
        return [base]
    in_sales_unit = call.system.customising.in_sales_unit
    return [
        {
            **base,
            "DELIV_NUMB": delivery.number,
            "DELIV_ITEM": f"{line.item_number:06d}",
            "DELIV_DATE": call.system.clock.dats(delivery.planned_goods_issue_at),
            "DLV_QTY": told[0],
            "S_UNIT_DLV": told[1],
        }
        for delivery, line in deliveries
        for told in [in_sales_unit(line.quantity, line.unit, line.packed_in)]
    ]


def _status_row(call: Call, progress: Progress, item: OrderItem) -> dict[str, Any]:
    order, customising, clock = progress.order, call.system.customising, call.system.clock
    return {
        "DOC_NUMBER": order.number,
        "DOC_DATE": document_date(order, clock),
        "PURCH_NO": order.customer_reference[:20],
        "PURCH_NO_C": order.customer_reference,
        "PRC_STAT_H": progress.header("item_status"),
        "DLV_STAT_H": progress.header("delivery_status"),
        "REQ_DATE_H": order.header.get("REQ_DATE_H", ""),
        "DLV_BLOCK": order.header.get("DLV_BLOCK", ""),
        "ITM_NUMBER": f"{item.item_number:06d}",
        "MATERIAL": item.material if len(item.material) <= 18 else "",
        "MATERIAL_LONG": item.material,
        "SHORT_TEXT": item.short_text,
        "REQ_DATE": item.requested_date,
        "REQ_QTY": item.quantity,
        "CUM_CF_QTY": item.quantity,
        "SALES_UNIT": item.unit,
        "S_UNIT_ISO": customising.iso_unit(item.unit),
        "NET_VALUE": customising.internal_amount(item.net_value, order.currency),
        "CURRENCY": order.currency,
        "CURR_ISO": order.currency,
        "NET_PRICE": customising.internal_amount(net_price(order, item, call), order.currency),
        "COND_P_UNT": 1,
        "COND_UNIT": item.unit,
        "DLV_STAT_I": progress.delivery_status(item),
        "PO_ITM_NO": item.customer_item_number,
        "CREATION_DATE": clock.dats(order.created_at),
        "CREATION_TIME": clock.tims(order.created_at),
        "REA_FOR_RE": item.rejection_reason,
    }
