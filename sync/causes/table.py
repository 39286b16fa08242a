"""All causes, by the code that tasks keep."""

from __future__ import annotations

from sync.causes.cause import Cause
from sync.causes.orders import OrderCause
from sync.causes.papers import PaperCause
from sync.causes.portal import PortalCause
from sync.causes.sap import SapCause
from sync.causes.shop import ShopCause

SHEETS = (ShopCause, SapCause, OrderCause, PaperCause, PortalCause)
CAUSES: dict[str, Cause] = {
    row.code: row for sheet in SHEETS for row in vars(sheet).values() if isinstance(row, Cause)
}


def cause_named(code: str) -> Cause:
    """A code that this version of the portal does not know gets a cause of its own."""
    return CAUSES.get(code, PortalCause.OF_ANOTHER_VERSION)
