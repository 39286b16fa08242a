"""First filling of the shop: the recorded orders, with papers for what they say is done."""

from __future__ import annotations

from decimal import Decimal

from sync.sandbox.shop import invoicing, shipping
from sync.sandbox.shop.documents import Doc, bundled, cents, copy, dec, num
from sync.sandbox.shop.mail import Post
from sync.sandbox.shop.quantities import Lines
from sync.sandbox.shop.settings import all_of
from sync.sandbox.shop.store import Books, Store

DONE = ("_invoiced", "_refunded", "_canceled", "_captured")


def seed(store: Store, *, beside_fresh_sap: bool = False) -> None:
    """Fill an empty store in one transaction; a store with orders is left as it is. Beside a SAP
    that knows none of them, no order carries a number of SAP."""
    with store.writing() as books:
        if books.rows('SELECT 1 FROM "order" LIMIT 1'):
            return
        for order in bundled("orders.json"):
            insert(books, _unknown_to_sap(order) if beside_fresh_sap else copy(order))
            _shipment_so_far(books, order)
            _invoice_so_far(books, order)
            Post(books, all_of(books.settings()), order["created_at"]).announce(
                "order", order, copy(order)
            )


def _unknown_to_sap(order: Doc) -> Doc:
    """A copy without the number of the SAP it was recorded beside, which is not this one."""
    fresh = copy(order)
    fresh.pop("ext_order_id", None)
    return fresh


def insert(books: Books, order: Doc) -> None:
    """Store an order as it is and let the sequences go on behind its numbers."""
    books.save("order", order)
    books.index_items(order)
    books.raise_sequence("order", order["entity_id"])
    store_id = order["store_id"]
    number = order["increment_id"] if store_id == 1 else order["increment_id"][1:]
    books.raise_sequence(f"order:increment:{store_id}", int(number))
    books.raise_sequence("order_item", max(item["item_id"] for item in order["items"]))
    books.raise_sequence("address", order["billing_address_id"])
    for history in order["status_histories"]:
        books.raise_sequence("order_comment", history["entity_id"])


def _shipment_so_far(books: Books, order: Doc) -> None:
    lines = Lines(order)
    listed = [
        (item, dec(item["qty_shipped"]))
        for item in order["items"]
        if dec(item["qty_shipped"]) > 0
        and not (lines.parent(item) is not None and lines.stands_in_for_shipping(item))
    ]
    if listed:
        number = f"1Z999AA1{order['entity_id']:010d}"
        track = {"track_number": number, "title": "United Parcel Service", "carrier_code": "ups"}
        request = {"tracks": [track]}
        books.save("shipment", shipping.build(books, order, listed, request, order["updated_at"]))


def _invoice_so_far(books: Books, order: Doc) -> None:
    picked_ids = {
        item["item_id"]: dec(item["qty_invoiced"])
        for item in order["items"]
        if dec(item["qty_invoiced"]) > 0
    }
    if not picked_ids:
        return
    before = without_progress(order)
    picked: list[tuple[Doc, Decimal]] = [
        (item, picked_ids[item["item_id"]])
        for item in before["items"]
        if item["item_id"] in picked_ids
    ]
    books.save("invoice", invoicing.build(books, before, picked, {}, order["updated_at"]))


def without_progress(order: Doc) -> Doc:
    """A copy of the order as it was when placed: nothing shipped, invoiced, canceled, held."""
    fresh = copy(order)
    _forget(fresh, "_cost", "total_paid", "adjustment_positive", "adjustment_negative")
    for name in ("ext_order_id", "hold_before_state", "hold_before_status"):
        fresh.pop(name, None)
    fresh.update(state="new", status="pending", status_histories=[], customer_note_notify=1)
    for side in ("", "base_"):
        fresh[f"{side}total_due"] = num(cents(dec(fresh[f"{side}grand_total"])))
    for item in fresh["items"]:
        _forget(item, "weee_tax_applied")
        for name in ("qty_shipped", "qty_invoiced", "qty_refunded", "qty_canceled"):
            item[name] = 0
        for side in ("", "base_"):
            for name in ("amount_refunded", "discount_invoiced", "row_invoiced", "tax_invoiced"):
                item[f"{side}{name}"] = 0
    _forget(fresh["payment"], "amount_paid")
    for assignment in fresh["extension_attributes"].get("shipping_assignments", []):
        _forget(assignment["shipping"]["total"])
    return fresh


def _forget(document: Doc, *more: str) -> None:
    for name in [name for name in document if name.endswith((*DONE, *more))]:
        del document[name]
