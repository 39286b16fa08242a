"""Bringing the stand-in shop into the state a recorded exchange presumes.

The recorded shop had hundreds of orders of which 63 are seeded; the others are made here from the
recording itself, or line by line where it shows no more of them than their lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from sync.sandbox.shop.documents import Doc, copy, dec, num, pack
from sync.sandbox.shop.seed import without_progress
from sync.sandbox.shop.shop import Shop
from sync.sandbox.shop.store import Books, Store
from tests.magento.recorded import exchange, version_of

PIECES = {"S-001": (1, "Simple One", "10", "1.5"), "S-002": (2, "Simple Two", "24.95", "2")}
KINDS = ("shipment", "invoice", "creditmemo")
LISTED = {
    "orders": "order", "shipments": "shipment", "invoices": "invoice", "creditmemos": "creditmemo",
}  # fmt: skip
SIDES = ("", "base_")
INCREMENT_IDS = {26: "3000000003", 46: "000000040", 51: "000000045", 58: "000000050"}


@dataclass(frozen=True)
class Line:
    """A line of an order made here; ``price`` and ``tax`` for goods other than S-001 and S-002."""

    item_id: int
    sku: str
    quantity: int
    price: str = ""
    tax: str = "0"


def told_time(recorded: dict[str, Any]) -> datetime:
    """When the real shop answered."""
    return parsedate_to_datetime(recorded["response"]["headers"]["Date"])


def set_clock(shop: Shop, recorded: dict[str, Any]) -> None:
    """Let it be the time at which the real shop answered."""
    now = told_time(recorded)
    shop._clock = lambda: now


def put(books: Books, order: Doc) -> None:
    """Store an order without any documents; what was there under its number is gone."""
    for kind in KINDS:
        for document in books.of_order(kind, order["entity_id"]):
            books.delete(kind, document["entity_id"])
    books.save("order", order)
    books.index_items(order)


def as_placed(books: Books, order_id: int) -> None:
    """Set a seeded order back to the day it was placed."""
    order = books.find("order", order_id)
    assert order is not None
    put(books, {**without_progress(order), "updated_at": order["created_at"]})


def shown_order(name: str) -> Doc:
    """The order an exchange shows in full, as the books have it."""
    return stored(name, exchange(name)["response"]["body"])


def stored(name: str, order: Doc) -> Doc:
    """An order an exchange shows, as the books keep it: with the row totals 2.4.7 would send."""
    packed = pack(order)
    if version_of(name) != "2.4.7" and "items" in packed:
        packed["items"] = [_with_row_totals(item) for item in packed["items"]]
    return packed


def _with_row_totals(item: Doc) -> Doc:
    fresh = copy(item)
    for side in SIDES:
        if f"{side}row_total_incl_tax" in item:
            taxes = (f"{side}tax_amount", f"{side}discount_tax_compensation_amount")
            net = dec(item[f"{side}row_total_incl_tax"]) - sum(dec(item.get(n)) for n in taxes)
            fresh[f"{side}row_total"] = num(net)
    return fresh


def recorded_order(books: Books, name: str, *, placed: bool = True) -> None:
    """The order an exchange shows in full: as it was placed, or just as it is shown."""
    order = shown_order(name)
    put(books, without_progress(order) if placed else order)


def renumbered(name: str, order_id: int, item_ids: list[int], billing_address_id: int = 0) -> Doc:
    """The order of an exchange, as it was placed, under other numbers."""
    order = without_progress(shown_order(name))
    return under_numbers(order, order_id, item_ids, billing_address_id)


def under_numbers(order: Doc, order_id: int, item_ids: list[int], billing_address_id: int) -> Doc:
    """The same order under other numbers."""
    items = {item["item_id"]: new for item, new in zip(order["items"], item_ids, strict=True)}
    old = order["entity_id"]
    _change(order, {old: order_id}, ("order_id", "parent_id"))
    _change(order, items, ("item_id", "parent_item_id", "associated_item_id"))
    order["entity_id"] = order["payment"]["entity_id"] = order_id
    order["increment_id"] = INCREMENT_IDS.get(order_id, f"9{order_id:08d}")
    if billing_address_id:
        order["billing_address_id"] = billing_address_id
        order["billing_address"]["entity_id"] = billing_address_id
        shipping = order["extension_attributes"]["shipping_assignments"][0]["shipping"]
        if "address" in shipping:
            shipping["address"]["entity_id"] = billing_address_id - 1
    return order


def _change(node: Any, numbers: dict[int, int], names: tuple[str, ...]) -> None:
    if isinstance(node, list):
        for entry in node:
            _change(entry, numbers, names)
    if isinstance(node, dict):
        for name, value in node.items():
            if name in names and value in numbers:
                node[name] = numbers[value]
            else:
                _change(value, numbers, names)


def simple_order(
    order_id: int, lines: list[Line], *, billing_address_id: int = 0, shipping: str = ""
) -> Doc:
    """An order of simple lines; the shop's flat rate is 5.00 a piece."""
    order = renumbered("100", order_id, [lines[0].item_id, 10**7], billing_address_id)
    template = order["items"][0]
    order["items"] = [_item(template, line) for line in lines]
    pieces = sum(line.quantity for line in lines)
    net = sum((dec(item["row_total"]) for item in order["items"]), Decimal(0))
    tax = sum((dec(item["tax_amount"]) for item in order["items"]), Decimal(0))
    freight = Decimal(shipping) if shipping else Decimal(5 * pieces)
    totals = {
        "subtotal": net, "subtotal_incl_tax": net + tax, "shipping_amount": freight,
        "shipping_incl_tax": freight, "tax_amount": tax, "grand_total": net + tax + freight,
        "total_due": net + tax + freight,
    }  # fmt: skip
    for side in SIDES:
        order.update({f"{side}{name}": num(amount) for name, amount in totals.items()})
    order["total_qty_ordered"] = pieces
    return order


