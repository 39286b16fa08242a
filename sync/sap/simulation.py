"""A dry run of a sales order: SAP's messages, and its prices where it can tell them. Sheet 2.3."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sync.errors import RemoteMisconfigured, RemoteRejected, RemoteUnavailable, UnexpectedRecord
from sync.sap import abap
from sync.sap.bapi import SapSession
from sync.sap.messages import cause_of, read_return
from sync.sap.order_payload import normal_reference, partner_rows
from sync.sap.orders import call_create
from sync.sap.records import (
    SapItemRequest,
    SapSalesOrderItem,
    SapSalesOrderRequest,
    SapSimulation,
)
from sync.sap.rows import Row, amount, material, number, rows, text

SIMULATE = "BAPI_SALESORDER_SIMULATE"
ROLLBACK = "BAPI_TRANSACTION_ROLLBACK"
QUANTITY_DECIMALS = 3
SHORT_MATERIAL = 18
CONDITION_FIELDS = (
    ("COND_TYPE", "COND_VAL1", "COND_P_UNT", "COND_D_UNT"),
    *((f"CD_TYPE{n}", f"CD_VALUE{n}", f"CD_P_UNT{n}", f"CD_D_UNT{n}") for n in (2, 3, 4)),
)
RENAMED = {"COUNTR_ISO": "COUNTRY_ISO"}


def simulate(session: SapSession, request: SapSalesOrderRequest) -> SapSimulation:
    """Ask SAP to check the order without saving; refusals come back as messages, not as errors."""
    messages = read_return(call_create(session, request, test_run=True))
    # The test run may leave a document in the session's buffers; nothing of it must stay.
    session.call(ROLLBACK, {})
    if cause_of(messages) is not None:
        return SapSimulation(messages, None, request.currency)
    items = _priced_items(session, request)
    net_value = sum((item.net_value for item in items), Decimal(0)) if items else None
    return SapSimulation(messages, net_value, request.currency, items)


def _priced_items(
    session: SapSession, request: SapSalesOrderRequest
) -> tuple[SapSalesOrderItem, ...]:
    """SAP's own prices; nothing where this system cannot or will not simulate."""
    try:
        answer = session.call(SIMULATE, _arguments(request, session))
    except (RemoteRejected, RemoteMisconfigured, RemoteUnavailable, UnexpectedRecord):
        # The check stands; only prices are missing. A dump has cost the session.
        if not session.is_usable:
            session.renew()
        return ()
    if cause_of(read_return(answer, "RETURN", "MESSAGETABLE")) is not None:
        return ()
    pads = session.options.pads_numeric_materials
    return tuple(_item(row, pads=pads) for row in rows(answer, "ORDER_ITEMS_OUT"))


def _arguments(request: SapSalesOrderRequest, session: SapSession) -> dict[str, Any]:
    header = {
        "DOC_TYPE": request.order_type,
        "SALES_ORG": request.sales_organization,
        "DISTR_CHAN": request.distribution_channel,
        "DIVISION": request.division,
        "PURCH_NO_C": normal_reference(request.customer_reference),
        "PURCH_DATE": abap.write_date(request.order_date),
        "REQ_DATE_H": abap.write_date(request.requested_date),
        "CURRENCY": request.currency,
    }
    partners, addresses = partner_rows(request)
    arguments: dict[str, Any] = {
        "ORDER_HEADER_IN": {name: value for name, value in header.items() if value},
        "ORDER_ITEMS_IN": [
            {**_sent_item(item, session), **_prices(request, item)} for item in request.items
        ],
        # BAPIPARTNR spells one field of BAPIPARNR differently.
        "ORDER_PARTNERS": [
            {RENAMED.get(name, name): value for name, value in row.items()} for row in partners
        ],
    }
    if addresses:
        arguments["PARTNERADDRESSES"] = addresses
    if session.options.convert_external_keys:
        arguments["CONVERT_PARVW_AUART"] = "X"
    return arguments


def _sent_item(item: SapItemRequest, session: SapSession) -> dict[str, str]:
    """REQ_QTY is NUMC with three implied decimals: 9.001 is sent as 9001 (sheet 1.6)."""
    internal = abap.matn1(item.material, pads=session.options.pads_numeric_materials)
    field = "MATERIAL" if abap.places(internal) <= SHORT_MATERIAL else "MATERIAL_LONG"
    thousandths = item.quantity.scaleb(QUANTITY_DECIMALS)
    return {
        "ITM_NUMBER": abap.item(item.item_number),
        field: internal,
        "REQ_QTY": abap.numc(int(thousandths), 13),
        "SALES_UNIT": item.unit,
    }


def _prices(request: SapSalesOrderRequest, item: SapItemRequest) -> dict[str, Any]:
    """Our own prices of the line: the module takes up to four conditions per item."""
    own = [c for c in request.conditions if c.item_number == item.item_number]
    sent: dict[str, Any] = {"CURRENCY": request.currency} if own else {}
    for names, condition in zip(CONDITION_FIELDS, own, strict=False):
        kind, value, per, unit = names
        sent |= {kind: condition.condition_type, value: condition.value}
        if not condition.is_fixed_amount:
            sent |= {per: abap.numc(condition.per, 5), unit: condition.unit}
    return sent


def _item(row: Row, *, pads: bool) -> SapSalesOrderItem:
    """NET_VALUE1 and REQ_QTY are real numbers, unlike their NUMC twins."""
    return SapSalesOrderItem(
        item_number=number(row, "ITM_NUMBER"),
        material=material(row, "MATERIAL_LONG", "MATERIAL", pads=pads),
        short_text=text(row, "SHORT_TEXT"),
        quantity=amount(row, "REQ_QTY"),
        unit=text(row, "SALES_UNIT"),
        net_value=amount(row, "NET_VALUE1"),
    )
