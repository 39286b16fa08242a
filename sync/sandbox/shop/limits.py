"""Input limiting, off in a stock shop: page sizes and the length of lists [557-560]."""

from __future__ import annotations

from typing import Any

from sync.sandbox.shop.errors import ShopError
from sync.sandbox.shop.search import Criteria

INTERFACE = "\\Magento\\Sales\\Api\\Data\\{}Interface"
LISTS = {
    "ship": {
        "items": "ShipmentItemCreation", "tracks": "ShipmentTrackCreation",
        "packages": "ShipmentPackageCreation",
    },
    "invoice": {"items": "InvoiceItemCreation"},
    "refund": {"items": "CreditmemoItemCreation"},
}  # fmt: skip


def check_page(criteria: Criteria, settings: dict[str, Any]) -> None:
    """Set the default page size. Raises ShopError 400 on a page larger than allowed."""
    if not settings["input_limit_enabled"]:
        return
    if criteria.page_size is None:
        criteria.page_size = settings["default_page_size"]
    maximum = settings["maximum_page_size"]
    if criteria.page_size > maximum:
        raise ShopError(400, "Maximum SearchCriteria pageSize is %max", {"max": maximum})


def check_lists(body: Any, action: str, settings: dict[str, Any]) -> None:
    """Raises ShopError 400 on a list with more entries than allowed, before anything is read."""
    if not settings["input_limit_enabled"] or not isinstance(body, dict):
        return
    maximum = settings["complex_array_limit"]
    for name, kind in LISTS[action].items():
        entries = body.get(name)
        if isinstance(entries, list) and len(entries) > maximum:
            raise ShopError(
                400, 'Maximum items of type "%type" is %max',
                {"type": INTERFACE.format(kind), "max": maximum},
            )  # fmt: skip
