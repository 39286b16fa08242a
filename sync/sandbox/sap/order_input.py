"""From the tables of a create or change call to plain values: X flags, keys, addresses.

With an X structure exactly the flagged fields are taken, the rest is dropped silently; without one
every field that is not blank is taken (SAP sheet 2.1).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .documents import Address, Partner, TextLine
from .values import Row

_ISO_TWINS = {
    "CURR_ISO": "CURRENCY",
    "S_UNIT_ISO": "SALES_UNIT",
    "CD_UNT_ISO": "COND_UNIT",
    "MATERIAL_LONG": "MATERIAL",
    "H_CURR_ISO": "H_CURR",
}
_KEYS = {"ITM_NUMBER", "SCHED_LINE", "COND_ST_NO", "COND_COUNT", "COND_TYPE"}


def taken(values: Row, flags: Row | None) -> dict[str, Any]:
    """The fields SAP takes over."""
    if flags is None:
        types = values.structure.by_name
        return {
            name: value
            for name, value in values.items()
            if not _is_blank(types[name].abap_type, value)
        }
    return {
        name: values[name]
        for name in values.structure.by_name
        if name in _KEYS or _is_flagged(name, values, flags)
    }


def _is_flagged(name: str, values: Row, flags: Row) -> bool:
    known = flags.structure.by_name
    if name in known and name != "UPDATEFLAG":
        return bool(flags[name] == "X")
    twin = _ISO_TWINS.get(name, "")
    return bool(twin in known and flags[twin] == "X" and name in values)


def _is_blank(abap_type: str, value: Any) -> bool:
    if isinstance(value, (Decimal, int)):
        return not value
    return not value.strip("0 " if abap_type in ("NUMC", "DATS", "TIMS") else None)


def header_taken(values: Row, flags: Row, update_flag: str) -> dict[str, Any]:
    """Header fields; an X structure without UPDATEFLAG counts as not given."""
    given = flags["UPDATEFLAG"] == update_flag
    return taken(values, flags if given else None)


@dataclass(slots=True)
class TakenRow:
    """A row of an item, schedule or condition table after the X rule."""

    row_number: int
    update_flag: str
    values: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def text(self, name: str) -> str:
        """A character field; blank if not taken."""
        return str(self.values.get(name, "")).strip()

    def number(self, name: str) -> int:
        """A NUMC field as a number."""
        return int(self.values.get(name) or 0)

    def amount(self, name: str) -> Decimal:
        """A packed field."""
        return Decimal(self.values.get(name, 0))


def rows_taken(
    rows: list[Row], flags: list[Row], keys: tuple[str, ...], default_flag: str = "I"
) -> list[TakenRow]:
    """Rows of a table after the X rule; rows without their X row are lost silently."""
    if not flags:
        return [TakenRow(i, default_flag, taken(row, None)) for i, row in enumerate(rows, 1)]
    by_key = {tuple(flag[key] for key in keys): flag for flag in flags}
    result = []
    for index, row in enumerate(rows, 1):
        flag = by_key.get(tuple(row[key] for key in keys))
        if flag is not None and flag["UPDATEFLAG"]:
            result.append(TakenRow(index, flag["UPDATEFLAG"], taken(row, flag)))
    return result


@dataclass(slots=True)
class OrderTables:
    """The taken rows of one call."""

    items: list[TakenRow] = field(default_factory=list)
    schedules: list[TakenRow] = field(default_factory=list)
    conditions: list[TakenRow] = field(default_factory=list)

    def quantity(self, item_number: int) -> Decimal | None:
        """Requested quantity of a line: the sum of its schedule lines; ``None`` without any."""
        found = [
            row.amount("REQ_QTY")
            for row in self.schedules
            if row.number("ITM_NUMBER") == item_number
        ]
        return sum(found, Decimal(0)) if found else None

    def requested_date(self, item_number: int) -> str:
        """Requested date of a line's first schedule line."""
        return next(
            (
                row.text("REQ_DATE")
                for row in self.schedules
                if row.number("ITM_NUMBER") == item_number
            ),
            "",
        )


def partners_from(rows: list[Row], addresses: list[Row], number: Any) -> list[Partner]:
    """Partners with their inline or linked addresses; ``number()`` draws address numbers."""
    linked = {row["ADDR_NO"]: row for row in addresses}
    partners = []
    for row in rows:
        address = None
        if row["ADDR_LINK"] and row["ADDR_LINK"] in linked:
            address = _linked_address(linked[row["ADDR_LINK"]])
        elif row["NAME"] or row["CITY"] or row["STREET"]:
            address = _inline_address(row)
        partners.append(
            Partner(
                row["PARTN_ROLE"],
                row["PARTN_NUMB"],
                int(row["ITM_NUMBER"]),
                number() if address else "",
                address,
            )
        )
    return partners


def _inline_address(row: Row) -> Address:
    iso = "COUNTR_ISO" if "COUNTR_ISO" in row.structure.by_name else "COUNTRY_ISO"
    return Address(
        row["NAME"],
        row["NAME_2"],
        row["STREET"],
        row["POSTL_CODE"],
        row["CITY"],
        row["REGION"],
        row["COUNTRY"] or row[iso],
        row["TELEPHONE"],
        "",
        row["LANGU_ISO"],
        row["TRANSPZONE"],
    )


def _linked_address(row: Row) -> Address:
    street = row["STREET_LNG"] or row["STREET"]
    return Address(
        row["NAME"],
        row["NAME_2"],
        f"{street} {row['HOUSE_NO']}".strip(),
        row["POSTL_COD1"],
        row["CITY"],
        row["REGION"],
        row["COUNTRY"] or row["COUNTRYISO"],
        row["TEL1_NUMBR"],
        row["E_MAIL"],
        row["LANGU_ISO"],
        row["TRANSPZONE"],
    )


def texts_from(rows: list[Row]) -> list[TextLine]:
    """Text lines in the order given."""
    return [
        TextLine(
            int(row["ITM_NUMBER"]),
            row["TEXT_ID"],
            row["LANGU_ISO"] or {"D": "DE", "E": "EN"}.get(row["LANGU"], row["LANGU"]),
            row["TEXT_LINE"],
            row["FORMAT_COL"],
        )
        for row in rows
    ]
