"""Reading the fields of SAP's rows; a field we rely on and do not find is an UnexpectedRecord.

pyrfc gives every field of a row, filled or initial. So a value that is missing, or is not of its
type, makes the record unreadable: it is refused with the field's name, and never taken for a blank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sync.errors import UnexpectedRecord
from sync.sap import abap
from sync.sap.abap import not_readable
from sync.sap.refusals import Unattributed
from sync.told import told

Row = Mapping[str, Any]
Value = TypeVar("Value")
STATUSES = {"", "A", "B", "C"}


def rows(answer: Row, parameter: str) -> list[Row]:
    """Empty for a table the system does not have."""
    value = answer.get(parameter)
    if value is None:
        return []
    if not isinstance(value, list):
        raise not_readable(told("SAP's {parameter} is not a table.", parameter=parameter))
    if not all(isinstance(row, Mapping) for row in value):
        raise Unattributed(told("A row of SAP's {parameter} is none.", parameter=parameter))
    return value


def needed_rows(answer: Row, parameter: str) -> list[Row]:
    """Raises for a table the system does not have."""
    if answer.get(parameter) is None:
        raise not_readable(told("SAP's answer lacks {parameter}.", parameter=parameter))
    return rows(answer, parameter)


def structure(answer: Row, parameter: str) -> Row:
    """Empty for a structure the system does not have."""
    value = answer.get(parameter) or {}
    if not isinstance(value, Mapping):
        raise not_readable(told("SAP's {parameter} is not a structure.", parameter=parameter))
    return value


def required_text(row: Row, name: str) -> str:
    found = text(row, name)
    if not found:
        raise not_readable(told("A row from SAP lacks {name}.", name=name))
    return found


def present_text(row: Row, name: str) -> str:
    """Must be there, but may be blank."""
    if row.get(name) is None:
        raise not_readable(told("A row from SAP lacks {name}.", name=name))
    return text(row, name)


def text(row: Row, *names: str) -> str:
    """The first of these fields that is filled; blank when none is."""
    for name in names:
        value = row.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int | None):
            raise not_readable(told("SAP's {name} is not a text.", name=name))
        found = "" if value is None else abap.readable(str(value)).strip()
        if found and value != 0:
            return found
    return ""


def text_or_blank(row: Row, name: str) -> str:
    """For finding an unreadable record again; blank where it is no text or too long."""
    value = row.get(name)
    found = text(row, name) if isinstance(value, str) else ""
    return found if len(found) <= 10 else ""


def status(name: str, *owners: Row) -> str:
    """Blank, A, B or C, from the first row that has it filled."""
    if all(row.get(name) is None for row in owners):
        raise not_readable(told("A row from SAP lacks {name}.", name=name))
    found = next(filter(None, (text(row, name) for row in owners)), "")
    if found not in STATUSES:
        raise not_readable(told("SAP's {name} is a status the portal does not know.", name=name))
    return found


def flag(row: Row, name: str) -> bool:
    found = text(row, name)
    if found not in {"", "X"}:
        raise not_readable(told("SAP's {name} is neither set nor blank.", name=name))
    return bool(found)


def number(row: Row, *names: str) -> int:
    """The first of these NUMC fields that is there; 0 when blank or missing."""
    return _read(abap.read_numc, text(row, *names), names[0])


def present_number(row: Row, name: str) -> int:
    return _read(abap.read_numc, present_text(row, name), name)


def required_number(row: Row, name: str) -> int:
    """Must not be 0."""
    found = number(row, name)
    if not found:
        raise not_readable(told("A row from SAP lacks {name}.", name=name))
    return found


def amount(row: Row, *names: str) -> Decimal:
    """The first of these packed fields that is there; 0 when none is."""
    for name in names:
        if row.get(name) is not None:
            return _read(abap.read_packed, row[name], name)
    return Decimal(0)


def required_amount(row: Row, name: str) -> Decimal:
    if row.get(name) in (None, ""):
        raise not_readable(told("A row from SAP lacks {name}.", name=name))
    return amount(row, name)


def required_quantity(row: Row, name: str) -> Decimal:
    """Refuses a quantity below 0: SAP delivers and bills none."""
    found = required_amount(row, name)
    if found < 0:
        raise not_readable(told("SAP's {name} is a quantity below 0.", name=name))
    return found


def first_date(row: Row, *names: str) -> date | None:
    return _read(abap.read_date, text(row, *names), names[0])


def moment(row: Row, day_name: str, clock_name: str, zone: ZoneInfo) -> datetime | None:
    clock = text(row, clock_name)
    return _read(lambda found: abap.read_moment(found, clock, zone), text(row, day_name), day_name)


def material(row: Row, *names: str, pads: bool) -> str:
    """In the form we send it: without padding, where the system pads."""
    found = text(row, *names)
    return abap.without_alpha(found) if pads and found else found


def grouped(found: Sequence[Row], name: str) -> dict[str, list[Row]]:
    """By a key field; rows without it are left out."""
    groups: dict[str, list[Row]] = {}
    for row in found:
        if isinstance(row.get(name), str):
            groups.setdefault(text(row, name), []).append(row)
    return groups


def rows_by_document(
    found: Sequence[Row], name: str, owners: Sequence[str]
) -> dict[str, list[Row]]:
    """Raises ``Unattributed`` for a row that names no document.

    Losing a row would mean a line that is not shipped, or a price that is not compared.
    """
    groups: dict[str, list[Row]] = {owner: [] for owner in owners}
    for row in found:
        value = row.get(name)
        owner = text(row, name) if isinstance(value, str) else ""
        if owner not in groups:
            raise Unattributed(told("A row from SAP names no document in {name}.", name=name))
        groups[owner].append(row)
    return groups


def document_numbers(headers: Sequence[Row], name: str) -> list[str]:
    """Raises ``Unattributed`` for a header without its number."""
    found = [text(row, name) if isinstance(row.get(name), str) else "" for row in headers]
    if not all(is_document_number(one) for one in found):
        raise Unattributed(told("A document from SAP has no number in {name}.", name=name))
    return list(dict.fromkeys(found))


def is_document_number(value: str) -> bool:
    """Ten characters in internal form, such as 0000004711."""
    return len(value) == 10 and value.isascii() and value.isalnum()


def only_row(found: Sequence[Row], what: str) -> Row:
    if len(found) != 1:
        raise not_readable(told("SAP sent {what} twice.", what=what))
    return found[0]


def require_distinct(numbers: Sequence[int], name: str) -> None:
    if len(set(numbers)) < len(numbers):
        raise not_readable(told("SAP sent two rows with the same {name}.", name=name))


def chunks(values: Sequence[str], size: int) -> Iterator[list[str]]:
    """The distinct values in their order, at most ``size`` in a piece."""
    distinct_values = list(dict.fromkeys(values))
    for start in range(0, len(distinct_values), size):
        yield distinct_values[start : start + size]


def _read(read: Callable[[Any], Value], value: Any, name: str) -> Value:
    """Raises with the field's name, never its value."""
    try:
        return read(value)
    except UnexpectedRecord as exc:
        raise not_readable(f"{name}: {exc.message}") from exc
