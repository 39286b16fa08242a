"""The shop's documents: plain JSON objects, packed for storage and expanded for an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

Doc = dict[str, Any]
Clock = Callable[[], datetime]

DATA = Path(__file__).parent / "data"
CENT = Decimal("0.01")


@cache
def bundled(name: str) -> Any:
    """A data file that ships with the shop; treat the result as read-only."""
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def copy(document: Doc) -> Doc:
    """A deep copy; documents hold JSON values only."""
    fresh: Doc = json.loads(json.dumps(document))
    return fresh


def utc_now() -> datetime:
    """The present time, aware UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """A time as Magento writes it: UTC without a zone mark, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def dec(value: Any) -> Decimal:
    """A stored number as Decimal; missing counts as 0."""
    return Decimal(str(value)) if value is not None else Decimal(0)


def num(value: Decimal) -> int | float:
    """A Decimal as the JSON number Magento would send: 53 rather than 53.0."""
    whole = value.to_integral_value()
    return int(whole) if whole == value else float(value)


def cents(value: Decimal) -> Decimal:
    """Rounded to cents, half up as Magento rounds."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def add(document: Doc, field: str, amount: Decimal) -> None:
    """Raise a stored number."""
    document[field] = num(dec(document.get(field)) + amount)


def bmp_only(text: str) -> str:
    """Text as a utf8mb3 column keeps it: four question marks for each other character [267]."""
    return "".join(char if ord(char) < 0x10000 else "????" for char in text)


def stored_text(text: object) -> str | None:
    """As a text column that may be null keeps it: an empty text is null there [411]."""
    return bmp_only(str(text)) if text not in (None, "") else None


def pack(order: Doc) -> Doc:
    """The order without what is derived: parent items and the shipping assignment's items."""
    packed = copy(order)
    for item in packed.get("items", []):
        item.pop("parent_item", None)
    for assignment in packed.get("extension_attributes", {}).get("shipping_assignments", []):
        assignment.pop("items", None)
    return packed


def expand(order: Doc) -> Doc:
    """The order as GET sends it; shares its parts with ``order``."""
    full = dict(order)
    full["items"] = expand_items(order)
    attributes = dict(order.get("extension_attributes", {}))
    if "shipping_assignments" in attributes:
        attributes["shipping_assignments"] = [
            {**assignment, "items": full["items"]}
            for assignment in attributes["shipping_assignments"]
        ]
    full["extension_attributes"] = attributes
    return full


def expand_items(order: Doc) -> list[Doc]:
    """Order items, each child with its whole parent inside."""
    by_id = {item["item_id"]: item for item in order["items"]}
    return [
        {**item, "parent_item": by_id[item["parent_item_id"]]}
        if item.get("parent_item_id") in by_id
        else item
        for item in order["items"]
    ]


def shipping_address(order: Doc) -> Doc | None:
    """Where the order goes; None for a virtual order [106]."""
    for assignment in order.get("extension_attributes", {}).get("shipping_assignments", []):
        address: Doc | None = assignment["shipping"].get("address")
        return address
    return None
