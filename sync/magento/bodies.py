"""Parts of the documents the portal sends, refusing what the shop would misread."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def quantities_payload(quantities: dict[int, Decimal]) -> list[dict[str, Any]]:
    """Refuses what the shop would take for "all that is open" [200] or cut silently."""
    if not quantities:
        raise ValueError("an empty list of items would ship or invoice the whole order")
    if any(quantity <= 0 for quantity in quantities.values()):
        raise ValueError("quantities are above 0")
    return [{"order_item_id": item, "qty": qty} for item, qty in sorted(quantities.items())]


def track_payload(carrier_code: str, title: str, track_number: str) -> dict[str, Any]:
    """Refuses an empty code or number here: the shop's own answer does not name it [227]."""
    if not carrier_code or not track_number:
        raise ValueError("a track needs a carrier code and a number")
    return {"track_number": track_number, "title": title, "carrier_code": carrier_code}


def source_payload(source_code: str) -> dict[str, Any]:
    """From which inventory source a shipment leaves ("Versions" 5); nothing for the default one."""
    if not source_code:
        return {}
    return {"arguments": {"extension_attributes": {"source_code": source_code}}}


def marker_payload(marker: str) -> dict[str, Any]:
    """A comment stored with the document, invisible to the customer [301, 325]."""
    if not marker:
        raise ValueError("without a marker the document could not be found again")
    return {"appendComment": False, "comment": {"comment": marker, "is_visible_on_front": 0}}
