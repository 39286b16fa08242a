"""What keeps a sales order from moving, by SAP's status row. Pure; SAP sheet 13.2, 13.11."""

from __future__ import annotations

from collections.abc import Collection, Mapping

INCOMPLETE, COMPLETE = {"A", "B"}, "C"
# By kind of work: the sum over all items (UVALS, UVVLS, ...), then the header (UVALL, UVVLK, ...).
INCOMPLETION = {
    "general": ("TOTINCOMPL", "GENINCOMHD"),
    "pricing": ("DOCIMCOMPR",),
    "delivery": ("TOTINCOMIT", "HDIMCOMDEL"),
    "picking": ("TOTINCOMI1", "HDINCOMPL1"),
    "packing": ("TOTINCOMI", "HDINCOMPL"),
    "goods issue": ("TOTINCOMI2", "HDINCOMPL2"),
    "billing": ("TOTINCOMBI", "HDINCOMBIL"),
}
BLOCKS = {"credit": "TOTSTATCCH", "delivery": "TODELBLOST", "billing": "TOBILBLOST"}
FIELDS = (*(name for names in INCOMPLETION.values() for name in names), *BLOCKS.values())

Statuses = Mapping[str, str]  # those of FIELDS


def incomplete_for(statuses: Statuses) -> tuple[str, ...]:
    """The kinds of work for which something is missing in the order, in its header or its items."""
    return tuple(kind for kind in INCOMPLETION if INCOMPLETE & _told(statuses, kind))


def is_incomplete(statuses: Statuses) -> bool | None:
    """``None`` where SAP filled none of the statuses."""
    told = set().union(*(_told(statuses, kind) for kind in INCOMPLETION))
    return bool(INCOMPLETE & told) if told & {*INCOMPLETE, COMPLETE} else None


def _told(statuses: Statuses, kind: str) -> set[str]:
    return {statuses[name] for name in INCOMPLETION[kind]}


def blocks(statuses: Statuses, blocked: Collection[str]) -> tuple[str, ...]:
    """Of credit, delivery and billing those that are set, in whole or in part."""
    return tuple(kind for kind, name in BLOCKS.items() if statuses[name] in blocked)
