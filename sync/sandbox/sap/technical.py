"""Technical function modules: ping, echo, system info, commit, rollback, customer, dictionary."""

from __future__ import annotations

from typing import Any

from . import dictionary
from .calls import Call, abap_raise
from .description import lengths
from .messages import Message
from .system import SYSTEM_ID


def ping(call: Call) -> dict[str, Any]:
    """RFC_PING."""
    return {}


def echo(call: Call) -> dict[str, Any]:
    """STFC_CONNECTION."""
    now = call.system.clock.local(call.system.clock.now())
    text = (
        f"SAP R/3 Rel. 750   Sysid: {SYSTEM_ID}      Date: {now:%Y%m%d}   Time: {now:%H%M%S}"
        f"   Logon_Data: {call.session.client}/{call.session.user}/{call.session.language}"
    )
    return {"ECHOTEXT": call["REQUTEXT"], "RESPTEXT": text}


def echo_structure(call: Call) -> dict[str, Any]:
    """STFC_STRUCTURE: every value comes back as it arrived."""
    return {
        "ECHOSTRUCT": call["IMPORTSTRUCT"],
        "RESPTEXT": "Stand-in SAP",
        "RFCTABLE": [*call["RFCTABLE"], call["IMPORTSTRUCT"]],
    }


def system_info(call: Call) -> dict[str, Any]:
    """RFC_SYSTEM_INFO."""
    zone = call.system.clock.local(call.system.clock.now()).utcoffset()
    return {
        "RFCSI_EXPORT": {
            "RFCPROTO": "011",
            "RFCCHARTYP": "4103",
            "RFCINTTYP": "LIT",
            "RFCFLOTYP": "IE3",
            "RFCDEST": "standin_SBX_00",
            "RFCHOST": "standin",
            "RFCSYSID": SYSTEM_ID,
            "RFCDATABS": SYSTEM_ID,
            "RFCDBHOST": "standin",
            "RFCDBSYS": "SQLITE",
            "RFCSAPRL": "750",
            "RFCMACH": "390",
            "RFCOPSYS": "Linux",
            "RFCTZONE": str(int(zone.total_seconds()) if zone else 0),
            "RFCIPADDR": "127.0.0.1",
            "RFCKERNRL": "753",
        },
        "CURRENT_RESOURCES": 10,
        "MAXIMAL_RESOURCES": 100,
        "RECOMMENDED_DELAY": 0,
    }


def commit(call: Call) -> dict[str, Any]:
    """BAPI_TRANSACTION_COMMIT: RETURN stays empty, also when there was nothing to save."""
    reason = call.system.commit(call.session, wait=call["WAIT"] == "X")
    if not reason:
        return {"RETURN": {}}
    return {"RETURN": Message("E", "S&", "150", (reason,)).bapiret2(call.session.language)}


def rollback(call: Call) -> dict[str, Any]:
    """BAPI_TRANSACTION_ROLLBACK."""
    call.session.reset()
    return {"RETURN": {}}


def customer(call: Call) -> dict[str, Any]:
    """BAPI_CUSTOMER_GETDETAIL2."""
    known = call.system.customising.customers.get(call["CUSTOMERNO"])
    if known is None:
        return {"RETURN": call.bapiret1([Message("E", "F2", "153", (call["CUSTOMERNO"],))])}
    return {
        "CUSTOMERADDRESS": {
            "CUSTOMER": known.number,
            "NAME": known.name,
            "STREET": known.street,
            "POSTL_CODE": known.postal_code,
            "CITY": known.city,
            "COUNTRY": known.country,
            "COUNTRYISO": known.country,
        },
        "CUSTOMERGENERALDETAIL": {
            "CUSTOMER": known.number,
            "ACCNT_GRP": "CPD" if known.is_one_time else "KUNA",
            "ONE_TIME": "X" if known.is_one_time else "",
        },
        "RETURN": {},
    }


def field_info(call: Call) -> dict[str, Any]:
    """DDIF_FIELDINFO_GET."""
    name = call["TABNAME"]
    if not dictionary.has_structure(name):
        raise abap_raise("NOT_FOUND")
    rows, offset = [], 0
    fields = dictionary.structure(name, call.system.release).fields
    for position, field in enumerate(fields, 1):
        size = lengths(field)[0]
        if call["FIELDNAME"] in ("", field.name):
            rows.append(
                {
                    "TABNAME": name,
                    "FIELDNAME": field.name,
                    "POSITION": str(position),
                    "OFFSET": str(offset),
                    "LENG": str(field.length),
                    "INTLEN": str(size),
                    "DECIMALS": str(field.decimals),
                    "DATATYPE": field.abap_type,
                    "FIELDTEXT": field.text[:60],
                }
            )
        offset += size
    if not rows:
        raise abap_raise("NOT_FOUND")
    return {"DFIES_TAB": rows, "DDOBJTYPE": "TRANSP"}
