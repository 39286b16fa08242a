"""A sales order request as the parameters of BAPI_SALESORDER_CREATEFROMDAT2. Pure; sheet 2.1, 2.2.

The INX mode throughout: UPDATEFLAG ``I``, and every field sent has its flag, since SAP silently
ignores a value without one. Only fields that have a flag of the same name are sent.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sync.sap import abap
from sync.sap.options import SapOptions
from sync.sap.records import (
    SapAddress,
    SapCondition,
    SapItemRequest,
    SapPartner,
    SapSalesOrderRequest,
)
from sync.sap.reference import normal_reference
from sync.sap.units import internal_unit

Fields = dict[str, Any]
MATERIAL_LENGTH = 18
LINE_LENGTH = 132
SCHEDULE_LINE = "0001"
PURCHASE_ORDER_ITEM_LENGTH = 6
# The inline address of a partner row, where it is shorter than a linked one (no e-mail at all).
INLINE_LIMITS = {"name": 35, "name_2": 35, "street": 35, "city": 35, "telephone": 16}
STREET_LENGTH = 40


def create_arguments(
    request: SapSalesOrderRequest, options: SapOptions, *, long_material: bool, test_run: bool
) -> Fields:
    """``long_material`` says whether this system has MATERIAL_LONG."""
    header, header_flags = _flagged(_header(request))
    items = [_flagged(_item(i, options, long_material), "ITM_NUMBER") for i in request.items]
    schedules = [_flagged(_schedule(i, request), "ITM_NUMBER", "SCHED_LINE") for i in request.items]
    conditions = [_flagged(_condition(c, options), *CONDITION_KEYS) for c in request.conditions]
    partners, addresses = partner_rows(request)
    arguments: Fields = {
        "ORDER_HEADER_IN": header,
        "ORDER_HEADER_INX": header_flags,
        "ORDER_PARTNERS": partners,
        "ORDER_ITEMS_IN": [data for data, _ in items],
        "ORDER_ITEMS_INX": [flags for _, flags in items],
        "ORDER_SCHEDULES_IN": [data for data, _ in schedules],
        "ORDER_SCHEDULES_INX": [flags for _, flags in schedules],
        "ORDER_CONDITIONS_IN": [data for data, _ in conditions],
        "ORDER_CONDITIONS_INX": [flags for _, flags in conditions],
        "PARTNERADDRESSES": addresses,
        "ORDER_TEXT": [line for text in request.header_texts for line in _text_lines(*text)],
        "CONVERT": "X" if options.convert_external_keys else "",
        "TESTRUN": "X" if test_run else "",
    }
    return {name: value for name, value in arguments.items() if value}


def _flagged(values: Fields, *keys: str) -> tuple[Fields, Fields]:
    """The row without its blanks, and its X row with the key fields filled in.

    A zero is a value: a price of 0 without its flag is priced by SAP itself (sheet 13.3).
    """
    data = {name: value for name, value in values.items() if name in keys or value != ""}
    flags: Fields = {key: data[key] for key in keys}
    flags["UPDATEFLAG"] = "I"
    flags.update({name: "X" for name in data if name not in keys})
    return data, flags


def _header(request: SapSalesOrderRequest) -> Fields:
    return {
        "DOC_TYPE": request.order_type,
        "SALES_ORG": request.sales_organization,
        "DISTR_CHAN": request.distribution_channel,
        "DIVISION": request.division,
        "PURCH_NO_C": normal_reference(request.customer_reference),
        "PURCH_DATE": abap.write_date(request.order_date),
        "PO_METHOD": request.customer_reference_method,
        "REQ_DATE_H": abap.write_date(request.requested_date),
        "CURRENCY": request.currency,
        "SHIP_COND": request.shipping_condition,
        "PMNTTRMS": request.payment_terms,
    }


def _item(item: SapItemRequest, options: SapOptions, long_material: bool) -> Fields:
    """We number the items ourselves: otherwise schedules and conditions could not refer to them."""
    return {
        "ITM_NUMBER": abap.write_item_number(item.item_number),
        "HG_LV_ITEM": abap.write_item_number(item.higher_level_item_number)
        if item.higher_level_item_number
        else "",
        **product_fields(item, options, long_material),
        "PO_ITM_NO": abap.alpha(item.customer_item_number, PURCHASE_ORDER_ITEM_LENGTH)
        if item.customer_item_number
        else "",
        "SALES_UNIT": internal_unit(item.unit, options.unit_keys),
        "ITEM_CATEG": item.item_category,
        "SHORT_TEXT": item.short_text,
    }


def product_fields(item: SapItemRequest, options: SapOptions, long_material: bool) -> Fields:
    """The EAN (EAN_UPC, CHAR 18) where we do not know the material, otherwise the material."""
    if item.ean and not item.material:
        return {"EAN_UPC": item.ean}
    return material_fields(item.material, options, long_material)


def material_fields(material: str, options: SapOptions, long_material: bool) -> Fields:
    """MATERIAL, or only MATERIAL_LONG where the system has it and it is wanted or needed."""
    internal = abap.matn1(material, pads=options.pads_numeric_materials)
    wanted = options.use_long_material
    if wanted is None:
        wanted = long_material and abap.abap_length(internal) > MATERIAL_LENGTH
    return {"MATERIAL_LONG" if wanted else "MATERIAL": internal}


def _schedule(item: SapItemRequest, request: SapSalesOrderRequest) -> Fields:
    return {
        "ITM_NUMBER": abap.write_item_number(item.item_number),
        "SCHED_LINE": SCHEDULE_LINE,
        "REQ_DATE": abap.write_date(request.requested_date),
        "REQ_QTY": item.quantity,
    }


CONDITION_KEYS = ("ITM_NUMBER", "COND_TYPE")


def _condition(condition: SapCondition, options: SapOptions) -> Fields:
    """A fixed amount has no "per"; customising of its condition type makes it fixed."""
    per_piece = not condition.is_fixed_amount and condition.item_number
    return {
        "ITM_NUMBER": abap.write_item_number(condition.item_number),
        "COND_TYPE": condition.condition_type,
        "COND_VALUE": condition.value,
        "CURRENCY": condition.currency,
        "COND_P_UNT": Decimal(condition.per) if per_piece else "",
        "COND_UNIT": internal_unit(condition.unit, options.unit_keys) if per_piece else "",
    }


def partner_rows(request: SapSalesOrderRequest) -> tuple[list[Fields], list[Fields]]:
    """ORDER_PARTNERS, and the PARTNERADDRESSES they link to."""
    partners: list[Fields] = []
    addresses: list[Fields] = []
    for partner in request.partners:
        row: Fields = {
            "PARTN_ROLE": partner.role,
            "PARTN_NUMB": abap.alpha(partner.customer_number),
        }
        if partner.address is not None and _needs_link(partner.address):
            link = abap.alpha(str(len(addresses) + 1))
            row["ADDR_LINK"] = link
            addresses.append(_filled(_linked_address(link, partner.address)))
        else:
            row.update(_inline_address(partner))
        partners.append(_filled(row))
    return partners, addresses


def _needs_link(address: SapAddress) -> bool:
    """An inline address has no e-mail and shorter fields."""
    too_long = (abap.abap_length(getattr(address, n)) > limit for n, limit in INLINE_LIMITS.items())
    return bool(address.email) or any(too_long)


def _inline_address(partner: SapPartner) -> Fields:
    address = partner.address
    if address is None:
        return {}
    return {
        "NAME": address.name,
        "NAME_2": address.name_2,
        "STREET": address.street,
        "POSTL_CODE": address.postal_code,
        "CITY": address.city,
        "REGION": address.region,
        "COUNTRY": address.country_iso,
        "COUNTR_ISO": address.country_iso,
        "TELEPHONE": address.telephone,
        "LANGU_ISO": address.language_iso,
    }


def _linked_address(link: str, address: SapAddress) -> Fields:
    is_long = abap.abap_length(address.street) > STREET_LENGTH
    return {
        "ADDR_NO": link,
        "NAME": address.name,
        "NAME_2": address.name_2,
        "STREET_LNG" if is_long else "STREET": address.street,
        "POSTL_COD1": address.postal_code,
        "CITY": address.city,
        "REGION": address.region,
        "COUNTRY": address.country_iso,
        "COUNTRYISO": address.country_iso,
        "TEL1_NUMBR": address.telephone,
        "E_MAIL": address.email,
        "LANGU_ISO": address.language_iso,
    }


def _filled(row: Fields) -> Fields:
    return {name: value for name, value in row.items() if value}


def _text_lines(text_id: str, language_iso: str, text: str) -> list[Fields]:
    """A header text in lines of 132; ``*`` opens a paragraph, blank continues it after a space,
    ``=`` continues it without one."""
    lines = []
    for paragraph in abap.clean(text).splitlines():
        for mark, line in _wrapped(paragraph.rstrip()):
            row = {
                "ITM_NUMBER": abap.write_item_number(0),
                "TEXT_ID": text_id,
                "LANGU_ISO": language_iso,
                "FORMAT_COL": mark,
                "TEXT_LINE": line,
            }
            lines.append(_filled(row))
    return lines


def _wrapped(paragraph: str) -> list[tuple[str, str]]:
    wrapped, mark = [], "*"
    while abap.abap_length(paragraph) > LINE_LENGTH:
        head = abap.cut(paragraph, LINE_LENGTH + 1)
        blank = head.rfind(" ")
        line = head[:blank] if blank > 0 else abap.cut(paragraph, LINE_LENGTH)
        wrapped.append((mark, line.rstrip()))
        mark = "" if blank > 0 else "="
        paragraph = paragraph[len(line) :].lstrip(" ")
    return [*wrapped, (mark, paragraph)]
