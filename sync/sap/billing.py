"""Billing documents: found by their reference, completed from VBRK if it may be read. Sheet 5."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sync.sap import abap
from sync.sap.bapi import SapSession
from sync.sap.billing_items import BillingLines, Invoice, read_invoices
from sync.sap.billing_tables import header_rows, line_rows
from sync.sap.orders import refuse_reading
from sync.sap.records import SapBillingDocument
from sync.sap.rows import Row, amount, number, required, rows, text

GETLIST = "BAPI_BILLINGDOC_GETLIST"
GETDETAIL = "BAPI_BILLINGDOC_GETDETAIL"


@dataclass(slots=True)
class Found:
    """What the list told about one billing document."""

    detail: Row = field(default_factory=dict)
    lines: list[Row] = field(default_factory=list)


def search_billing_documents(
    session: SapSession, *, reference_documents: Sequence[str]
) -> list[SapBillingDocument]:
    """Billing documents of these deliveries and sales orders, each once, with all its lines.

    A collective document shows the lines of other orders too. Works without table access; then
    the billing date and creation time may be unknown.
    """
    references = [abap.alpha(number) for number in reference_documents if number.strip()]
    found: dict[str, Found] = {}
    for reference in dict.fromkeys(references):
        _collect(session, reference, found)
    if not found:
        return []
    headers = header_rows(session, list(found))
    for document, entry in found.items():
        if document not in headers and not entry.detail:
            entry.detail = _detail(session, document)
    payers = {document: text(headers.get(document, {}), "KUNAG", "KUNRG") for document in found}
    lines = BillingLines(
        session,
        references,
        listed={document: entry.lines for document, entry in found.items()},
        stored=line_rows(session, list(headers)),
    )
    currencies = {
        document: text(headers.get(document, {}), "WAERK") or text(entry.detail, "CURRENCY")
        for document, entry in found.items()
    }
    invoices = read_invoices(session, payers, lines, currencies)
    return [
        _document(n, entry, headers.get(n, {}), invoices.get(n, Invoice()), session)
        for n, entry in found.items()
    ]


def _collect(session: SapSession, reference: str, found: dict[str, Found]) -> None:
    arguments = {"REFDOCRANGE": {"SIGN": "I", "OPTION": "EQ", "REF_DOC_LOW": reference}}
    answer = session.call(GETLIST, arguments)
    refuse_reading(session, answer, GETLIST, reference)
    for row in rows(answer, "SUCCESS"):
        entry = found.setdefault(abap.alpha(required(row, "BILL_DOC")), Found())
        if number(row, "BILL_DOC_ITEM"):
            entry.lines.append(row)
    for row in rows(answer, "BILLINGDOCUMENTDETAIL"):
        found.setdefault(abap.alpha(required(row, "BILLINGDOC")), Found()).detail = row


def _detail(session: SapSession, document: str) -> Row:
    answer = session.call(GETDETAIL, {"BILLINGDOCUMENT": document})
    refuse_reading(session, answer, GETDETAIL, document)
    detail: Row = answer.get("BILLINGDOCUMENTDETAIL") or {}
    return detail


# ---- assembling --------------------------------------------------------------------------------
def _document(
    document: str, entry: Found, table: Row, invoice: Invoice, session: SapSession
) -> SapBillingDocument:
    """VBRK where it was read, else the list's own detail and the web invoice."""
    head: Row = {**invoice.head, **{k: v for k, v in entry.detail.items() if v}}
    net_value, tax_value = _totals(entry, table)
    return SapBillingDocument(
        billing_document_number=document,
        billing_type=text(table, "FKART") or text(head, "BILL_TYPE"),
        category=text(table, "VBTYP") or text(head, "SD_DOC_CAT"),
        currency=text(table, "WAERK") or text(head, "CURRENCY"),
        billing_date=abap.read_date(text(table, "FKDAT") or text(head, "BILL_DATE")),
        created_at=abap.read_moment(
            text(table, "ERDAT"), text(table, "ERZET"), session.options.zone
        ),
        net_value=net_value,
        tax_value=tax_value,
        is_cancelled=bool(text(table, "FKSTO") or text(head, "CANCELLED")),
        cancels=_document_number(text(table, "SFAKN")),
        payer=text(table, "KUNRG") or text(head, "PAYER"),
        sold_to=text(table, "KUNAG") or text(head, "SOLD_TO"),
        items=invoice.items,
    )


def _document_number(value: str) -> str:
    """A document number; zeros alone mean none."""
    return abap.alpha(value) if value.strip("0") else ""


def _totals(entry: Found, table: Row) -> tuple[Decimal, Decimal]:
    """Net and tax. The detail and SUCCESS are external amounts, VBRK is CURR and shifts (1.6)."""
    if entry.detail:
        return amount(entry.detail, "NET_VALUE"), amount(entry.detail, "TAX_VALUE")
    if table:
        currency = text(table, "WAERK")
        net, tax = (abap.read_packed(table[column]) for column in ("NETWR", "MWSBK"))
        return abap.external_amount(net, currency), abap.external_amount(tax, currency)
    first: Row = next(iter(entry.lines), {})
    return amount(first, "NET_VALUE"), amount(first, "TAX_VALUE")
