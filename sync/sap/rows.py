"""Reading the fields of SAP's rows; a field we rely on and do not find is an UnexpectedRecord."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sync.errors import UnexpectedRecord
from sync.sap import abap

Row = Mapping[str, Any]


def rows(answer: Row, parameter: str) -> list[Row]:
    """The rows of a table; a table the system does not have is empty."""
    value = answer.get(parameter)
    if value is None:
        return []
    if not isinstance(value, list):
        raise UnexpectedRecord(f"SAP's {parameter} is not a table.", system="sap")
    return value


def required(row: Row, name: str) -> str:
    """A text field that must be there and filled."""
    found = text(row, name)
    if not found:
        raise UnexpectedRecord(f"A row from SAP lacks {name}.", system="sap")
    return found


def text(row: Row, *names: str) -> str:
    """The first filled text among the names; blank when none is."""
    for name in names:
        found = str(row.get(name) or "").strip()
        if found:
            return found
    return ""


def number(row: Row, *names: str) -> int:
    """The first NUMC field there is, as a number; 0 when blank or missing."""
    return abap.read_numc(text(row, *names))


def amount(row: Row, *names: str) -> Decimal:
    """The first packed field there is; 0 when missing."""
    for name in names:
        if row.get(name) is not None:
            return abap.read_packed(row[name])
    return Decimal(0)


def material(row: Row, *names: str, pads: bool) -> str:
    """A material in the form we send it: without padding, where the system pads."""
    found = text(row, *names)
    return abap.without_alpha(found) if pads and found else found


def grouped(found: Sequence[Row], name: str) -> dict[str, list[Row]]:
    """Rows by a key field."""
    groups: dict[str, list[Row]] = {}
    for row in found:
        groups.setdefault(text(row, name), []).append(row)
    return groups


def chunks(values: Sequence[str], size: int) -> Iterator[list[str]]:
    """Distinct values in pieces of at most ``size``, in their order."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]
