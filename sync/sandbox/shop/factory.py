"""Places new orders of the recorded shapes, with fresh numbers and the present time."""

from __future__ import annotations

import random
import secrets
from typing import Any

from sync.sandbox.shop import gateway, seed, settings, states
from sync.sandbox.shop.documents import Doc, add, bundled, copy, dec
from sync.sandbox.shop.errors import ShopError
from sync.sandbox.shop.mail import Post
from sync.sandbox.shop.shop import Shop
from sync.sandbox.shop.store import Books

LARGE, BAD = "large", "unknown-sku"
GIFT, INDIA = "gift-message", "india"
GERMAN, CHECKED = "german-business", "price-check"
GERMAN_ADDRESS = {
    "company": "Muster Maschinenbau GmbH", "street": ["Weißenburger Straße 4"],
    "postcode": "80331", "city": "München", "region": "Bayern", "region_code": "BAY",
    "region_id": 81, "country_id": "DE", "telephone": "+49 89 123456", "vat_id": "DE123456789",
}  # fmt: skip
# Paid by card: what the shop's gateway is asked for when the order is placed.
AUTHORISED, PAID_ONLINE, ORDERED_ONLINE = "authorised", "paid-online", "ordered-online"
BY_CARD = {
    AUTHORISED: gateway.AUTHORIZE,
    PAID_ONLINE: gateway.CAPTURE_AT_ONCE,
    ORDERED_ONLINE: gateway.ORDER,
}
LARGE_SOURCE, LARGE_LINES = 23, 250
UNKNOWN_SKU = "NO-SUCH-SKU"
MEANING = {
    "simple": "Guest, two simple products",
    "coupon": "Customer with coupon and tax",
    "configurable": "Two variants of a configurable product",
    "bundle-dynamic": "Bundle priced by its parts, shipped separately",
    "bundle-dynamic-together": "Bundle priced by its parts, shipped together",
    "bundle-fixed": "Bundle with a fixed price, shipped together",
    "virtual": "Only a virtual product, nothing to ship",
    "downloadable": "Only a download, nothing to ship",
    "mixed": "A virtual and a simple product",
    "grouped": "Parts of a grouped product",
    "eur": "German store, EUR, umlauts",
    "eur-coupon": "German store, EUR, coupon, very long company name",
    "purchase-order": "B2B store, purchase order number",
    "umlauts": "Umlauts in names, address and product",
    "japanese": "Japanese address, no region id",
    "free": "Zero total",
    "bank-transfer": "Bank transfer",
    "custom-option": "Product with a custom option and surcharge",
    "customer-note": "With a note from the customer",
    "gross-prices": "Catalogue prices include tax, coupon, taxed shipping",
    GIFT: "With gift messages for the order and for a product",
    INDIA: "To Mumbai: SAP needs the region of an Indian address",
    AUTHORISED: "Paid by card: authorised, to be captured later",
    PAID_ONLINE: "Paid by card: captured and invoiced at once",
    ORDERED_ONLINE: "Paid by card: neither authorised nor captured yet",
    GERMAN: "B2B store, German business customer, whose invoice SAP sends itself",
    CHECKED: f"With the shop's own status “{states.CHECKED}”: somebody looks at the price first",
    LARGE: "B2B order with 250 lines",
    BAD: f"Bad on purpose: a SKU no SAP knows ({UNKNOWN_SKU})",
}
EVERYDAY = tuple(name for name in MEANING if name not in (LARGE, BAD, GERMAN, CHECKED, *BY_CARD))


class UnknownShape(ValueError):
    """There is no shape of that name."""


def place(shop: Shop, shape: str = "", customer: dict[str, Any] | None = None) -> Doc:
    """Place one order; a random everyday shape without ``shape``. Raises UnknownShape.

    ``customer`` may hold email, firstname and lastname.
    """
    order = _template(shape or random.choice(EVERYDAY))
    visit = gateway.Visit()
    with shop.store.writing() as books:
        _number(books, order, shop.now)
        _name(order, customer or {})
        order.pop("email_sent", None)
        if shape in BY_CARD:
            visit = gateway.pay(books, order, BY_CARD[shape], shop.now)
        Post(books, settings.all_of(books.settings()), shop.now).announce("order", order, order)
        books.save("order", order)
        books.index_items(order)
        if shape == PAID_ONLINE:
            shop.invoice_within(books, order, {"capture": True}, visit)
    gateway.write(shop.store, visit, shop.now)
    return order


def edit(shop: Shop, order_id: int) -> Doc:
    """Edit an order as the admin panel does: a new one takes its place, and it is canceled.

    Magento's source (AdminOrder/Create), not recorded: the new number is the first one's with
    ``-1``, ``-2`` behind it, and both carry each other's ids. Raises ShopError for an order that is
    held, canceled, or shipped or invoiced in part: those cannot be edited.
    """
    old = shop.stored("order", order_id)
    if old["state"] != "new":
        raise ShopError(400, "The order can no longer be edited.")
    order = copy(old)
    for paper in ("ext_order_id", "relation_child_id", "relation_child_real_id"):
        order.pop(paper, None)
    first = old.get("original_increment_id") or old["increment_id"]
    edits = int(old.get("edit_increment") or 0) + 1
    with shop.store.writing() as books:
        _number(books, order, shop.now)
        order |= {
            "increment_id": f"{first}-{edits}",
            "original_increment_id": first,
            "edit_increment": edits,
            "relation_parent_id": str(old["entity_id"]),
            "relation_parent_real_id": old["increment_id"],
        }
        books.save("order", order)
        books.index_items(order)
    shop.move(order_id, "cancel")
    with shop.store.writing() as books:
        replaced = books.find("order", order_id) or {}
        replaced |= {
            "relation_child_id": str(order["entity_id"]),
            "relation_child_real_id": order["increment_id"],
        }
        books.save("order", replaced)
    return order


