"""What a system must have for the portal: functions, fields, rights, time zone. Only reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sync.errors import RemoteMisconfigured, RemoteRejected
from sync.order_texts import HEADER_FIELDS
from sync.sap import functions
from sync.sap.bapi import SapSession
from sync.sap.refusals import SapFieldMissing
from sync.sap.rows import text
from sync.told import told

# What the portal sends and reads; a function with no list must only be there.
NEEDED: dict[str, tuple[str, ...]] = {
    functions.CREATE_ORDER: (
        *(f"ORDER_HEADER_IN.{name}" for name in (
            "DOC_TYPE", "SALES_ORG", "DISTR_CHAN", "DIVISION", "PURCH_NO_C", "PURCH_DATE",
            "PO_METHOD", "REQ_DATE_H", "CURRENCY", "SHIP_COND", "PMNTTRMS", "PYMT_METH",
            *HEADER_FIELDS,
        )),
        "ORDER_HEADER_INX.UPDATEFLAG",
        *(f"ORDER_ITEMS_IN.{name}" for name in (
            "ITM_NUMBER", "HG_LV_ITEM", "MATERIAL", "EAN_UPC", "PO_ITM_NO", "SALES_UNIT",
            "ITEM_CATEG", "SHORT_TEXT",
        )),
        "ORDER_ITEMS_INX.UPDATEFLAG",
        *(f"ORDER_SCHEDULES_IN.{n}" for n in ("ITM_NUMBER", "SCHED_LINE", "REQ_DATE", "REQ_QTY")),
        "ORDER_SCHEDULES_INX.UPDATEFLAG",
        *(f"ORDER_CONDITIONS_IN.{name}" for name in (
            "ITM_NUMBER", "COND_TYPE", "COND_VALUE", "CURRENCY", "COND_P_UNT", "COND_UNIT",
        )),
        "ORDER_CONDITIONS_INX.UPDATEFLAG",
        *(f"ORDER_PARTNERS.{name}" for name in ("PARTN_ROLE", "PARTN_NUMB", "ADDR_LINK")),
        *(f"PARTNERADDRESSES.{name}" for name in (
            "ADDR_NO", "NAME", "CITY", "REGION", "TRANSPZONE", "E_MAIL",
        )),
        *(f"ORDER_TEXT.{name}" for name in ("ITM_NUMBER", "TEXT_ID", "TEXT_LINE")),
        "TESTRUN", "SALESDOCUMENT", "RETURN",
    ),
    functions.COMMIT: ("WAIT",),
    functions.ROLLBACK: (),
    functions.LIST_ORDERS: ("CUSTOMER_NUMBER", "SALES_ORGANIZATION", "SALES_ORDERS"),
    functions.READ_ORDERS: ("I_BAPI_VIEW", "SALES_DOCUMENTS"),
    functions.READ_DELIVERIES: (),
    functions.LIST_BILLING: (),
    functions.READ_BILLING: (),
}  # fmt: skip
USEFUL = {functions.SIMULATE_ORDER: told("prices in a dry run")}


def missing_parts(session: SapSession) -> dict[str, list[str]]:
    """By function, the parameters and fields this system lacks; an empty list means that the whole
    function is missing."""
    return {name: gap for name, parts in NEEDED.items() if (gap := _gap(session, name, parts))}


def missing_extras(session: SapSession) -> list[str]:
    return [what for name, what in USEFUL.items() if _gap(session, name, ())]


def _gap(session: SapSession, function: str, parts: tuple[str, ...]) -> list[str]:
    try:
        interface = session.interface(function)
    except SapFieldMissing:
        return [function]
    return [part for part in parts if not interface.has(*part.split(".", 1))]


def refusal(session: SapSession, read: Callable[[], object]) -> str:
    """SAP's reason why the user may not make this read; blank where it may."""
    if not session.is_usable:
        session.renew()
    try:
        read()
    except (RemoteMisconfigured, RemoteRejected) as error:
        return error.message
    return ""


def utc_offset(session: SapSession) -> timedelta | None:
    """How far the system's clock is ahead of UTC (RFCTZONE, seconds); None if it does not tell.

    Whether summer time is included is unconfirmed.
    """
    info = session.call(functions.SYSTEM_INFO, {}).get("RFCSI_EXPORT") or {}
    seconds = text(info, "RFCTZONE").strip()
    digits = seconds.removeprefix("-").removesuffix("-")
    if not digits.isdigit():
        return None
    return timedelta(seconds=-int(digits) if "-" in seconds else int(digits))
