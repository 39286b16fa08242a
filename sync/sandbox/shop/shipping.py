"""Shipments: which quantities go out, what is refused, and the documents that result."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sync.sandbox.shop.documents import Doc, add, bmp_only, dec, num, shipping_address
from sync.sandbox.shop.errors import ShopError
from sync.sandbox.shop.quantities import Lines, per_parent, plain_open_to_ship, whole
from sync.sandbox.shop.states import can_ship
from sync.sandbox.shop.store import Books

NO_PRODUCTS = "You can't create a shipment without products."
Picked = list[tuple[Doc, Decimal]]


def asked(items: list[Doc]) -> dict[int, Decimal]:
    """Quantities by order item id; of a repeated id the last entry wins [224]."""
    return {int(i.get("order_item_id") or 0): dec(i.get("qty")) for i in items}


def pick(order: Doc, wanted: dict[int, Decimal]) -> Picked:
    """The lines and quantities a shipment gets: cut to what is open, foreign ids dropped.

    No ``wanted`` = everything open [200, 214, 215, 222, 263].
    """
    lines = Lines(order)
    picked: Picked = []
    for item in lines.all:
        if not lines.stands_in_for_shipping(item):
            open_now = lines.open_to_ship(item)
            ask = wanted.get(item["item_id"], Decimal(0)) if wanted else open_now
            quantity = whole(item, min(ask, open_now))
            if quantity > 0:
                picked.append((item, quantity))
    return picked


def refuse(order: Doc, picked: Picked, request: Doc) -> None:
    """Raise the validation error a bad shipment gets, one sentence per line [203, 227-253]."""
    found = []
    virtual = order.get("is_virtual")
    if virtual or order["state"] in ("holded", "canceled"):
        found.append(
            f"A shipment cannot be created when an order has a status of {order['status']}"
        )
    elif not can_ship(order):
        found.append("The order does not allow a shipment to be created.")
    if not picked:
        found.append(NO_PRODUCTS)
    if any(not track.get("track_number") for track in request.get("tracks") or []):
        found.append("Please enter a tracking number.")
    found.extend(_bundle_refusals(order, asked(request.get("items") or [])))
    if found:
        raise ShopError(400, "\n".join(["Shipment Document Validation Error(s):", *found]))


def _bundle_refusals(order: Doc, wanted: dict[int, Decimal]) -> list[str]:
    lines = Lines(order)
    found = []
    for item_id in wanted:
        item = lines.by_id.get(item_id)
        if item is None or not lines.stands_in_for_shipping(item):
            continue
        head = lines.parent(item) or item
        if head["product_type"] == "bundle":
            apart = lines.ships_separately(item)
            kind, instead = (
                ("Separately", "Bundle product options") if apart else
                ("Together", "Bundle product itself")
            )  # fmt: skip
            found.append(
                f'Cannot create shipment as bundle product "{head["sku"]}" has shipment type '
                f'"{kind}". {instead} should be shipped instead.'
            )
    return found


def register(order: Doc, picked: Picked) -> list[tuple[Doc, Decimal]]:
    """Raise ``qty_shipped`` and return the shipment's lines.

    The parent of a ship-separately bundle is listed with quantity 1 in each shipment
    [247, 251]; the children of a ship-together bundle are counted but not listed [254, 255].
    """
    lines = Lines(order)
    listed: list[tuple[Doc, Decimal]] = []
    parents: set[int] = set()
    for item, quantity in picked:
        parent = lines.parent(item)
        if parent is not None and parent["item_id"] not in parents:
            parents.add(parent["item_id"])
            add(parent, "qty_shipped", Decimal(1))
            listed.append((parent, Decimal(1)))
        add(item, "qty_shipped", quantity)
        listed.append((item, quantity))
        if item["product_type"] == "bundle":
            for child in lines.children.get(item["item_id"], []):
                count = whole(child, per_parent(item, child) * quantity)
                add(child, "qty_shipped", min(count, plain_open_to_ship(child)))
    return listed


def build(
    books: Books, order: Doc, listed: list[tuple[Doc, Decimal]], request: Doc, now: str
) -> Doc:
    """The shipment document with fresh ids."""
    entity_id = books.next("shipment")
    address = shipping_address(order)
    own = sum((qty for item, qty in listed if not _separate_parent(order, item)), Decimal(0))
    document: Doc = {
        "billing_address_id": order["billing_address_id"],
        "created_at": now,
        "entity_id": entity_id,
        "increment_id": books.next_increment("shipment", order["store_id"]),
        "order_id": order["entity_id"],
        "packages": [],
        "shipping_address_id": address["entity_id"] if address else None,
        "store_id": order["store_id"],
        "total_qty": num(own),
        "updated_at": now,
    }
    if order.get("customer_id"):
        document["customer_id"] = order["customer_id"]
    first = books.next("shipment_item", len(listed)) if listed else 0
    document["items"] = [
        _line(first + at, entity_id, item, quantity) for at, (item, quantity) in enumerate(listed)
    ]
    document["tracks"] = [track(books, document, t, now) for t in request.get("tracks") or []]
    document["comments"] = creation_comments(books, "shipment", entity_id, request, now)
    return document


def _separate_parent(order: Doc, item: Doc) -> bool:
    lines = Lines(order)
    return lines.stands_in_for_shipping(item)


def _line(entity_id: int, parent_id: int, item: Doc, quantity: Decimal) -> Doc:
    line: Doc = {
        "entity_id": entity_id,
        "name": item["name"],
        "parent_id": parent_id,
        "price": item["price"],
        "product_id": item.get("product_id"),
        "sku": item["sku"],
        "weight": item.get("weight"),
        "order_item_id": item["item_id"],
        "qty": num(quantity),
    }
    return {k: v for k, v in line.items() if v is not None}


def track(books: Books, shipment: Doc, sent: Doc, now: str) -> Doc:
    """A new track of a shipment [270]. An empty carrier code rolls everything back."""
    if not sent.get("carrier_code"):
        raise ShopError(400, "Could not save a shipment, see error log for details")
    return {
        "order_id": shipment["order_id"],
        "created_at": now,
        "entity_id": books.next("track"),
        "parent_id": shipment["entity_id"],
        "updated_at": now,
        "weight": None,
        "qty": None,
        "description": None,
        "track_number": bmp_only(str(sent["track_number"])),
        "title": bmp_only(str(sent.get("title") or "")),
        "carrier_code": str(sent["carrier_code"]),
    }


def creation_comments(books: Books, kind: str, parent_id: int, request: Doc, now: str) -> list[Doc]:
    """The comment sent along with a new document; ``appendComment`` = notified [207, 301]."""
    sent: Any = request.get("comment")
    if not isinstance(sent, dict) or not sent.get("comment"):
        return []
    return [
        {
            "is_customer_notified": int(bool(request.get("appendComment"))),
            "parent_id": parent_id,
            "comment": bmp_only(str(sent["comment"])),
            "is_visible_on_front": int(sent.get("is_visible_on_front") or 0),
            "created_at": now,
            "entity_id": books.next(f"{kind}_comment"),
        }
    ]
