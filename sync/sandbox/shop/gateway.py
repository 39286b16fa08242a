"""The payment gateway behind the shop: how it answers a capture, and its own book.

The book is the bank's: it is kept apart from the shop's transactions, so it still holds a capture
the shop failed to save (README "Versions" 3). What it holds is in base currency, as asked for.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from sync.sandbox.shop.documents import Doc, add, dec, num
from sync.sandbox.shop.errors import ShopError
from sync.sandbox.shop.store import Books, Store

METHOD, TITLE = "cardgateway", "Card (made-up gateway)"
AUTHORISED, CAPTURED = "authorization", "capture"
NOT_SAVED = "Could not save an invoice, see error log for details"
DECLINED, PENDING, UNABLE, NOT_STORED = "declined", "pending", "unable", "not_saved"
ANSWERS = {
    DECLINED: "The gateway declines: 400, nothing is collected",
    PENDING: "The gateway will collect later: an invoice, but nothing paid",
    UNABLE: "The method cannot capture: an invoice, but nothing paid",
    NOT_STORED: "The gateway collects, then the shop fails to save: 400",
}


def is_used(order: Doc) -> bool:
    """Whether an order is paid through a gateway; offline methods have no transactions."""
    return bool(order["payment"].get("last_trans_id"))


def number(kind: str) -> str:
    """A fresh transaction id such as the recorded ones [248-381, 248-388]."""
    return f"{'CAP' if kind == CAPTURED else 'AUTH'}-{secrets.token_hex(7)[:13]}"


@dataclass(slots=True)
class Visit:
    """One request's dealings with the gateway; ``entries`` go into its book whatever the shop
    makes of them. ``is_paid`` says what an invoice does to ``total_paid``."""

    answer: str = ""
    is_paid: bool = True
    entries: list[tuple[int, str, str, str]] = field(default_factory=list)

    def capture(self, order: Doc, invoice: Doc) -> None:
        """Ask for an invoice's amount. Raises ShopError 400 where it is declined."""
        if self.answer == DECLINED:
            raise ShopError(400, NOT_SAVED)
        if self.answer == UNABLE:
            self.is_paid = False
            return
        transaction = number(CAPTURED)
        invoice["transaction_id"] = order["payment"]["last_trans_id"] = transaction
        if self.answer == PENDING:
            self.is_paid = False
            return
        amount = dec(invoice["base_grand_total"])
        self.entries.append((order["entity_id"], CAPTURED, transaction, str(num(amount))))
        if self.answer == NOT_STORED:
            raise ShopError(400, NOT_SAVED)
        add(order["payment"], "base_amount_paid_online", amount)


def note(books: Books, order: Doc, text: str, entity_name: str, now: str) -> None:
    """What the payment writes into the order's history [248-381, 248-392]."""
    order["status_histories"].insert(0, {
        "comment": text, "created_at": now, "entity_id": books.next("order_comment"),
        "entity_name": entity_name, "is_customer_notified": None, "is_visible_on_front": 0,
        "parent_id": order["entity_id"], "status": order["status"],
    })  # fmt: skip


def note_capture(books: Books, order: Doc, invoice: Doc, now: str) -> None:
    """Say what was captured for an invoice."""
    amount = dec(invoice["base_grand_total"])
    text = f"Captured amount of ${amount:.2f} online. Transaction ID: "
    note(books, order, f'{text}"{invoice["transaction_id"]}"', "invoice", now)


def write(store: Store, visit: Visit, now: str) -> None:
    """Put what was done into the gateway's own book."""
    if visit.entries:
        with store.writing() as books:
            for entry in visit.entries:
                books.add_payment((*entry, now))


AUTHORIZE, CAPTURE_AT_ONCE, ORDER = "authorize", "authorize_capture", "order"


def pay(books: Books, order: Doc, action: str, now: str) -> Visit:
    """Let a new order be paid by card, with the payment action the shop has configured.

    ``order`` places the payment without an authorisation; ``authorize_capture`` is authorised
    here, and captured with the invoice the shop makes at once [248-381, 248-398].
    """
    payment, visit = order["payment"], Visit()
    order["state"] = order["status"] = "processing"
    payment.update(method=METHOD, additional_information=[TITLE])
    payment["last_trans_id"] = transaction = number(AUTHORISED)
    named = [{"key": "method_title", "value": TITLE}]
    order["extension_attributes"]["payment_additional_info"] = named
    if action == ORDER:
        text = f"Ordered amount of ${dec(order['base_grand_total']):.2f}. Transaction ID: "
        note(books, order, f'{text}"{transaction}"', "order", now)
        return visit
    for side in ("", "base_"):
        payment[f"{side}amount_authorized"] = order[f"{side}grand_total"]
    amount = str(order["base_grand_total"])
    visit.entries.append((order["entity_id"], AUTHORISED, transaction, amount))
    if action == AUTHORIZE:
        text = f"Authorized amount of ${dec(amount):.2f}. Transaction ID: "
        note(books, order, f'{text}"{transaction}"', "order", now)
    return visit
