"""Offline refunds: a credit memo over all or some of what was invoiced."""

from __future__ import annotations

from decimal import Decimal

from sync.sandbox.shop.documents import Doc, add, cents, dec, num, shipping_address
from sync.sandbox.shop.errors import ShopError
from sync.sandbox.shop.quantities import Lines, per_parent, whole
from sync.sandbox.shop.shipping import Picked, asked, creation_comments
from sync.sandbox.shop.states import can_invoice, enter
from sync.sandbox.shop.store import Books

LEAD = "Creditmemo Document Validation Error(s):\n"
SIDES = ("", "base_")
COPIED = (
    "base_currency_code", "base_to_global_rate", "base_to_order_rate", "discount_description",
    "global_currency_code", "order_currency_code", "store_currency_code", "store_to_base_rate",
    "store_to_order_rate",
)  # fmt: skip
WEEE = ("weee_tax_applied_row_amount", "weee_tax_row_disposition", "base_weee_tax_row_disposition")


def pick(order: Doc, items: list[Doc]) -> Picked:
    """The lines and quantities to give back. Raises ShopError on too many [504]."""
    lines = Lines(order)
    wanted = asked(items)
    picked: Picked = []
    for item in lines.all:
        rest = dec(item["qty_invoiced"]) - dec(item["qty_refunded"])
        parent = lines.parent(item)
        quantity = wanted.get(item["item_id"], Decimal(0)) if wanted else rest
        if wanted and parent is not None and parent["item_id"] in wanted:
            quantity = wanted[parent["item_id"]] * per_parent(parent, item)
        quantity = whole(item, quantity)
        if quantity > rest:
            message = 'We found an invalid quantity to refund item "%1".'
            raise ShopError(400, message, [item["name"]])
        if quantity > 0:
            picked.append((item, quantity))
    return picked


def refuse(order: Doc, picked: Picked) -> None:
    """Raise the validation error a bad refund gets [500, 508]."""
    if order["state"] in ("closed", "canceled", "holded"):
        status = order["status"]
        raise ShopError(
            400, f"{LEAD}A creditmemo can not be created when an order has a status of {status}"
        )
    left = dec(order.get("total_paid")) - dec(order.get("total_refunded"))
    if left <= 0 or not picked:
        raise ShopError(400, f"{LEAD}The most money available to refund is 0.")


def build(books: Books, order: Doc, picked: Picked, request: Doc, now: str) -> Doc:
    """The credit memo document, as [505]."""
    entity_id = books.next("creditmemo")
    address = shipping_address(order)
    document: Doc = {
        "billing_address_id": order["billing_address_id"],
        "created_at": now,
        "entity_id": entity_id,
        "increment_id": books.next_increment("creditmemo", order["store_id"]),
        "order_id": order["entity_id"],
        "shipping_address_id": address["entity_id"] if address else None,
        "state": 2,
        "store_id": order["store_id"],
        "updated_at": now,
    }
    for name in COPIED:
        if name in order:
            document[name] = order[name]
    first = books.next("creditmemo_item", len(picked))
    lines, carried = Lines(order), dict[str, Decimal]()
    document["items"] = [
        {"entity_id": first + at, "parent_id": entity_id, **_line(lines, item, quantity, carried)}
        for at, (item, quantity) in enumerate(picked)
    ]
    arguments = request.get("arguments") or {}
    for side in SIDES:
        _totals(document, order, side, arguments)
    document["comments"] = creation_comments(books, "creditmemo", entity_id, request, now)
    return document


def _line(lines: Lines, item: Doc, quantity: Decimal, carried: dict[str, Decimal]) -> Doc:
    """``carried`` are the fractions of a cent of tax that the lines before have left."""
    fields: Doc = {"name": item["name"], "sku": item["sku"], "product_id": item.get("product_id")}
    fields.update(order_item_id=item["item_id"], qty=num(quantity))
    share = quantity / (dec(item["qty_invoiced"]) - dec(item["qty_refunded"]))
    counts = not lines.stands_in_for_invoicing(item)
    fields.update(base_cost=None, weee_tax_applied="[]", **dict.fromkeys(WEEE, 0))
    for side in SIDES:
        fields[f"{side}price"] = item[f"{side}price"]
        gross = dec(item.get(f"{side}price_incl_tax", item[f"{side}price"]))
        fields[f"{side}price_incl_tax"] = num(gross)
        fields[f"{side}row_total_incl_tax"] = num(cents(gross * quantity)) if counts else 0
        for name, invoiced, refunded in (
            ("row_total", "row_invoiced", "amount_refunded"),
            ("tax_amount", "tax_invoiced", "tax_refunded"),
            ("discount_amount", "discount_invoiced", "discount_refunded"),
            (
                "discount_tax_compensation_amount", "discount_tax_compensation_invoiced",
                "discount_tax_compensation_refunded",
            ),
        ):  # fmt: skip
            rest = dec(item.get(f"{side}{invoiced}")) - dec(item.get(f"{side}{refunded}"))
            amount = rest * share
            if counts and name == "tax_amount" and share < 1:
                amount += carried.get(side, Decimal(0))
                carried[side] = amount - cents(amount)
            fields[f"{side}{name}"] = num(cents(amount)) if counts else 0
    return fields


