"""Billing headers (VBRK) and lines (VBRP), where the RFC user may read the tables. Sheet 5, 6.1."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sync.sap.bapi import SapSession
from sync.sap.records import UnreadableDocument
from sync.sap.rows import Unattributed, chunks
from sync.sap.table_read import ColumnUnknown, TableForbidden, any_of, read_table
from sync.sap.unreadable import BILLING, read_in_halves

HEADER_COLUMNS = ("VBELN", "FKART", "VBTYP", "WAERK", "FKDAT", "ERDAT", "ERZET", "KUNRG", "KUNAG",
                  "NETWR", "MWSBK")  # fmt: skip
# Unconfirmed columns: read when the table has them.
CANCELLATION_COLUMNS = ("FKSTO", "SFAKN")
LINE_COLUMNS = ("VBELN", "POSNR", "FKIMG", "VRKME", "NETWR", "VGBEL", "VGPOS", "AUBEL", "AUPOS",
                "MATNR")  # fmt: skip
TAX_COLUMNS = ("MWSBP",)
DOCUMENTS_PER_READ = 50

TableRow = dict[str, str]


def header_rows(
    session: SapSession,
    documents: Sequence[str],
    unreadable: list[UnreadableDocument] | None = None,
) -> dict[str, TableRow]:
    """VBRK by document number; empty where the table may not be read."""
    read = _rows(session, "VBRK", documents, (HEADER_COLUMNS, CANCELLATION_COLUMNS), unreadable)
    return {row["VBELN"]: row for row in read}


def line_rows(
    session: SapSession,
    documents: Sequence[str],
    unreadable: list[UnreadableDocument] | None = None,
) -> dict[str, list[TableRow]]:
    """VBRP by document number, all lines of each; empty where the table may not be read."""
    found: dict[str, list[TableRow]] = {}
    for row in _rows(session, "VBRP", documents, (LINE_COLUMNS, TAX_COLUMNS), unreadable):
        found.setdefault(row["VBELN"], []).append(row)
    return found


def _rows(
    session: SapSession,
    table: str,
    documents: Sequence[str],
    columns: tuple[tuple[str, ...], tuple[str, ...]],
    unreadable: list[UnreadableDocument] | None,
) -> list[TableRow]:
    """All rows of these documents; ``columns`` are those every table has, and unconfirmed ones."""
    if not session.options.reads_tables:
        return []
    certain, unconfirmed = columns
    found: list[TableRow] = []
    try:
        for chunk in chunks(documents, DOCUMENTS_PER_READ):
            wanted = certain + unconfirmed
            try:
                read = partial(_read, session, table, wanted)
                found += read_in_halves(chunk, read, unreadable, BILLING)
            except ColumnUnknown:
                read = partial(_read, session, table, certain)
                found += read_in_halves(chunk, read, unreadable, BILLING)
    except (TableForbidden, ColumnUnknown):
        return []
    return found


def _read(
    session: SapSession, table: str, columns: tuple[str, ...], documents: Sequence[str]
) -> list[TableRow]:
    """One call; each row must be of a document that was asked for."""
    read = read_table(session, table, columns, any_of("VBELN", documents))
    for row in read:
        if row.get("VBELN") not in documents or not set(columns) <= set(row):
            raise Unattributed(f"A row of SAP's {table} names no document.", system="sap")
    return read
