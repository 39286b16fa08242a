"""SAP's answers about sales orders as records. Pure; SAP sheet 2.3."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sync.causes.sap import SapCause
from sync.errors import UnexpectedRecord
from sync.reading import Read, UnreadableRecord
from sync.sap import abap, hindrances
from sync.sap.abap import not_readable
from sync.sap.options import SapOptions
from sync.sap.records import (
    SapAddress,
    SapCondition,
    SapDocumentFlow,
    SapOrderHeader,
    SapPartner,
    SapSalesOrder,
    SapSalesOrderItem,
)
from sync.sap.reference import normal_reference
from sync.sap.rows import (
    Row,
    amount,
    document_numbers,
    first_date,
    grouped,
    is_document_number,
    material,
    moment,
    needed_rows,
    number,
    only_row,
    present_number,
    present_text,
    require_distinct,
    required_amount,
    required_number,
    required_text,
    rows,
    rows_by_document,
    status,
    text,
    text_or_blank,
)
from sync.sap.unreadable import ORDER, kept_apart
from sync.told import told

FIXED_AMOUNT, PERCENTAGE = "B", "A"
TAX = "D"  # class of condition


def parse_order_headers(answer: Row, reference: str, *, field_length: int) -> list[SapOrderHeader]:
    """The orders with exactly this reference, each once.

    ``field_length`` is how much the system could compare: 35 characters, or 20 on old systems.
    Raises UnexpectedRecord for an order without a reference: it may be the one we look for.
    """
    found: dict[str, SapOrderHeader] = {}
    for row in needed_rows(answer, "SALES_ORDERS"):
        long, short = _reference(row, "PURCH_NO_C"), _reference(row, "PURCH_NO")
        is_short = not long and short == reference[:20]
        is_half = is_short and field_length > 20 and len(reference) > 20
        if is_half or not (long or short) or abap.UNREADABLE in long + short:
            raise UnexpectedRecord(
                told("SAP's list of orders has one without its customer reference."),
                cause=SapCause.UNREADABLE,
                detail="look-up",
            )
        if long != reference and not is_short:
            continue
        document = _document_number(row)
        found.setdefault(document, SapOrderHeader(document, long or short, _created(row)))
    return list(found.values())


def parse_all_order_headers(answer: Row) -> Read[SapOrderHeader]:
    """Each order of a list by date once, although SAP lists items."""
    found: dict[str, SapOrderHeader] = {}
    unreadable: list[UnreadableRecord] = []
    for row in needed_rows(answer, "SALES_ORDERS"):
        with kept_apart(unreadable, ORDER, text_or_blank(row, "SD_DOC")):
            document = _document_number(row)
            reference = _reference(row, "PURCH_NO_C", "PURCH_NO")
            found.setdefault(document, SapOrderHeader(document, reference, _created(row)))
    return Read(tuple(found.values()), tuple(unreadable))


def _reference(row: Row, *names: str) -> str:
    """Normalised for comparison: a person may have typed it differently."""
    return normal_reference(text(row, *names))


def _document_number(row: Row) -> str:
    document = abap.alpha(required_text(row, "SD_DOC"))
    if not is_document_number(document):
        raise not_readable(told("SAP's SD_DOC is not a document number."))
    return document


def _created(row: Row) -> date | None:
    return first_date(row, "CREATION_DATE", "DOC_DATE")


def parse_sales_orders(answer: Row, options: SapOptions) -> Read[SapSalesOrder]:
    """Raises ``Unattributed`` where a row does not say which order it belongs to."""
    headers = needed_rows(answer, "ORDER_HEADERS_OUT")
    numbers = document_numbers(headers, "DOC_NUMBER")
    tables = {
        name: rows_by_document(rows(answer, name), key, numbers)
        for name, key in (
            ("ORDER_ITEMS_OUT", "DOC_NUMBER"),
            ("ORDER_SCHEDULES_OUT", "DOC_NUMBER"),
            ("ORDER_STATUSHEADERS_OUT", "SD_DOC"),
            ("ORDER_CONDITIONS_OUT", "SD_DOC"),
        )
    }
    # Their content is also found elsewhere, or decides nothing.
    for name in ("ORDER_BUSINESS_OUT", "ORDER_PARTNERS_OUT", "ORDER_FLOWS_OUT"):
        tables[name] = grouped(rows(answer, name), "SD_DOC")
    tables["ORDER_ADDRESS_OUT"] = grouped(rows(answer, "ORDER_ADDRESS_OUT"), "DOC_NUMBER")
    own = rows_by_document(headers, "DOC_NUMBER", numbers)
    found: list[SapSalesOrder] = []
    unreadable: list[UnreadableRecord] = []
    for document in numbers:
        with kept_apart(unreadable, ORDER, document, orders=(document,)):
            header = only_row(own[document], told("the order"))
            parts = {name: table.get(document, []) for name, table in tables.items()}
            found.append(_sales_order(header, parts, options))
    return Read(tuple(found), tuple(unreadable))


def _sales_order(header: Row, tables: dict[str, list[Row]], options: SapOptions) -> SapSalesOrder:
    progress = only_row(tables["ORDER_STATUSHEADERS_OUT"], told("the order's status"))
    statuses = {name: text(progress, name) for name in hindrances.FIELDS}
    return SapSalesOrder(
        sap_sales_order_number=required_text(header, "DOC_NUMBER"),
        customer_reference=_customer_reference(header, tables["ORDER_BUSINESS_OUT"]),
        order_type=text(header, "DOC_TYPE"),
        sales_organization=text(header, "SALES_ORG"),
        sold_to=_sold_to(header, tables["ORDER_PARTNERS_OUT"], options),
        currency=text(header, "CURRENCY"),
        net_value=required_amount(header, "NET_VAL_HD"),
        created_date=first_date(header, "REC_DATE"),
        delivery_status=status("DLV_STAT_H", progress),
        billing_status=status("BILLINGSTA", progress),
        overall_status=status("PRC_STAT_H", progress),
        rejection_status=status("OVERALLREJ", progress),
        items=_items(tables["ORDER_ITEMS_OUT"], tables["ORDER_SCHEDULES_OUT"], options),
        conditions=active_conditions(tables["ORDER_CONDITIONS_OUT"]),
        statistical_conditions=statistical_conditions(tables["ORDER_CONDITIONS_OUT"]),
        flow=tuple(_flow(row, options) for row in tables["ORDER_FLOWS_OUT"]),
        is_incomplete=hindrances.is_incomplete(statuses),
        incomplete_for=hindrances.incomplete_for(statuses),
        blocks=hindrances.blocks(statuses, options.blocked_statuses),
        partners=_partners(tables["ORDER_PARTNERS_OUT"], tables["ORDER_ADDRESS_OUT"]),
        category=text(header, "SD_DOC_CAT", "SD_DOC_CAT_LONG"),
        distribution_channel=text(header, "DISTR_CHAN"),
        division=text(header, "DIVISION"),
    )


def _partners(partners: list[Row], addresses: list[Row]) -> tuple[SapPartner, ...]:
    own = {text(row, "ADDRESS"): _address(row) for row in addresses}
    return tuple(
        SapPartner(text(row, "PARTN_ROLE"), text(row, "CUSTOMER"), own.get(text(row, "ADDRESS")))
        for row in partners
        if number(row, "ITM_NUMBER") == 0
    )


def _address(row: Row) -> SapAddress:
    return SapAddress(
        name=text(row, "NAME"),
        name_2=text(row, "NAME_2"),
        street=text(row, "STREET"),
        postal_code=text(row, "POSTL_CODE"),
        city=text(row, "CITY"),
        region=text(row, "REGION"),
        country_iso=text(row, "COUNTRYISO") or text(row, "COUNTRY"),
        telephone=text(row, "TELEPHONE"),
        email=text(row, "E_MAIL"),
        language_iso=text(row, "LANGU_ISO"),
    )


def _customer_reference(header: Row, business: list[Row]) -> str:
    """All 35 characters are in the business data of item 0; the header holds only 20."""
    for row in business:
        if number(row, "ITM_NUMBER") == 0 and text(row, "PURCH_NO_C"):
            return _reference(row, "PURCH_NO_C")
    return _reference(header, "PURCH_NO")


def _sold_to(header: Row, partners: list[Row], options: SapOptions) -> str:
    for row in partners:
        if text(row, "PARTN_ROLE") == options.sold_to_role and number(row, "ITM_NUMBER") == 0:
            return text(row, "CUSTOMER")
    return text(header, "SOLD_TO")


def _items(
    items: list[Row], schedules: list[Row], options: SapOptions
) -> tuple[SapSalesOrderItem, ...]:
    requested: dict[int, Decimal] = {}
    for row in schedules:
        line = number(row, "ITM_NUMBER")
        requested[line] = requested.get(line, Decimal(0)) + amount(row, "REQ_QTY")
    require_distinct([number(row, "ITM_NUMBER") for row in items], "ITM_NUMBER")
    return tuple(_item(row, requested, options) for row in items)


def _item(row: Row, requested: dict[int, Decimal], options: SapOptions) -> SapSalesOrderItem:
    line = required_number(row, "ITM_NUMBER")
    return SapSalesOrderItem(
        item_number=line,
        material=material(row, "MATERIAL_LONG", "MATERIAL", pads=options.pads_numeric_materials),
        short_text=text(row, "SHORT_TEXT"),
        quantity=required_amount(row, "REQ_QTY") or requested.get(line, Decimal(0)),
        unit=text(row, "SALES_UNIT"),
        net_value=amount(row, "NET_VALUE"),
        customer_item_number=_customer_item(text(row, "PO_ITM_NO")),
        rejection_reason=present_text(row, "REA_FOR_RE"),
        higher_level_item_number=number(row, "HG_LV_ITEM"),
        billing_relevance=text(row, "REL_FOR_BI") if "REL_FOR_BI" in row else None,
        is_third_party=text(row, "ITEM_CATEG") in options.third_party_categories,
        item_category=text(row, "ITEM_CATEG"),
        is_delivered=bool(text(row, "REL_FOR_DE")) if "REL_FOR_DE" in row else None,
    )


def _customer_item(value: str) -> str:
    return abap.without_alpha(value) if value.strip("0") else ""


def active_conditions(found: list[Row]) -> tuple[SapCondition, ...]:
    """The price elements that count: inactive ones were overruled by others, statistical ones only
    inform (sheet 13.20)."""
    counting = (row for row in found if not text(row, "CONDISACTI") and not text(row, "STAT_CON"))
    return tuple(_condition(row) for row in counting)


def statistical_conditions(found: list[Row]) -> tuple[SapCondition, ...]:
    """Price elements that only inform: a gift card may be one of them."""
    told = (row for row in found if text(row, "STAT_CON") and not text(row, "CONDISACTI"))
    return tuple(_condition(row) for row in told)


def _condition(row: Row) -> SapCondition:
    """The value of a percentage is left raw (sheet 1.6: stored x10)."""
    kind = text(row, "CALCTYPCON")
    return SapCondition(
        item_number=present_number(row, "ITM_NUMBER"),
        condition_type=text(row, "COND_TYPE"),
        value=amount(row, "COND_VALUE"),
        currency=text(row, "CURRENCY"),
        per=int(amount(row, "COND_P_UNT")) or 1,
        unit=text(row, "COND_D_UNT", "COND_UNIT"),
        is_fixed_amount=kind == FIXED_AMOUNT,
        is_percentage=kind == PERCENTAGE,
        amount=amount(row, "CONDVALUE") if row.get("CONDVALUE") is not None else None,
        is_tax=text(row, "CONDCLASS") == TAX,
    )


def _flow(row: Row, options: SapOptions) -> SapDocumentFlow:
    return SapDocumentFlow(
        preceding_document=text(row, "PRECSDDOC"),
        preceding_item=number(row, "PREDITDOC"),
        subsequent_document=text(row, "SUBSSDDOC"),
        subsequent_item=number(row, "SUBSITDOC"),
        category=text(row, "DOCCATEGOR_LONG", "DOCCATEGOR"),
        quantity=amount(row, "REF_QTY"),
        created_at=moment(row, "CREAT_DATE", "REC_TIME", options.zone),
    )