def _totals(document: Doc, order: Doc, side: str, arguments: Doc) -> None:
    def total(name: str) -> Decimal:
        return sum((dec(i.get(f"{side}{name}")) for i in document["items"]), Decimal(0))

    rest = dec(order.get(f"{side}shipping_invoiced")) - dec(order.get(f"{side}shipping_refunded"))
    asked_shipping = arguments.get("shipping_amount")
    shipping = rest if asked_shipping is None else min(dec(asked_shipping), rest)
    positive = dec(arguments.get("adjustment_positive"))
    negative = dec(arguments.get("adjustment_negative"))
    shipping_tax = _shipping_tax(order, side, shipping, rest)
    tax = total("tax_amount") + shipping_tax
    discount, compensation = total("discount_amount"), total("discount_tax_compensation_amount")
    subtotal = total("row_total")
    for name, amount in (("positive", positive), ("negative", negative)):
        if f"adjustment_{name}" in arguments:  # without, there is none [248-505]
            document[f"{side}adjustment_{name}"] = num(amount)
    document[f"{side}adjustment"] = num(positive - negative)
    document[f"{side}shipping_amount"] = num(shipping)
    document[f"{side}shipping_tax_amount"] = num(shipping_tax)
    document[f"{side}shipping_incl_tax"] = num(shipping + shipping_tax)
    document[f"{side}subtotal"] = num(subtotal)
    document[f"{side}subtotal_incl_tax"] = num(total("row_total_incl_tax"))
    document[f"{side}tax_amount"] = num(tax)
    document[f"{side}discount_amount"] = num(-discount)
    document[f"{side}discount_tax_compensation_amount"] = num(compensation)
    grand = subtotal - discount + compensation + tax + shipping + positive - negative
    document[f"{side}grand_total"] = num(grand)


def _shipping_tax(order: Doc, side: str, shipping: Decimal, rest: Decimal) -> Decimal:
    """The part of the freight that goes back takes its part of the tax, and the last one what is
    left of it."""
    whole_tax = dec(order.get(f"{side}shipping_tax_amount"))
    if shipping == rest:
        left = whole_tax - dec(order.get(f"{side}shipping_tax_refunded"))
        return left if shipping else Decimal(0)
    return cents(whole_tax * shipping / dec(order[f"{side}shipping_amount"]))


def register(order: Doc, picked: Picked, memo: Doc) -> None:
    """Write the credit memo to the order: quantities and amounts [502, 847]."""
    now = memo["created_at"]
    written = {entry["order_item_id"]: entry for entry in memo["items"]}
    for item, quantity in picked:
        add(item, "qty_refunded", quantity)
        item["updated_at"] = now
        for side in SIDES:
            _register_line(item, written[item["item_id"]], side)
    for side in SIDES:
        _register_totals(order, memo, side)


def close(order: Doc) -> bool:
    """Close an order whose whole payment went back [507]; False for any other, and for one of
    which some is still to be invoiced."""
    if dec(order["total_refunded"]) < dec(order["total_paid"]) or can_invoice(order):
        return False
    enter(order, "closed")
    return True


def note(books: Books, order: Doc, memo: Doc, notified: bool) -> None:
    """The entry a credit memo leaves in the order's history [502]."""
    order["customer_note_notify"] = int(notified)
    symbol = {"USD": "$", "EUR": "€"}.get(order["base_currency_code"], "")
    entry = {
        "comment": f"We refunded {symbol}{dec(memo['base_grand_total']):.2f} offline.",
        "created_at": memo["created_at"],
        "entity_id": books.next("order_comment"),
        "entity_name": "creditmemo",
        "is_customer_notified": int(notified),
        "is_visible_on_front": 0,
        "parent_id": order["entity_id"],
        "status": order["status"],
    }
    order["status_histories"].insert(0, entry)


def _register_line(item: Doc, entry: Doc, side: str) -> None:
    add(item, f"{side}amount_refunded", dec(entry[f"{side}row_total"]))
    for name in ("tax", "discount", "discount_tax_compensation"):
        add(item, f"{side}{name}_refunded", dec(entry[f"{side}{name}_amount"]))


def _register_totals(order: Doc, memo: Doc, side: str) -> None:
    grand, shipping = dec(memo[f"{side}grand_total"]), dec(memo[f"{side}shipping_amount"])
    tax = dec(memo[f"{side}shipping_tax_amount"])
    add(order, f"{side}total_refunded", grand)
    add(order, f"{side}total_offline_refunded", grand)
    add(order["payment"], f"{side}amount_refunded", grand)
    add(order["payment"], f"{side}shipping_refunded", shipping)
    add(order, f"{side}subtotal_refunded", dec(memo[f"{side}subtotal"]))
    add(order, f"{side}shipping_tax_refunded", tax)
    for name in ("tax", "discount", "discount_tax_compensation", "shipping"):
        add(order, f"{side}{name}_refunded", dec(memo[f"{side}{name}_amount"]))
    for name in ("adjustment_positive", "adjustment_negative"):
        add(order, f"{side}{name}", dec(memo.get(f"{side}{name}")))
    for assignment in order["extension_attributes"].get("shipping_assignments", []):
        total = assignment["shipping"]["total"]
        add(total, f"{side}shipping_refunded", shipping)
        add(total, f"{side}shipping_tax_refunded", tax)
