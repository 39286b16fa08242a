"""Reading rows through RFC_READ_TABLE or a copy of it, where the site allows it. Sheet 6.1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sync.reading import Read
from sync.sap.abap import not_readable, readable
from sync.sap.bapi import SapSession
from sync.sap.refusals import SapException, SapFieldMissing, SapNotAuthorized, Unattributed
from sync.sap.rows import chunks, number, rows, text
from sync.sap.unreadable import read_in_halves
from sync.told import told

LINE_LENGTH = 71
VALUES_PER_READ = 50
PROBE_NUMBER = "0000000001"  # a document no system has
# A misspelt column raises TABLE_WITHOUT_DATA, which only looks like "empty".
UNKNOWN_COLUMN = {"TABLE_WITHOUT_DATA", "FIELD_NOT_VALID", "OPTION_NOT_VALID"}
FORBIDDEN = {"NOT_AUTHORIZED", "TABLE_NOT_AVAILABLE"}

TableRow = dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """``unconfirmed`` columns are read only where the table has them."""

    name: str
    columns: tuple[str, ...]
    unconfirmed: tuple[str, ...] = ()


class TableForbidden(Exception):
    """The RFC user may not read the table, or the site does not allow table reads at all."""


class ColumnUnknown(Exception):
    """The table lacks some of the columns asked for."""


def any_of(column: str, values: Sequence[str]) -> list[str]:
    """A WHERE clause in lines that fit, no token crossing a line end; quotes are doubled."""
    literals = ["'" + value.replace("'", "''") + "'" for value in values]
    lines = [f"{'OR ' if n else ''}{column} = {literal}" for n, literal in enumerate(literals)]
    if any(len(line) > LINE_LENGTH for line in lines):
        raise not_readable(told("A value is too long to look up in a table."))
    return lines


def read_table(
    session: SapSession, table: str, columns: Sequence[str], where: Sequence[str]
) -> list[TableRow]:
    """Rows as text by column; raises TableForbidden or ColumnUnknown, which the caller handles.

    Together the columns may not be wider than 512 characters.
    """
    arguments: dict[str, Any] = {
        "QUERY_TABLE": table,
        "DELIMITER": "|",
        "OPTIONS": [{"TEXT": line} for line in where],
        "FIELDS": [{"FIELDNAME": column} for column in columns],
    }
    try:
        answer = session.call(session.options.table_reader, arguments)
    except SapException as exc:
        if exc.key in UNKNOWN_COLUMN:
            raise ColumnUnknown(table) from exc
        if exc.key in FORBIDDEN:
            raise TableForbidden(table) from exc
        raise
    except SapFieldMissing as exc:
        raise TableForbidden(table) from exc
    except SapNotAuthorized as exc:
        # SAP refused it before running it, which ends the session; reads may use a new one.
        session.renew()
        raise TableForbidden(table) from exc
    return _split(answer)


def rows_of_documents(
    session: SapSession, table: Table, documents: Sequence[str], kind: str
) -> Read[TableRow]:
    """By VBELN; empty where the table may not be read."""
    found = Read[TableRow]()
    if not session.options.reads_tables:
        return found
    try:
        for chunk in chunks(documents, VALUES_PER_READ):
            try:
                columns = table.columns + table.unconfirmed
                found += read_in_halves(chunk, partial(_read, session, table.name, columns), kind)
            except ColumnUnknown:
                read = partial(_read, session, table.name, table.columns)
                found += read_in_halves(chunk, read, kind)
    except (TableForbidden, ColumnUnknown):
        return Read((), found.unreadable)
    return found


def _read(
    session: SapSession, table: str, columns: tuple[str, ...], documents: Sequence[str]
) -> Read[TableRow]:
    """One call; raises for a row of a document nobody asked for."""
    read = read_table(session, table, columns, any_of("VBELN", documents))
    for row in read:
        if row.get("VBELN") not in documents or not set(columns) <= set(row):
            raise Unattributed(told("A row of SAP's {table} names no document.", table=table))
    return Read(tuple(read))


def may_read_tables(session: SapSession) -> bool:
    if not session.options.reads_tables:
        return False
    try:
        read_table(session, "VBAK", ["VBELN"], any_of("VBELN", [PROBE_NUMBER]))
    except (TableForbidden, ColumnUnknown):
        return False
    return True


def _split(answer: dict[str, Any]) -> list[TableRow]:
    """Cut by OFFSET and LENGTH: the delimiter may occur in the data, and pyrfc strips the right."""
    places = [
        (text(row, "FIELDNAME"), number(row, "OFFSET"), number(row, "LENGTH"))
        for row in rows(answer, "FIELDS")
    ]
    lines = [row.get("WA") for row in rows(answer, "DATA")]
    if not all(isinstance(line, str) for line in lines):
        raise Unattributed(told("A row SAP read from a table is no text."))
    texts = [readable(str(line)) for line in lines]
    return [
        {name: line[start : start + length].strip() for name, start, length in places}
        for line in texts
    ]