def _template(shape: str) -> Doc:
    if shape not in MEANING:
        raise UnknownShape(f"shape must be one of {', '.join(MEANING)}")
    if shape == LARGE:
        source = next(o for o in bundled("orders.json") if o["entity_id"] == LARGE_SOURCE)
        return _lengthened(seed.without_progress(source))
    if shape == BAD:
        order = copy(bundled("shapes.json")["simple"])
        order["items"][0].update(sku=UNKNOWN_SKU, name="A product nobody knows", product_id=99999)
        return order
    if shape in CHANGED:
        order = copy(bundled("shapes.json")["simple"])
        CHANGED[shape](order)
        return order
    if shape == GERMAN:
        order = copy(bundled("shapes.json")["purchase-order"])
        for address in _addresses(order):
            address |= GERMAN_ADDRESS
        return order
    order = copy(bundled("shapes.json")["simple" if shape in (CHECKED, *BY_CARD) else shape])
    if shape == CHECKED:
        states.check(order)
    return order


def _with_gift_messages(order: Doc) -> None:
    """As Magento_GiftMessage adds them."""
    for at, owner in enumerate((order, order["items"][0]), start=1):
        owner["extension_attributes"]["gift_message"] = {
            "gift_message_id": at,
            "customer_id": 0,
            "sender": "John",
            "recipient": "Käthe" if at == 1 else "Tom",
            "message": "Happy birthday, and many more!" if at == 1 else "This one is for you.",
        }


def _to_india(order: Doc) -> None:
    for address in _addresses(order):
        address |= {
            "city": "Mumbai",
            "country_id": "IN",
            "postcode": "400001",
            "region": "Maharashtra",
            "region_code": "MH",
            "region_id": 553,
            "street": ["12 Marine Drive"],
            "telephone": "+91 22 5550 100",
        }


CHANGED = {GIFT: _with_gift_messages, INDIA: _to_india}


def _lengthened(order: Doc) -> Doc:
    """Repeat lines until there are 250, and keep the sums right; the source has no tax."""
    highest = max(item["item_id"] for item in order["items"])
    for at, source in enumerate(order["items"][: LARGE_LINES - len(order["items"])]):
        line = copy(source)
        line["item_id"] = highest + at + 1
        order["items"].append(line)
        for side in ("", "base_"):
            net = dec(line[f"{side}row_total"])
            for name in ("subtotal", "subtotal_incl_tax", "grand_total", "total_due"):
                add(order, f"{side}{name}", net)
            add(order["payment"], f"{side}amount_ordered", net)
        add(order, "total_qty_ordered", dec(line["qty_ordered"]))
        add(order, "total_item_count", dec(1))
        add(order, "weight", dec(line["row_weight"]))
    return order


def _number(books: Books, order: Doc, now: str) -> None:
    """Fresh ids everywhere, and the present time."""
    old, fresh = order["entity_id"], books.next("order")
    first = books.next("order_item", len(order["items"]))
    items = {item["item_id"]: first + at for at, item in enumerate(order["items"])}
    _renumber(order, old, fresh, items)
    order["entity_id"] = order["payment"]["entity_id"] = order["quote_id"] = fresh
    order["increment_id"] = books.next_increment("order", order["store_id"])
    order["protect_code"] = secrets.token_hex(16)
    for place_ in _addresses(order):
        place_["entity_id"] = books.next("address")
    order["billing_address_id"] = order["billing_address"]["entity_id"]
    order["created_at"] = order["updated_at"] = now
    notes = [h for h in order["status_histories"] if h.get("entity_name") == "order"]
    order["status_histories"] = [
        {**note, "created_at": now, "entity_id": books.next("order_comment")} for note in notes
    ]
    for item in order["items"]:
        item["created_at"] = item["updated_at"] = now
        item["quote_item_id"] = item["item_id"]


def _renumber(node: Any, old: int, fresh: int, items: dict[int, int]) -> None:
    if isinstance(node, list):
        for entry in node:
            _renumber(entry, old, fresh, items)
    if not isinstance(node, dict):
        return
    for name, value in node.items():
        if name in ("item_id", "parent_item_id", "associated_item_id") and value in items:
            node[name] = items[value]
        elif name in ("order_id", "parent_id") and value == old:
            node[name] = fresh
        else:
            _renumber(value, old, fresh, items)


def _addresses(order: Doc) -> list[Doc]:
    found = [order["billing_address"]]
    for assignment in order["extension_attributes"].get("shipping_assignments", []):
        if "address" in assignment["shipping"]:
            found.append(assignment["shipping"]["address"])
    return found


def _name(order: Doc, customer: dict[str, Any]) -> None:
    for field in ("email", "firstname", "lastname"):
        if customer.get(field):
            order[f"customer_{field}"] = str(customer[field])
            for address in _addresses(order):
                address[field] = str(customer[field])
