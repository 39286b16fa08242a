"""RFC_READ_TABLE with its real habits (SAP sheet 6.1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from . import dictionary
from .calls import Call, abap_raise
from .dictionary import PACKED_TYPES, Field, Structure
from .messages import Message
from .tables import READERS
from .values import Row
from .where_clause import InvalidClause, compile_where

WIDTH = 512
_TYPES = {"NUMC": "N", "DATS": "D", "TIMS": "T", "INT4": "I", "FLTP": "F", "RAW": "X"}


def read_table(call: Call) -> dict[str, Any]:
    """Rows as text of at most 512 characters, columns by OFFSET and LENGTH."""
    name = call["QUERY_TABLE"]
    if name not in READERS:
        raise abap_raise("TABLE_NOT_AVAILABLE", Message("E", "DA", "131", (name,)))
    structure = dictionary.structure(name, call.system.release)
    columns = _columns(structure, [row["FIELDNAME"] for row in call["FIELDS"]])
    delimiter = call["DELIMITER"]
    described = _described(columns, len(delimiter))
    end = int(described[-1]["OFFSET"]) + int(described[-1]["LENGTH"])
    unlimited = call["USE_ET_DATA_4_RETURN"] == "X"
    if end > WIDTH and not unlimited:
        raise abap_raise("DATA_BUFFER_EXCEEDED", Message("E", "AD", "559", (name, str(WIDTH))))
    if call["NO_DATA"] == "X":
        return {"FIELDS": described, "DATA": []}
    lines = [
        delimiter.join(_output(column, row[column.name]) for column in columns)
        for row in _rows(call, name, structure)
    ]
    result: dict[str, Any] = {"FIELDS": described, "DATA": []}
    if unlimited:
        result["ET_DATA"] = [{"LINE": line} for line in lines]
    else:
        result["DATA"] = [{"WA": line} for line in lines]
    return result


def _columns(structure: Structure, names: list[str]) -> list[Field]:
    if not names:
        return list(structure.fields)
    if any(name not in structure.by_name for name in names):
        raise abap_raise("TABLE_WITHOUT_DATA")  # a misspelt column looks like an empty table
    return [structure.by_name[name] for name in names]


def _rows(call: Call, name: str, structure: Structure) -> list[Row]:
    try:
        clause = compile_where([row["TEXT"] for row in call["OPTIONS"]], structure)
    except InvalidClause as error:
        raise abap_raise(
            "OPTION_NOT_VALID", Message("E", "SY", "002", (str(error)[:50],))
        ) from None
    rows = [
        row
        for values in READERS[name](call.system, clause.keys)
        if clause.test(row := Row(structure, {"MANDT": call.session.client, **values}))
    ]
    if call["GET_SORTED"] == "X":
        rows.sort(key=lambda row: tuple(str(row[f.name]) for f in structure.fields[:6]))
    first = max(0, call["ROWSKIPS"])
    count = call["ROWCOUNT"]
    return rows[first : first + count] if count > 0 else rows[first:]


def _described(columns: list[Field], gap: int) -> list[dict[str, Any]]:
    described, offset = [], 0
    for column in columns:
        width = _width(column)
        described.append(
            {
                "FIELDNAME": column.name,
                "OFFSET": f"{offset:06d}",
                "LENGTH": f"{width:06d}",
                "TYPE": _type(column),
                "FIELDTEXT": column.text[:60],
            }
        )
        offset += width + gap
    return described


def _type(column: Field) -> str:
    return "P" if column.abap_type in PACKED_TYPES else _TYPES.get(column.abap_type, "C")


def _width(column: Field) -> int:
    if column.abap_type in PACKED_TYPES:
        return column.length + 1 + (1 if column.decimals else 0)
    return {"INT4": 11, "FLTP": 22, "RAW": column.length * 2}.get(column.abap_type, column.length)


def _output(column: Field, value: Any) -> str:
    width = _width(column)
    if column.abap_type in PACKED_TYPES:
        number = Decimal(value)
        sign = "-" if number < 0 else " "
        return f"{abs(number):.{column.decimals}f}{sign}".rjust(width)
    if column.abap_type in ("INT4", "FLTP"):
        return str(value).rjust(width)
    return str(value)[:width].ljust(width)
