"""Compares the partners asked for with those SAP holds: customer number, name, street, place."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from sync.sap.records import SapAddress, SapPartner
from sync.told import told
from sync.translate.partners import NAMES

COMPARED = {
    "name": "name",
    "name_2": "second name",
    "street": "street",
    "postal_code": "postal code",
    "city": "city",
    "country_iso": "country",
    "region": "region",
}
SHOWN = 35  # characters a document shows of a longer name, street or city (BAPISDCOAD)


def partner_differences(
    asked: Sequence[SapPartner], held: Sequence[SapPartner]
) -> list[dict[str, str]]:
    """Every partner asked for that SAP holds differently or not at all; roles SAP added are
    ignored.

    Nothing is compared if the answer names no partners at all (a system that does not tell them),
    and no address if SAP told none.
    """
    if not held:
        return []
    by_role = {partner.role: partner for partner in held}
    tells_addresses = any(partner.address for partner in held)
    return [
        difference
        for partner in asked
        for difference in _partner(partner, by_role.get(partner.role), tells_addresses)
    ]


def _partner(
    asked: SapPartner, held: SapPartner | None, tells_addresses: bool
) -> Iterator[dict[str, str]]:
    name = NAMES.get(asked.role, told("partner {role}", role=asked.role))
    theirs = held.customer_number if held else ""
    if theirs.lstrip("0") != asked.customer_number.lstrip("0"):
        yield {"field": name, "shop": asked.customer_number, "sap": theirs}
    elif asked.address is not None and tells_addresses:
        yield from _address(name, asked.address, held.address if held else None)


def _address(partner: str, asked: SapAddress, held: SapAddress | None) -> Iterator[dict[str, str]]:
    for column, label in COMPARED.items():
        ours, theirs = getattr(asked, column), getattr(held, column) if held else ""
        if column == "region" and not ours:  # SAP may derive one
            continue
        if not _agree(ours, theirs):
            yield {"field": f"{partner} {label}", "shop": ours, "sap": theirs}


def _agree(ours: str, theirs: str) -> bool:
    """Ignores upper and lower case, blanks, how an accent is encoded, and what SAP's document has
    no room for. Text is cut before it is folded: folding makes two letters of one ß, as SAP may do
    itself before it cuts."""
    mine = _plain(ours)
    readings = (mine, mine[:SHOWN], mine.upper()[:SHOWN])
    return _folded(theirs) in {_folded(one) for one in readings}


def _folded(text: str) -> str:
    return _plain(text).casefold()


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def is_of_ship_to(field: str) -> bool:
    """Whether a difference concerns where the goods go: the ship-to party or any address."""
    name, _, column = field.partition(" ")
    is_address = name in NAMES.values() and column in COMPARED.values()
    return is_address or field == NAMES["WE"]
