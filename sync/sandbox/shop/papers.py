"""Changes to shipments and invoices that exist already: tracks, comments, invoice numbers."""

from __future__ import annotations

from sync.sandbox.shop.documents import Doc, bmp_only, stored_text
from sync.sandbox.shop.errors import ShopError, not_found
from sync.sandbox.shop.mail import Post
from sync.sandbox.shop.settings import all_of
from sync.sandbox.shop.shipping import track as new_track
from sync.sandbox.shop.shop import Shop
from sync.sandbox.shop.store import Books

NO_TRACK = "Could not save the shipment tracking."
TRACK_FIELDS = ("track_number", "title", "carrier_code")


def save_track(shop: Shop, entity: Doc) -> Doc:
    """Add a track, or change the one whose entity_id is sent [270-278]. Raises ShopError."""
    if not all(entity.get(field) for field in ("order_id", "parent_id", *TRACK_FIELDS)):
        raise ShopError(400, NO_TRACK)
    with shop.store.writing() as books:
        shipment = books.find("shipment", int(entity["parent_id"]))
        if shipment is None or shipment["order_id"] != int(entity["order_id"]):
            raise ShopError(400, NO_TRACK)
        known = [t for t in shipment["tracks"] if t["entity_id"] == entity.get("entity_id")]
        if known:
            track: Doc = known[0]
            track.update({field: bmp_only(str(entity[field])) for field in TRACK_FIELDS})
            track["updated_at"] = shop.now
        else:
            track = new_track(books, shipment, entity, shop.now)
            shipment["tracks"].append(track)
        books.save("shipment", shipment)
        return track


def delete_track(shop: Shop, track_id: int) -> bool:
    """Delete a track; true even for one that does not exist [280]."""
    sql = (
        "SELECT s.entity_id FROM shipment s, json_each(s.doc, '$.tracks') t "
        "WHERE json_extract(t.value, '$.entity_id') = ?"
    )
    with shop.store.writing() as books:
        for row in books.rows(sql, (track_id,)):
            shipment = books.find("shipment", row["entity_id"])
            if shipment is not None:
                kept = [t for t in shipment["tracks"] if t["entity_id"] != track_id]
                shipment["tracks"] = kept
                books.save("shipment", shipment)
    return True


def comment(shop: Shop, kind: str, entity: Doc, parent_id: int = 0) -> Doc:
    """Add a comment to a shipment or invoice; the comment as replied [287, 248-287, 371]."""
    with shop.store.writing() as books:
        document = books.find(kind, parent_id or int(entity.get("parent_id") or 0))
        if document is None:
            raise not_found()
        reply: Doc = {
            "is_customer_notified": int(entity.get("is_customer_notified") or 0),
            "parent_id": document["entity_id"],
            "comment": bmp_only(str(entity.get("comment") or "")),
            "is_visible_on_front": int(entity.get("is_visible_on_front") or 0),
            "entity_id": books.next(f"{kind}_comment"),
        }
        stored = {**reply, "comment": stored_text(reply["comment"]), "created_at": shop.now}
        document["comments"].append(stored)
        books.save(kind, document)
        if kind == "invoice" and reply["is_customer_notified"]:
            _mail_comment(shop, books, document, reply["comment"])
        told = {"created_at": stored["created_at"]} if shop.version.replies_with_time else {}
        return {**reply, **told}


def _mail_comment(shop: Shop, books: Books, invoice: Doc, text: str) -> None:
    order = books.find("order", invoice["order_id"])
    if order is not None:
        Post(books, all_of(books.settings()), shop.now).update(
            "invoice_comment", order, invoice, text
        )


def save_invoice(shop: Shop, entity: Doc) -> Doc:
    """POST /invoices/: write increment_id or transaction_id of an invoice [377, 379]."""
    with shop.store.writing() as books:
        invoice = books.find("invoice", int(entity.get("entity_id") or 0))
        if invoice is None:
            raise not_found()
        sent = {k: entity[k] for k in ("increment_id", "transaction_id") if entity.get(k)}
        taken = books.rows(
            "SELECT 1 FROM invoice WHERE increment_id = ? AND store_id = ? AND entity_id != ?",
            (sent.get("increment_id"), invoice["store_id"], invoice["entity_id"]),
        )
        if taken:
            raise ShopError(400, "Unique constraint violation found")
        invoice.update(sent)
        invoice["updated_at"] = shop.now
        books.save("invoice", invoice)
        kept = ("created_at", "entity_id", "order_id", "updated_at", "items", "comments")
        return {**{k: invoice[k] for k in kept}, "total_qty": None, **sent}


def save_shipment(shop: Shop, entity: Doc) -> Doc:
    """POST /shipment/: a document as it is sent, of which the order knows nothing [293-298].

    Without a store nothing keeps its number from being taken again [296]. Raises ShopError 400
    for a number taken in the same store [920].
    """
    with shop.store.writing() as books:
        known = books.find("shipment", int(entity.get("entity_id") or 0))
        if known is None:
            known = _unregistered(books, entity, shop.now)
        elif entity.get("increment_id"):
            taken = books.rows(
                "SELECT 1 FROM shipment WHERE increment_id = ? AND store_id = ? AND entity_id != ?",
                (entity["increment_id"], known.get("store_id"), known["entity_id"]),
            )
            if taken:
                raise ShopError(400, "The shipment couldn't be saved.")
            known["increment_id"] = str(entity["increment_id"])
        known["updated_at"] = shop.now
        books.save("shipment", known)
        kept = (
            "created_at", "entity_id", "increment_id", "order_id", "packages", "updated_at",
            "items", "tracks", "comments",
        )  # fmt: skip
        sent = ("total_qty", "store_id")
        reply: Doc = {name: known[name] for name in kept}
        reply.update({name: known[name] for name in sent if name in entity})
        return reply


def _unregistered(books: Books, entity: Doc, now: str) -> Doc:
    order = books.find("order", int(entity.get("order_id") or 0))
    if order is None:
        raise ShopError(400, "The shipment couldn't be saved.")
    entity_id = books.next("shipment")
    shipment: Doc = {"created_at": now, "entity_id": entity_id, "order_id": order["entity_id"]}
    for name in ("increment_id", "store_id", "total_qty"):
        if entity.get(name) is not None:
            shipment[name] = entity[name]
    if "increment_id" not in shipment:
        shipment["increment_id"] = books.next_increment("shipment", order["store_id"])
    shipment.update(packages=[], updated_at=now, comments=[])
    shipment["items"] = [
        {"entity_id": books.next("shipment_item"), "parent_id": entity_id, **line}
        for line in entity.get("items") or []
    ]
    shipment["tracks"] = [new_track(books, shipment, t, now) for t in entity.get("tracks") or []]
    shipment["extension_attributes"] = {"source_code": "default"}
    return shipment
