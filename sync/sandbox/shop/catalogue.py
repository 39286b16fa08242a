"""What the shop sells, and how its composed products ship and are priced."""

from __future__ import annotations

import re

from sync.sandbox.shop.documents import Doc, bundled, copy


def products() -> list[Doc]:
    """All products, by product id: id, sku, name, type_id, price, weight, bundle switches."""
    found: list[Doc] = bundled("products.json")
    return found


def ships_separately(line: Doc) -> bool:
    """True for a bundle whose children are shipped on their own (shipment_type 1) [245]."""
    return _bundle_of(line).get("shipment_type") == "1"


def priced_by_children(line: Doc) -> bool:
    """True for a bundle with a dynamic price (price_type 0) [347]."""
    return _bundle_of(line).get("price_type") == "0"


def _bundle_of(line: Doc) -> Doc:
    """The bundle an order line sells, empty for anything else.

    By its SKU, to which a dynamic bundle adds those of its parts: other shops than the seeded one
    number their products otherwise.
    """
    if line.get("product_type") != "bundle":
        return {}
    bundles = [p for p in products() if f"{line['sku']}-".startswith(f"{p['sku']}-")]
    return next((p for p in bundles if p["type_id"] == "bundle"), {})


def as_rest(found: Doc) -> Doc:
    """A product as GET /products/:sku sends it; the shape is that of [611]."""
    document = copy(bundled("store.json")["product"])
    document.update({k: found[k] for k in ("id", "sku", "name", "type_id", "price")})
    if found.get("weight") is None:
        document.pop("weight")
    else:
        document["weight"] = found["weight"]
    document["extension_attributes"]["stock_item"].update(
        item_id=found["id"], product_id=found["id"]
    )
    attributes = {a["attribute_code"]: a["value"] for a in document["custom_attributes"]}
    attributes["url_key"] = re.sub(r"[^a-z0-9]+", "-", found["name"].lower()).strip("-")
    if found["type_id"] == "bundle":
        attributes.update(
            price_type=found["price_type"], shipment_type=found["shipment_type"],
            sku_type="1" if found["price_type"] == "1" else "0", weight_type="0", price_view="0",
        )  # fmt: skip
    document["custom_attributes"] = [
        {"attribute_code": code, "value": value} for code, value in attributes.items()
    ]
    return document
