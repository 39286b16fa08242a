"""Billing headers (VBRK) and lines (VBRP), where the RFC user may read the tables. Sheet 5, 6.1."""

from __future__ import annotations

from collections.abc import Sequence

from sync.sap.bapi import SapSession
from sync.sap.rows import chunks
from sync.sap.table_read import ColumnUnknown, TableForbidden, any_of, read_table

HEADER_COLUMNS = ("VBELN", "FKART", "VBTYP", "WAERK", "FKDAT", "ERDAT", "ERZET", "KUNRG", "KUNAG",
                  "NETWR", "MWSBK")  # fmt: skip
# Unconfirmed columns: read when the table has them.
CANCELLATION_COLUMNS = ("FKSTO", "SFAKN")
LINE_COLUMNS = ("VBELN", "POSNR", "FKIMG", "VRKME", "NETWR", "VGBEL", "VGPOS", "AUBEL", "AUPOS",
                "MATNR")  # fmt: skip
TAX_COLUMNS = ("MWSBP",)
DOCUMENTS_PER_READ = 50

TableRow = dict[str, str]


def header_rows(session: SapSession, documents: Sequence[str]) -> dict[str, TableRow]:
    """VBRK by document number; empty where the table may not be read."""
    read = _rows(session, "VBRK", documents, HEADER_COLUMNS, CANCELLATION_COLUMNS)
    return {row["VBELN"]: row for row in read}


def line_rows(session: SapSession, documents: Sequence[str]) -> dict[str, list[TableRow]]:
    """VBRP by document number, all lines of each; empty where the table may not be read."""
    found: dict[str, list[TableRow]] = {}
    for row in _rows(session, "VBRP", documents, LINE_COLUMNS, TAX_COLUMNS):
        found.setdefault(row["VBELN"], []).append(row)
    return found


def _rows(
    session: SapSession,
    table: str,
    documents: Sequence[str],
    columns: tuple[str, ...],
    unconfirmed: tuple[str, ...],
) -> list[TableRow]:
    if not session.options.reads_tables:
        return []
    found: list[TableRow] = []
    wanted = columns + unconfirmed
    try:
        for chunk in chunks(documents, DOCUMENTS_PER_READ):
            where = any_of("VBELN", chunk)
            try:
                read = read_table(session, table, wanted, where)
            except ColumnUnknown:
                wanted = columns
                read = read_table(session, table, wanted, where)
            found += read
    except (TableForbidden, ColumnUnknown):
        return []
    return found
