"""CSV and XLSX, written row by row: memory stays flat, and no text becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime, tzinfo
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from sync.tables.exports import Cell

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
LONGEST_TEXT = 32_767  # characters that a cell of a spreadsheet may hold
FORMATS = {datetime: "yyyy-mm-dd hh:mm", date: "yyyy-mm-dd"}
Rows = Iterable[list[Cell]]


def csv_lines(headings: list[str], rows: Rows, zone: tzinfo) -> Iterator[bytes]:
    """Begins with the mark by which spreadsheets know UTF-8."""
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
    line = io.StringIO()
    writer = csv.writer(line)
    yield _written(writer, line, headings)
    for cells in rows:
        yield _written(writer, line, [_plain(cell, zone) for cell in cells])


def _written(writer: Any, line: io.StringIO, texts: list[str]) -> bytes:
    line.seek(0)
    line.truncate()
    writer.writerow(texts)
    return line.getvalue().encode("utf-8", "replace")


def _plain(cell: Cell, zone: tzinfo) -> str:
    if isinstance(cell, datetime):
        return f"{cell.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if cell is None:
        return ""
    written = str(cell)
    is_text = isinstance(cell, str)
    return f"'{written}" if is_text and written.startswith(STARTS_A_FORMULA) else written


def xlsx_file(sheets: dict[str, tuple[list[str], Rows]], zone: tzinfo) -> IO[bytes]:
    """A temporary file, at its beginning; the sheets are read one after the other."""
    book = Workbook(write_only=True)
    for title, (headings, rows) in sheets.items():
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for at, heading in enumerate(headings):
            sheet.column_dimensions[chr(ord("A") + at)].width = max(12, len(heading) + 2)
        sheet.append([_bold(sheet, heading) for heading in headings])
        for cells in rows:
            sheet.append([_typed(sheet, cell, zone) for cell in cells])
    file = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    book.save(file)
    file.seek(0)
    return file


def _bold(sheet: Any, heading: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, heading)
    cell.font = Font(bold=True)
    return cell


def _typed(sheet: Any, value: Cell, zone: tzinfo) -> WriteOnlyCell | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        value = value.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
    if isinstance(value, str):
        return _text(sheet, value)
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, Decimal):
        places = max(0, -int(value.as_tuple().exponent))
        cell.number_format = f"#,##0.{'0' * places}" if places else "#,##0"
    elif isinstance(value, date):
        cell.number_format = FORMATS[type(value)]
    return cell


def _text(sheet: Any, value: str) -> WriteOnlyCell:
    """A text, even where it looks like a formula or a number."""
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_TEXT])
    cell.data_type = "s"
    return cell
