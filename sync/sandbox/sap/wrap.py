"""ABAP values to Python values as pyrfc converts them (pyrfc sheet, section 4)."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any

from .dictionary import CHARACTER_TYPES, PACKED_TYPES, Field, Parameter, Structure


def initial(field: Field) -> Any:
    """The initial value as it lies in ABAP memory and on the wire."""
    kind = field.abap_type
    if kind in CHARACTER_TYPES or kind in {"STRING", "RAW", "XSTRING"}:
        return ""
    if kind in {"NUMC", "DATS", "TIMS"}:
        return "0" * field.length
    return 0 if kind.startswith("INT") else "0"


class Wrapper:
    """Converts results the way one connection is configured to."""

    def __init__(self, *, rstrip: bool = True, dtime: bool = False) -> None:
        self.rstrip = rstrip
        self.dtime = dtime

    def parameter(self, parameter: Parameter, value: Any) -> Any:
        """The Python value of a parameter; ``None`` stands for "not sent": initial."""
        if parameter.structure is None:
            assert parameter.field is not None
            wire = initial(parameter.field) if value is None else value
            return self.scalar(parameter.field, wire)
        if parameter.is_table:
            return [self.row(parameter.structure, row) for row in value or []]
        return self.row(parameter.structure, value or {})

    def row(self, structure: Structure, value: dict[str, Any]) -> dict[str, Any]:
        """A structure with all its fields."""
        row = dict(_initial_row(structure, self.rstrip, self.dtime))
        for name, item in value.items():
            row[name] = self.scalar(structure.by_name[name], item)
        return row

    def scalar(self, field: Field, value: Any) -> Any:
        """One value."""
        kind = field.abap_type
        if kind in CHARACTER_TYPES:
            return value.rstrip() if self.rstrip else value.ljust(field.length)
        if kind in PACKED_TYPES:
            return Decimal(value).quantize(Decimal(1).scaleb(-field.decimals))
        if kind == "DATS":
            return self._date(value)
        if kind == "TIMS":
            return self._time(value) if self.dtime else value
        if kind == "FLTP":
            return float(value)
        if kind in {"RAW", "XSTRING"}:
            return bytes.fromhex(value).ljust(field.length if kind == "RAW" else 0, b"\x00")
        return value

    def _date(self, value: str) -> str | date | None:
        if not self.dtime:
            return "" if value == "00000000" else value
        if value == "00000000":
            return None
        return datetime.strptime(value, "%Y%m%d").date()  # noqa: DTZ007 - a date has no zone

    def _time(self, value: str) -> time:
        return datetime.strptime(value, "%H%M%S").time()  # noqa: DTZ007 - a clock time


@cache
def _initial_row(structure: Structure, rstrip: bool, dtime: bool) -> dict[str, Any]:
    wrapper = Wrapper(rstrip=rstrip, dtime=dtime)
    return {field.name: wrapper.scalar(field, initial(field)) for field in structure.fields}
