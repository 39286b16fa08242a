"""Which code runs for which function module."""

from __future__ import annotations

from . import (
    billing_reading,
    delivery_reading,
    order_change,
    order_details,
    order_reading,
    read_table,
    sales_orders,
    simulate,
    technical,
    texts,
)
from .calls import Handler

HANDLERS: dict[str, Handler] = {
    "RFC_PING": technical.ping,
    "STFC_CONNECTION": technical.echo,
    "STFC_STRUCTURE": technical.echo_structure,
    "RFC_SYSTEM_INFO": technical.system_info,
    "BAPI_TRANSACTION_COMMIT": technical.commit,
    "BAPI_TRANSACTION_ROLLBACK": technical.rollback,
    "BAPI_CUSTOMER_GETDETAIL2": technical.customer,
    "DDIF_FIELDINFO_GET": technical.field_info,
    "BAPI_SALESORDER_CREATEFROMDAT2": sales_orders.create,
    "BAPI_SALESORDER_SIMULATE": simulate.simulate,
    "BAPI_SALESORDER_CHANGE": order_change.change,
    "BAPI_SALESORDER_GETLIST": order_reading.get_list,
    "BAPI_SALESORDER_GETSTATUS": order_reading.get_status,
    "BAPISDORDER_GETDETAILEDLIST": order_details.get_detailed_list,
    "BAPI_DELIVERY_GETLIST": delivery_reading.get_list,
    "BAPI_BILLINGDOC_GETLIST": billing_reading.get_list,
    "BAPI_BILLINGDOC_GETDETAIL": billing_reading.get_detail,
    "BAPI_WEBINVOICE_GETDETAIL": billing_reading.web_invoice,
    "RFC_READ_TABLE": read_table.read_table,
    "RFC_READ_TEXT": texts.read_text,
}
