"""Invoices: quantities, what is refused, totals, and what an invoice changes on its order."""

from __future__ import annotations

from decimal import Decimal

from sync.sandbox.shop.documents import Doc, add, cents, dec, num, shipping_address
from sync.sandbox.shop.errors import ShopError
from sync.sandbox.shop.quantities import Lines, per_parent, plain_open_to_invoice, whole
from sync.sandbox.shop.shipping import Picked, asked, creation_comments
from sync.sandbox.shop.states import can_invoice
from sync.sandbox.shop.store import Books

NO_PRODUCTS = "The invoice can't be created without products. Add products and try again."
SIDES = ("", "base_")
SHARES = ("discount", "tax", "discount_tax_compensation")
SHIPPING = (
    "shipping_amount", "shipping_discount_tax_compensation_amount", "shipping_incl_tax",
    "shipping_tax_amount",
)  # fmt: skip


def pick(order: Doc, items: list[Doc]) -> Picked:
    """The lines and quantities an invoice gets; unknown ids are dropped [329, 330].

    Raises ShopError when more is asked than is open [326].
    """
    lines = Lines(order)
    wanted = asked(items)
    picked: Picked = []
    for item in lines.all:
        if lines.stands_in_for_invoicing(item):
            continue
        open_now = lines.open_to_invoice(item)
        quantity = whole(item, _asked_for(lines, item, wanted)) if wanted else open_now
        direct = item["item_id"] in wanted
        if quantity > open_now and direct and open_now > 0:
            message = 'We found an invalid quantity to invoice item "%1".'
            raise ShopError(400, message, [item["name"]])
        if min(quantity, open_now) > 0:
            picked.append((item, min(quantity, open_now)))
    return _with_families(lines, picked, wanted)


def _asked_for(lines: Lines, item: Doc, wanted: dict[int, Decimal]) -> Decimal:
    if item["item_id"] in wanted:
        return wanted[item["item_id"]]
    parent = lines.parent(item)
    if parent is not None and parent["item_id"] in wanted:
        return wanted[parent["item_id"]] * per_parent(parent, item)
    return Decimal(0)


def _with_families(lines: Lines, picked: Picked, wanted: dict[int, Decimal]) -> Picked:
    """Add the lines that only stand for others, in the order's own order.

    The parent of a dynamic bundle counts its whole ordered quantity when only a child was
    named, which is how its qty_invoiced gets too high [348, 350].
    """
    chosen = {item["item_id"]: quantity for item, quantity in picked}
    result: Picked = []
    for item in lines.all:
        if item["item_id"] in chosen:
            result.append((item, chosen[item["item_id"]]))
        elif not lines.stands_in_for_invoicing(item):
            continue
        elif (parent := lines.parent(item)) is not None:
            if parent["item_id"] in chosen:
                result.append((item, per_parent(parent, item) * chosen[parent["item_id"]]))
        else:
            result.extend(_bundle_parent(lines, item, chosen, wanted))
    return result


def _bundle_parent(
    lines: Lines, item: Doc, chosen: dict[int, Decimal], wanted: dict[int, Decimal]
) -> Picked:
    children = [child["item_id"] for child in lines.children.get(item["item_id"], [])]
    if item["item_id"] in wanted:
        quantity = whole(item, wanted[item["item_id"]])
        return [(item, quantity)] if quantity > 0 else []
    if any(child in wanted for child in children):
        return [(item, dec(item["qty_ordered"]))]
    if any(child in chosen for child in children):
        return [(item, plain_open_to_invoice(item) or Decimal(1))]
    return []


def refuse(order: Doc, picked: Picked) -> None:
    """Raise the validation error a bad invoice gets [313, 328, 335, 336]."""
    found = [] if picked else [NO_PRODUCTS]
    if order["state"] in ("holded", "canceled", "complete", "closed"):
        found.append(
            f"An invoice cannot be created when an order has a status of {order['status']}"
        )
    elif not can_invoice(order):
        found.append("The order does not allow an invoice to be created.")
    if found:
        raise ShopError(400, "\n".join(["Invoice Document Validation Error(s):", *found]))


