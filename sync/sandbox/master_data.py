"""What both stand-ins know of the same goods: the shop's SKUs and SAP's materials."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def known_materials() -> dict[str, str]:
    """The SAP material of each SKU of the stand-in shop that the stand-in SAP carries."""
    orders = [
        *_data("sync.sandbox.shop", "orders.json"),
        *_data("sync.sandbox.shop", "shapes.json").values(),
    ]
    materials = _data("sync.sandbox.sap", "customising.json")["materials"]
    skus = {item["sku"] for order in orders for item in order["items"]}
    return {sku: sku.upper() for sku in sorted(skus) if sku.upper() in materials}


def _data(package: str, name: str) -> Any:
    return json.loads((files(package) / "data" / name).read_text(encoding="utf-8"))
