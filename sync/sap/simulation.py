"""A dry run of a sales order: SAP's messages, and its prices where it can tell them. Sheet 2.3."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sync.errors import RemoteMisconfigured, RemoteRejected, RemoteUnavailable, UnexpectedRecord
from sync.sap import abap
from sync.sap.bapi import SapSession
from sync.sap.functions import ROLLBACK, SIMULATE_ORDER
from sync.sap.messages import cause_of
from sync.sap.options import SapOptions
from sync.sap.order_payload import partner_rows, product_fields
from sync.sap.order_reading import active_conditions
from sync.sap.orders import call_create
from sync.sap.records import (
    SapCondition,
    SapItemRequest,
    SapSalesOrderItem,
    SapSalesOrderRequest,
    SapSimulation,
)
from sync.sap.reference import normal_reference
from sync.sap.returns import read_return
from sync.sap.rows import Row, amount, material, number, rows, text
from sync.sap.units import internal_unit

QUANTITY_DECIMALS = 3
HEADER_CONDITIONS = (1, 2, 3, 4)
CONDITION_FIELDS = (
    ("COND_TYPE", "COND_VAL1", "COND_P_UNT", "COND_D_UNT", ""),
    *(
        (f"CD_TYPE{n}", f"CD_VALUE{n}", f"CD_P_UNT{n}", f"CD_D_UNT{n}", f"CD_CURR{n}")
        for n in (2, 3, 4)
    ),
)
RENAMED = {"COUNTR_ISO": "COUNTRY_ISO"}


def simulate(session: SapSession, request: SapSalesOrderRequest) -> SapSimulation:
    """SAP checks the order without saving; refusals come back as messages, not as errors."""
    # The test run may leave a document in the session's buffers; nothing of it must stay, or the
    # next who borrows the session would save it.
    with session.held_until_rolled_back():
        messages = read_return(call_create(session, request, test_run=True))
        session.call(ROLLBACK, {})
    if cause_of(messages) is not None:
        return SapSimulation(messages, None, request.currency)
    answer = _priced(session, request)
    pads = session.options.pads_numeric_materials
    told = rows(answer, "ORDER_ITEMS_OUT")
    items = tuple(_item(row, request.currency, pads=pads) for row in told)
    conditions = active_conditions(rows(answer, "ORDER_CONDITION_EX"))
    net_value = _net_value(items, conditions) if items else None
    return SapSimulation(messages, net_value, request.currency, items, conditions)


def _net_value(
    items: tuple[SapSalesOrderItem, ...], conditions: tuple[SapCondition, ...]
) -> Decimal:
    spread = {one.condition_type for one in conditions if one.item_number}
    of_header = (
        one.amount or Decimal(0)
        for one in conditions
        if not one.item_number and not one.is_tax and one.condition_type not in spread
    )
    return sum((item.net_value for item in items), Decimal(0)) + sum(of_header, Decimal(0))


def _priced(session: SapSession, request: SapSalesOrderRequest) -> dict[str, Any]:
    """SAP's own prices; empty where this system cannot or will not simulate."""
    try:
        answer = session.call(SIMULATE_ORDER, _arguments(request, session))
    except (RemoteRejected, RemoteMisconfigured, RemoteUnavailable, UnexpectedRecord):
        # The check is still valid; only prices are missing. A dump has ended the session.
        if not session.is_usable:
            session.renew()
        return {}
    failed = cause_of(read_return(answer, "RETURN", "MESSAGETABLE")) is not None
    return {} if failed else answer


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
        **_header_prices(request),
    }
    long_material = session.interface(SIMULATE_ORDER).has("ORDER_ITEMS_IN", "MATERIAL_LONG")
    options = session.options
    partners, addresses = partner_rows(request)
    arguments: dict[str, Any] = {
        "ORDER_HEADER_IN": {name: value for name, value in header.items() if value},
        "ORDER_ITEMS_IN": [
            {
                **_sent_item(item, options, long_material),
                **_prices(request, item, options.unit_keys),
            }
            for item in request.items
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


def _sent_item(item: SapItemRequest, options: SapOptions, long_material: bool) -> dict[str, str]:
    """REQ_QTY is NUMC with three implied decimals: 9.001 is sent as 9001 (sheet 1.6)."""
    thousandths = item.quantity.scaleb(QUANTITY_DECIMALS)
    return {
        "ITM_NUMBER": abap.write_item_number(item.item_number),
        **product_fields(item, options, long_material),
        "REQ_QTY": abap.write_numc(int(thousandths), 13),
        "SALES_UNIT": internal_unit(item.unit, options.unit_keys),
    }


def _header_prices(request: SapSalesOrderRequest) -> dict[str, Any]:
    """Charges of the whole order; the module takes at most four."""
    own = [one for one in request.conditions if not one.item_number]
    sent: dict[str, Any] = {}
    for place, condition in zip(HEADER_CONDITIONS, own, strict=False):
        sent |= {
            f"CD_TYPE{place}": condition.condition_type,
            f"CD_VALUE{place}": condition.value,
            f"CD_CURR{place}": condition.currency,
        }
    return sent


def _prices(
    request: SapSalesOrderRequest, item: SapItemRequest, unit_keys: Mapping[str, str]
) -> dict[str, Any]:
    """Our own prices of the line; the module takes at most four conditions per item."""
    own = [c for c in request.conditions if c.item_number == item.item_number]
    sent: dict[str, Any] = {"CURRENCY": request.currency} if own else {}
    for names, condition in zip(CONDITION_FIELDS, own, strict=False):
        kind, value, per, unit, currency = names
        sent |= {kind: condition.condition_type, value: condition.value}
        sent |= {currency: condition.currency} if currency else {}
        if not condition.is_fixed_amount:
            internal = internal_unit(condition.unit, unit_keys)
            sent |= {per: abap.write_numc(condition.per, 5), unit: internal}
    return sent


def _item(row: Row, currency: str, *, pads: bool) -> SapSalesOrderItem:
    """NET_VALUE1 and REQ_QTY are real numbers, unlike their NUMC twins."""
    return SapSalesOrderItem(
        item_number=number(row, "ITM_NUMBER"),
        material=material(row, "MATERIAL_LONG", "MATERIAL", pads=pads),
        short_text=text(row, "SHORT_TEXT"),
        quantity=amount(row, "REQ_QTY"),
        unit=text(row, "SALES_UNIT"),
        net_value=_net_value_of(row, currency),
        tax_value=amount(row, "TX_DOC_CUR"),
        higher_level_item_number=number(row, "HG_LV_ITEM"),
    )


def _net_value_of(row: Row, currency: str) -> Decimal:
    """External in NET_VALUE1; older systems have only digits with two stored decimals."""
    if row.get("NET_VALUE1") is not None:
        return amount(row, "NET_VALUE1")
    stored = abap.implied_decimals(text(row, "NET_VALUE"), abap.STORED_DECIMALS)
    return abap.external_amount(stored, currency)
