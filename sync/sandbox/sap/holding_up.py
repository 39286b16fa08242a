"""What holds an order up in the stand-in: its incompletion log, and blocks that people set."""

from __future__ import annotations

from collections.abc import Mapping

from .documents import SalesOrder
from .system import SapSystem
from .warehouse import order_of

BLOCK_REASON = "01"
_HEADER_FIELDS = {"DLV_BLOCK": "delivery", "BILL_BLOCK": "billing"}
# Status group of each field of the incompletion procedure besides the general one.
_GROUPS = {"VBAK-VSBED": "HDIMCOMDEL", "VBKD-ZTERM": "HDINCOMBIL"}


def incompletion_of(order: SalesOrder) -> dict[str, str]:
    """The fields of BAPISDHDST: sums over the items, and the header's own (SAP sheet 13.2)."""
    statuses = dict.fromkeys(
        ("TOTINCOMPL", "TOTINCOMIT", "TOTINCOMBI", "GENINCOMHD", "DOCIMCOMPR", *_GROUPS.values()),
        "C",
    )
    for missing in order.incomplete:
        statuses["GENINCOMHD"] = statuses[_GROUPS.get(missing, "GENINCOMHD")] = "A"
    return statuses


def blocks_of(order: SalesOrder) -> dict[str, str]:
    """Credit, delivery and billing (SAP sheet 13.11)."""
    return {
        "TOTSTATCCH": "B" if order.is_credit_blocked else "A",
        "TODELBLOST": "C" if order.header.get("DLV_BLOCK") else "",
        "TOBILBLOST": "C" if order.header.get("BILL_BLOCK") else "",
    }


def set_blocks(system: SapSystem, number: str, wanted: Mapping[str, bool]) -> SalesOrder:
    """Set or remove ``credit``, ``delivery`` and ``billing``; those not named stay."""
    unknown = set(wanted) - {"credit", *_HEADER_FIELDS.values()}
    if unknown:
        raise ValueError(f"unknown block {min(unknown)!r}; known: credit, delivery, billing")
    with system.store.transaction():
        order = order_of(system, number)
        order.is_credit_blocked = wanted.get("credit", order.is_credit_blocked)
        for name, block in _HEADER_FIELDS.items():
            if block in wanted:
                order.header[name] = BLOCK_REASON if wanted[block] else ""
        order.changed_on = system.clock.today()
        system.store.save(order)
    return order
