"""Stock by inventory source, as a person types it: ``default: *=100; east: S-001=2.5``.

A ``*`` stands for every SKU not named. Nothing typed: one source, whose stock nobody counts.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from sync.sandbox.shop.documents import Doc
from sync.sandbox.shop.errors import ShopError
from sync.sandbox.shop.quantities import Lines, per_parent

DEFAULT = "default"
EVERYTHING = "*"
Stock = dict[str, dict[str, Decimal]]


def parse(text: str) -> Stock:
    """Raises ``ValueError`` for what is no stock."""
    found: Stock = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        source, _, held = part.partition(":")
        if not source.strip():
            raise ValueError("a source has a name")
        counted = found.setdefault(source.strip(), {})
        for entry in filter(None, map(str.strip, held.split(","))):
            sku, _, quantity = entry.rpartition("=")
            counted[sku.strip()] = _quantity(quantity)
    return found


def _quantity(text: str) -> Decimal:
    try:
        found = Decimal(text.strip())
    except InvalidOperation as error:
        raise ValueError(f"{text.strip()} is no quantity") from error
    if not found.is_finite():
        raise ValueError(f"{text.strip()} is no quantity")
    return found


def written(stock: Stock) -> str:
    return "; ".join(f"{source}: {_listed(held)}" for source, held in stock.items())


def _listed(held: dict[str, Decimal]) -> str:
    return ", ".join(f"{sku}={quantity.normalize():f}" for sku, quantity in held.items())


def sources(text: str) -> list[str]:
    return list(parse(text)) or [DEFAULT]


def source_asked(request: Doc) -> str:
    arguments = request.get("arguments") or {}
    return (arguments.get("extension_attributes") or {}).get("source_code") or DEFAULT


def deduct(text: str, source: str, order: Doc, picked: list[tuple[Doc, Decimal]]) -> str:
    """The stock after a shipment ("Versions" 5). Raises ShopError where the source is unknown or
    does not hold all of it."""
    stock = parse(text)
    if not stock and source == DEFAULT:
        return text
    held = stock.get(source)
    for sku, quantity in _goods(order, picked):
        there = None if held is None else held.get(sku, held.get(EVERYTHING))
        if held is None or there is None or there < quantity:
            raise ShopError(400, "Could not save a shipment, see error log for details")
        held[sku] = there - quantity
    return written(stock)


def _goods(order: Doc, picked: list[tuple[Doc, Decimal]]) -> list[tuple[str, Decimal]]:
    """A bundle shipped together has no stock of its own; its parts have."""
    lines = Lines(order)
    found: list[tuple[str, Decimal]] = []
    for item, quantity in picked:
        parts = lines.children.get(item["item_id"], []) if item["product_type"] == "bundle" else []
        found += [(one["sku"], per_parent(item, one) * quantity) for one in parts]
        if not parts:
            found.append((item["sku"], quantity))
    return found