def _item(template: Doc, line: Line) -> Doc:
    item = copy(template)
    product_id, name, price, weight = PIECES.get(line.sku, (9, line.sku, line.price, "1"))
    net, tax = Decimal(price) * line.quantity, Decimal(line.tax)
    item.update(item_id=line.item_id, sku=line.sku, name=name, product_id=product_id)
    item.update(qty_ordered=line.quantity, weight=num(Decimal(weight)))
    for side in SIDES:
        for field in ("price", "original_price", "price_incl_tax"):
            item[f"{side}{field}"] = num(Decimal(price))
        item[f"{side}row_total"] = num(net)
        item[f"{side}row_total_incl_tax"] = num(net + tax)
        item[f"{side}tax_amount"] = num(tax)
    return item


def stage_list(store: Store, name: str) -> None:
    """Fill the shop so that a recorded search has the answer it had.

    The rows of the answer are stored as they are, over the members of some order, and as many
    more like the last of them before and behind as the answer counts but does not show.
    """
    recorded = exchange(name)
    kind = LISTED[recorded["request"]["path"].split("/V1/")[1].split("?")[0]]
    body = recorded["response"]["body"]
    rows = body.get("items") or []
    first = 0 if rows else body["total_count"]
    if rows:
        criteria = body.get("search_criteria", {})
        first = max(criteria.get("current_page", 1) - 1, 0) * criteria.get("page_size", 0)
    with store.writing() as books:
        for table in (*KINDS, "order"):
            for row in books.rows(f'SELECT entity_id FROM "{table}"'):
                books.delete(table, row["entity_id"])
        if kind == "order":
            rows = [stored(name, row) for row in rows]
        _fill(books, kind, rows, first, body.get("total_count", 0))


def _fill(books: Books, kind: str, rows: list[Doc], before: int, total: int) -> None:
    template = pack(exchange("100")["response"]["body"]) if kind == "order" else {}
    template["updated_at"] = "2026-11-23 12:00:00"  # where a row does not say
    if kind == "order":
        template["customer_email"] = "rec-somebody@example.test"  # whom 248-171 looks for
    documents = [{**template, **row} for row in rows]
    like = documents[-1] if documents else template
    ids = [document["entity_id"] for document in documents] or [10**6]
    downwards = len(ids) > 1 and ids[0] > ids[-1]
    after = max(total - before - len(rows), 0)
    start = min(ids) - after if downwards else max(ids) + 1
    assert not before or min(ids) > before
    documents += [{**like, "entity_id": number + 1} for number in range(before)]
    documents += [{**like, "entity_id": start + number} for number in range(after)]
    for document in documents:
        books.save(kind, document)


def differences(told: Any, recorded: Any, path: str = "") -> list[str]:
    """Where two documents differ, in words a failed test can show."""
    if isinstance(told, dict) and isinstance(recorded, dict):
        found = [f"{path}.{name} is missing" for name in recorded if name not in told]
        found += [f"{path}.{name} is new" for name in told if name not in recorded]
        for name in recorded:
            if name in told:
                found += differences(told[name], recorded[name], f"{path}.{name}")
        return found
    if isinstance(told, list) and isinstance(recorded, list) and len(told) == len(recorded):
        pairs = enumerate(zip(told, recorded, strict=True))
        return [line for at, pair in pairs for line in differences(*pair, f"{path}[{at}]")]
    same = told == recorded and type(told) is type(recorded)
    return [] if same else [f"{path}: {told!r:.150} for {recorded!r:.150}"]
