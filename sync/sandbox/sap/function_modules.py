"""Which code runs for which function module."""

from __future__ import annotations

from . import sales_orders, technical
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
}