def build(books: Books, order: Doc, picked: Picked, request: Doc, now: str) -> Doc:
    """The invoice document; its state is that of a paid one at once, with every offline method
    [311] and whatever a gateway says ("Versions" 3)."""
    entity_id = books.next("invoice")
    with_shipping = "shipping_invoiced" not in order and not order.get("is_virtual")
    document: Doc = {
        "billing_address_id": order["billing_address_id"],
        "can_void_flag": 0,
        "created_at": now,
        "entity_id": entity_id,
        "increment_id": books.next_increment("invoice", order["store_id"]),
        "order_id": order["entity_id"],
        "state": 2,
        "total_qty": num(_asked_in_all(picked, request)),
        "updated_at": now,
    }
    address = shipping_address(order)
    if address:
        document["shipping_address_id"] = address["entity_id"]
    for name in (
        "base_currency_code", "base_to_global_rate", "base_to_order_rate", "global_currency_code",
        "order_currency_code", "store_currency_code", "store_id", "store_to_base_rate",
        "store_to_order_rate", "discount_description",
    ):  # fmt: skip
        if name in order:
            document[name] = order[name]
    lines = Lines(order)
    first = books.next("invoice_item", len(picked))
    document["items"] = [
        {"entity_id": first + at, "parent_id": entity_id, **line(lines, item, quantity)}
        for at, (item, quantity) in enumerate(picked)
    ]
    is_last = _is_last(lines, picked)
    for side in SIDES:
        _totals(document, order, side, with_shipping=with_shipping, is_last=is_last)
    document["comments"] = creation_comments(books, "invoice", entity_id, request, now)
    return document


def _asked_in_all(picked: Picked, request: Doc) -> Decimal:
    """Added up before each quantity is cut to whole pieces: 1.5 of one piece that was invoiced."""
    wanted = asked(request.get("items") or [])
    return sum((wanted.get(item["item_id"], quantity) for item, quantity in picked), Decimal(0))


def line(lines: Lines, item: Doc, quantity: Decimal) -> Doc:
    """One invoice line; its row total is undiscounted, the discount stands beside it [841]."""
    fields: Doc = {"name": item["name"], "product_id": item.get("product_id")}
    fields.update(sku=item["sku"], order_item_id=item["item_id"], qty=num(quantity))
    for side in SIDES:
        fields[f"{side}price"] = item[f"{side}price"]
        is_free_child = lines.parent(item) is not None and lines.stands_in_for_invoicing(item)
        if is_free_child:
            continue
        gross = dec(item.get(f"{side}price_incl_tax", item[f"{side}price"]))
        fields[f"{side}price_incl_tax"] = num(gross)
        if lines.stands_in_for_invoicing(item):
            continue
        fields[f"{side}row_total"] = num(_row_share(item, side, quantity))
        fields[f"{side}row_total_incl_tax"] = num(_gross_share(item, side, quantity))
        for share in SHARES:
            amount = num(_share(item, f"{side}{share}", quantity))
            if amount or share != "discount":
                fields[f"{side}{share}_amount"] = amount
    return fields


def stored_row_total(item: Doc, side: str) -> Decimal:
    """The row total before the discount that REST takes off [101, 804]."""
    return dec(item[f"{side}row_total"]) + dec(item.get(f"{side}discount_amount"))


def _row_share(item: Doc, side: str, quantity: Decimal) -> Decimal:
    """In cents, whatever places the order's own row has [248-336]."""
    return cents(stored_row_total(item, side) / dec(item["qty_ordered"]) * quantity)


def _gross_share(item: Doc, side: str, quantity: Decimal) -> Decimal:
    return cents(_gross_row(item, side) / dec(item["qty_ordered"]) * quantity)


def _gross_row(item: Doc, side: str) -> Decimal:
    """The row total with tax, before the discount, which REST hides on a discounted line.

    There it is the net row and its tax [248-349, 248-353], or, where catalogue prices include tax
    and the discount therefore is compensated, the price by the pieces [810].
    """
    name = f"{side}row_total_incl_tax"
    if name in item and not item.get("discount_amount"):
        return dec(item[name])
    if name in item and not item.get("discount_tax_compensation_amount"):
        return cents(stored_row_total(item, side) * (1 + dec(item.get("tax_percent")) / 100))
    gross = dec(item.get(f"{side}price_incl_tax", item[f"{side}price"]))
    return gross * dec(item["qty_ordered"])


