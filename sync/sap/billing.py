"""Billing documents: found by their reference, completed from VBRK if it may be read. Sheet 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from sync.errors import RemoteRejected
from sync.reading import Read, UnreadableRecord
from sync.sap import abap
from sync.sap.abap import not_readable
from sync.sap.bapi import SapSession
from sync.sap.billing_items import (
    BilledDocuments,
    BillingLines,
    Invoice,
    billed_documents,
    read_invoice,
)
from sync.sap.deliveries import search_deliveries
from sync.sap.functions import LIST_BILLING, READ_BILLING
from sync.sap.options import SapOptions
from sync.sap.orders import get_sales_orders
from sync.sap.records import SapBillingDocument
from sync.sap.returns import refuse_reading
from sync.sap.rows import (
    Row,
    first_date,
    flag,
    grouped,
    is_document_number,
    moment,
    needed_rows,
    number,
    required_amount,
    required_text,
    structure,
    text,
    text_or_blank,
)
from sync.sap.table_read import Table, rows_of_documents
from sync.sap.unreadable import BILLING, REFERENCE, kept_apart
from sync.told import told

HEADERS = Table(
    "VBRK",
    ("VBELN", "FKART", "VBTYP", "WAERK", "FKDAT", "ERDAT", "ERZET", "KUNRG", "KUNAG", "NETWR",
     "MWSBK"),
    unconfirmed=("FKSTO", "SFAKN", "FKTYP"),
)  # fmt: skip
LINES = Table(
    "VBRP",
    ("VBELN", "POSNR", "FKIMG", "VRKME", "NETWR", "VGBEL", "VGPOS", "AUBEL", "AUPOS", "MATNR"),
    unconfirmed=("MWSBP",),
)


INVOICE, DOWN_PAYMENT_REQUEST = "M", "M-P"  # of billing category P (sheet 13.12)


@dataclass(slots=True)
class Found:
    detail: Row = field(default_factory=dict)
    lines: list[Row] = field(default_factory=list)


def search_billing_documents(
    session: SapSession, *, reference_documents: Sequence[str]
) -> Read[SapBillingDocument]:
    """Each billing document of these deliveries and sales orders once, with all its lines.

    A collective document includes the lines of other orders. Without table access the search still
    works, but the billing date and creation time may be unknown.
    """
    references = [abap.alpha(number) for number in reference_documents if number.strip()]
    unreadable: list[UnreadableRecord] = []
    found: dict[str, Found] = {}
    for reference in dict.fromkeys(references):
        with kept_apart(unreadable, REFERENCE, reference):
            _merge(found, _listed(session, reference))
    headers = rows_of_documents(session, HEADERS, list(found), BILLING)
    by_number = {row["VBELN"]: row for row in headers.records}
    stored = rows_of_documents(session, LINES, list(by_number), BILLING)
    unreadable += headers.unreadable + stored.unreadable
    listed = {document: entry.lines for document, entry in found.items()}
    read_billed = partial(_read_billed, session, references, listed)
    lines = BillingLines(listed, grouped(stored.records, "VBELN"), read_billed)
    without_rows = {one.number for one in unreadable if one.kind == BILLING}
    documents: list[SapBillingDocument] = []
    for document in (one for one in found if one not in without_rows):
        with kept_apart(unreadable, BILLING, document, orders=lines.orders_of(document)):
            table = by_number.get(document, {})
            documents.append(_read(session, document, found[document], table, lines))
    return Read(tuple(documents), tuple(unreadable))


def _listed(session: SapSession, reference: str) -> dict[str, Found]:
    arguments = {"REFDOCRANGE": {"SIGN": "I", "OPTION": "EQ", "REF_DOC_LOW": reference}}
    answer = session.call(LIST_BILLING, arguments)
    refuse_reading(answer, LIST_BILLING, session.options, reference)
    found: dict[str, Found] = {}
    for row in needed_rows(answer, "SUCCESS"):
        entry = found.setdefault(_number_in(row, "BILL_DOC"), Found())
        if number(row, "BILL_DOC_ITEM"):
            entry.lines.append(row)
    for row in needed_rows(answer, "BILLINGDOCUMENTDETAIL"):
        found.setdefault(_number_in(row, "BILLINGDOC"), Found()).detail = row
    return found


def _number_in(row: Row, name: str) -> str:
    found = abap.alpha(required_text(row, name))
    if not is_document_number(found):
        raise not_readable(told("SAP's {name} is not a document number.", name=name))
    return found


def _merge(found: dict[str, Found], more: dict[str, Found]) -> None:
    for document, entry in more.items():
        known = found.setdefault(document, Found())
        known.lines += entry.lines
        known.detail = entry.detail or known.detail


def _read_billed(
    session: SapSession, references: Sequence[str], listed: Mapping[str, list[Row]]
) -> BilledDocuments:
    """The deliveries and orders that were billed. One that cannot be read is left out: its lack is
    reported where it is needed."""
    others = (
        abap.alpha(text_or_blank(row, "REF_DOC")) for found in listed.values() for row in found
    )
    numbers = list(dict.fromkeys([*references, *filter(None, others)]))
    return billed_documents(
        search_deliveries(session, delivery_numbers=numbers, with_parcels=False).records,
        get_sales_orders(session, numbers).records,
    )


def _read(
    session: SapSession, document: str, entry: Found, table: Row, lines: BillingLines
) -> SapBillingDocument:
    if not table and not entry.detail:
        entry.detail = _detail(session, document)
    currency = text(table, "WAERK") or text(entry.detail, "CURRENCY")
    payer = text(table, "KUNAG", "KUNRG")
    invoice = read_invoice(session, document, payer, lines, currency)
    return _document(document, entry, table, invoice, session)


def _detail(session: SapSession, document: str) -> Row:
    answer = session.call(READ_BILLING, {"BILLINGDOCUMENT": document})
    try:
        refuse_reading(answer, READ_BILLING, session.options, document)
    except RemoteRejected as exc:
        raise not_readable(
            told("SAP lists it, but does not show it. {message}", message=exc.message)
        ) from exc
    return structure(answer, "BILLINGDOCUMENTDETAIL")


def _document(
    document: str, entry: Found, table: Row, invoice: Invoice, session: SapSession
) -> SapBillingDocument:
    """VBRK where it could be read, otherwise the list's own detail and the web invoice."""
    head: Row = {**invoice.head, **{k: v for k, v in entry.detail.items() if v}}
    net_value, tax_value = _totals(entry, table)
    category = text(table, "VBTYP") or text(head, "SD_DOC_CAT")
    billing_type = text(table, "FKART") or text(head, "BILL_TYPE")
    if not category:
        raise not_readable(told("A billing document from SAP lacks its category."))
    if category == INVOICE and _is_down_payment_request(table, billing_type, session.options):
        category = DOWN_PAYMENT_REQUEST
    return SapBillingDocument(
        billing_document_number=document,
        billing_type=billing_type,
        category=category,
        currency=text(table, "WAERK") or text(head, "CURRENCY"),
        billing_date=first_date(table, "FKDAT") or first_date(head, "BILL_DATE"),
        created_at=moment(table, "ERDAT", "ERZET", session.options.zone),
        net_value=net_value,
        tax_value=tax_value,
        is_cancelled=flag(table, "FKSTO") or flag(head, "CANCELLED"),
        cancels=_document_number(text(table, "SFAKN")),
        payer=text(table, "KUNRG") or text(head, "PAYER"),
        sold_to=text(table, "KUNAG") or text(head, "SOLD_TO"),
        items=invoice.items,
    )


def _is_down_payment_request(table: Row, billing_type: str, options: SapOptions) -> bool:
    """By billing category where VBRK tells it, else by the billing types named in the options."""
    told = text(table, "FKTYP")
    return told == "P" if told else billing_type in options.down_payment_types


def _document_number(value: str) -> str:
    """A document number; zeros alone mean none."""
    return abap.alpha(value) if value.strip("0") else ""


def _totals(entry: Found, table: Row) -> tuple[Decimal, Decimal]:
    """Net and tax. The detail and SUCCESS are external amounts, VBRK is CURR and shifts (1.6)."""
    if entry.detail:
        return required_amount(entry.detail, "NET_VALUE"), required_amount(
            entry.detail, "TAX_VALUE"
        )
    if table:
        currency = text(table, "WAERK")
        net, tax = (required_amount(table, column) for column in ("NETWR", "MWSBK"))
        return abap.external_amount(net, currency), abap.external_amount(tax, currency)
    first: Row = next(iter(entry.lines), {})
    return required_amount(first, "NET_VALUE"), required_amount(first, "TAX_VALUE")