def _share(item: Doc, name: str, quantity: Decimal) -> Decimal:
    """The part of an amount that is due now; the last invoice takes the rest."""
    rest = dec(item.get(f"{name}_amount")) - dec(item.get(f"{name}_invoiced"))
    return cents(rest * quantity / (plain_open_to_invoice(item) or quantity))


def _is_last(lines: Lines, picked: Picked) -> bool:
    """Whether nothing is left to invoice afterwards."""
    chosen = {item["item_id"]: quantity for item, quantity in picked}
    return all(
        lines.open_to_invoice(item) <= chosen.get(item["item_id"], Decimal(0)) for item in lines.all
    )


def _totals(document: Doc, order: Doc, side: str, *, with_shipping: bool, is_last: bool) -> None:
    def total(name: str) -> Decimal:
        return sum((dec(i.get(f"{side}{name}")) for i in document["items"]), Decimal(0))

    tax, discount = total("tax_amount"), total("discount_amount")
    compensation = total("discount_tax_compensation_amount")
    shipping = Decimal(0)
    if with_shipping:
        for name in SHIPPING:
            short = name.replace("compensation_amount", "compensation_amnt") if side else name
            document[f"{side}{short}"] = order.get(f"{side}{short}", 0)
        tax += dec(order.get(f"{side}shipping_tax_amount"))
        shipping = dec(order.get(f"{side}shipping_amount"))
    subtotal = total("row_total")
    if is_last:  # the rest, so that the invoices add up to the order
        subtotal = dec(order[f"{side}subtotal"]) - dec(order.get(f"{side}subtotal_invoiced"))
    document[f"{side}subtotal"] = num(subtotal)
    document[f"{side}subtotal_incl_tax"] = num(total("row_total_incl_tax"))
    document[f"{side}tax_amount"] = num(tax)
    document[f"{side}discount_amount"] = num(-discount)
    document[f"{side}discount_tax_compensation_amount"] = num(compensation)
    document[f"{side}grand_total"] = num(subtotal - discount + compensation + tax + shipping)


def register(order: Doc, picked: Picked, invoice: Doc, now: str, *, is_paid: bool = True) -> None:
    """Write the invoice's quantities and amounts to the order, as [843] against [101]; what is
    not paid leaves ``total_paid`` alone ("Versions" 3)."""
    written = {entry["order_item_id"]: entry for entry in invoice["items"]}
    for item, quantity in picked:
        add(item, "qty_invoiced", quantity)
        _register_line(item, written[item["item_id"]])
    _touch(order, now)
    for side in SIDES:
        for name in ("discount", "tax", "discount_tax_compensation", "subtotal", "shipping"):
            amount = name if name == "subtotal" else f"{name}_amount"
            add(order, f"{side}{name}_invoiced", dec(invoice.get(f"{side}{amount}")))
        add(order, f"{side}total_invoiced", dec(invoice[f"{side}grand_total"]))
        if is_paid:
            _pay(order, side, dec(invoice[f"{side}grand_total"]))
    order["base_total_invoiced_cost"] = 0


def _register_line(item: Doc, entry: Doc) -> None:
    for side in SIDES:
        if f"{side}row_total" not in entry:
            item.setdefault(f"{side}discount_tax_compensation_invoiced", 0)  # [852, 853]
        else:
            add(item, f"{side}row_invoiced", dec(entry[f"{side}row_total"]))
            for share in SHARES:
                add(item, f"{side}{share}_invoiced", dec(entry.get(f"{side}{share}_amount")))


def _touch(order: Doc, now: str) -> None:
    for item in order["items"]:
        item["updated_at"] = now
        item.setdefault("weee_tax_applied", "[]")


def _pay(order: Doc, side: str, amount: Decimal) -> None:
    add(order, f"{side}total_paid", amount)
    due = dec(order[f"{side}grand_total"]) - dec(order[f"{side}total_paid"])
    order[f"{side}total_due"] = num(max(cents(due), Decimal(0)))  # in cents [248-118]
    add(order["payment"], f"{side}amount_paid", amount)
    captured = order[f"{side}shipping_invoiced"]
    order["payment"][f"{side}shipping_captured"] = captured
    for assignment in order["extension_attributes"].get("shipping_assignments", []):
        assignment["shipping"]["total"][f"{side}shipping_invoiced"] = captured
