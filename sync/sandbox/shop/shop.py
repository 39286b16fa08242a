"""The shop itself: what each call does to orders and their documents. Knows nothing of HTTP."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sync.sandbox.shop import gateway, invoicing, refunding, settings, shipping, states, stock
from sync.sandbox.shop.documents import (
    Clock,
    Doc,
    stamp,
    stored_text,
    utc_now,
)
from sync.sandbox.shop.errors import ShopError, not_found
from sync.sandbox.shop.mail import Post
from sync.sandbox.shop.order_reply import half_empty
from sync.sandbox.shop.store import Books, Store
from sync.sandbox.shop.versions import VERSIONS, Shown, Version

INTERNAL = "Internal Error. Details are available in Magento log file. Report ID: webapi-"
SAVED_ANYWAY = ("items", "billing_address", "payment", "status_histories", "extension_attributes")
QUANTITIES = (
    "qty_shipped", "qty_invoiced", "qty_refunded", "qty_canceled", "row_invoiced",
    "base_row_invoiced", "tax_invoiced", "base_tax_invoiced", "discount_invoiced",
    "base_discount_invoiced",
)  # fmt: skip


class Shop:
    """Domain rules over a store. Safe to call from many threads."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock = utc_now,
        pause: Callable[[str], None] | None = None,
        gateway_answer: Callable[[], str] | None = None,
    ) -> None:
        self.store = store
        self._clock = clock
        self.pause = pause or (lambda operation: None)
        self.gateway_answer = gateway_answer or (lambda: "")
        self._guard = threading.Lock()
        self._locks: dict[int, threading.Lock] = {}
        self._in_flight: Counter[int] = Counter()

    @property
    def now(self) -> str:
        """The present time as Magento writes it."""
        return stamp(self._clock())

    def settings(self) -> dict[str, Any]:
        """All settings, defaults filled in."""
        with self.store.reading() as books:
            return settings.all_of(books.settings())

    @property
    def version(self) -> Version:
        """The Magento version that is played."""
        return VERSIONS[self.settings()["version"]]

    @property
    def shown(self) -> Shown:
        """How lines of orders leave the shop now."""
        switches = self.settings()
        return Shown(VERSIONS[switches["version"]], switches["sales_prices_include_tax"])

    def change_settings(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Store settings. Raises settings.BadSetting and then stores none."""
        good = {name: settings.read(name, value) for name, value in changes.items()}
        with self.store.writing() as books:
            for name, value in good.items():
                books.set_setting(name, value)
        return self.settings()

    def send_queued_mails(self) -> int:
        """Run the mail cron job."""
        with self.store.writing() as books:
            return self._post(books).work_off()

    def get(self, kind: str, entity_id: int) -> Doc:
        """One document as GET sends it. Raises ShopError 404."""
        document = self.stored(kind, entity_id)
        return self.shown.order(document) if kind == "order" else document

    def stored(self, kind: str, entity_id: int) -> Doc:
        """One document as the books have it, the same in both versions. Raises ShopError 404."""
        with self.store.reading() as books:
            return self._find(books, kind, entity_id)

    @staticmethod
    def _find(books: Books, kind: str, entity_id: int) -> Doc:
        document = books.find(kind, entity_id)
        if document is None:
            raise not_found()
        return document

    def _post(self, books: Books) -> Post:
        return Post(books, settings.all_of(books.settings()), self.now)

    # Documents made from an order. They are serialised per order, and while one runs the order
    # is in flight: another kind of write then loses or overwrites data, as in README "Races".

    def _lock(self, order_id: int) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(order_id, threading.Lock())

    @contextmanager
    def _making(self, order_id: int, operation: str) -> Iterator[None]:
        with self._guard:
            self._in_flight[order_id] += 1
        try:
            with self._lock(order_id):
                self.pause(operation)
                time.sleep(self.settings()["write_seconds"])
                yield
        finally:
            with self._guard:
                self._in_flight[order_id] -= 1

    def ship(self, order_id: int, request: Doc) -> int:
        """Make a shipment; its entity id. Raises ShopError [200-302]."""
        self.get("order", order_id)
        with self._making(order_id, "ship"), self.store.writing() as books:
            order = self._find(books, "order", order_id)
            wanted = shipping.asked(request.get("items") or [])
            picked = shipping.pick(order, wanted)
            shipping.refuse(order, picked, request)
            now = self.now
            source = stock.source_asked(request)
            text = settings.all_of(books.settings())["stock"]
            if (left := stock.deduct(text, source, order, picked)) != text:
                books.set_setting("stock", left)
            listed = shipping.register(order, picked)
            for item, _ in listed:
                item["updated_at"] = now
            shipment = shipping.build(books, order, listed, request, now)
            shipment["extension_attributes"] = {"source_code": source}
            if self._settle(books, order):
                order["updated_at"] = now
            self._announce_new(books, "shipment", order, shipment, request)
            books.save("order", order)
            books.save("shipment", shipment)
            return int(shipment["entity_id"])

    def invoice(self, order_id: int, request: Doc) -> int:
        """Make an invoice, captured where that is asked for; its entity id. Raises ShopError
        [310-356, 248-381 to 248-397]."""
        self.get("order", order_id)
        visit = gateway.Visit()
        with (
            self._making(order_id, "invoice"),
            self._visiting(visit),
            self.store.writing() as books,
        ):
            order = self._find(books, "order", order_id)
            return self.invoice_within(books, order, request, visit)

    def invoice_within(self, books: Books, order: Doc, request: Doc, visit: gateway.Visit) -> int:
        """Make an invoice inside a transaction of the caller's."""
        picked = invoicing.pick(order, request.get("items") or [])
        invoicing.refuse(order, picked)
        now = self.now
        invoice = invoicing.build(books, order, picked, request, now)
        if captures := bool(request.get("capture")) and gateway.is_used(order):
            invoice.pop("can_void_flag")  # [248-388]
            visit.answer = self.gateway_answer()
            visit.capture(order, invoice)
        invoicing.register(order, picked, invoice, now, is_paid=visit.is_paid)
        if captures and visit.is_paid:
            gateway.note_capture(books, order, invoice, now)
        self._settle(books, order, invoice)
        order["updated_at"] = now
        self._announce_new(books, "invoice", order, invoice, request)
        books.save("order", order)
        books.save("invoice", invoice)
        return int(invoice["entity_id"])

    @contextmanager
    def _visiting(self, visit: gateway.Visit) -> Iterator[None]:
        """The bank remembers, also what the shop takes back."""
        try:
            yield
        finally:
            gateway.write(self.store, visit, self.now)

    def capture(self, invoice_id: int) -> bool:
        """Capture an invoice that exists: once more each time [386]. Raises ShopError."""
        invoice = self.get("invoice", invoice_id)
        visit = gateway.Visit(self.gateway_answer())
        with self._visiting(visit), self._changing(invoice["order_id"]) as (books, order):
            if not gateway.is_used(order):
                raise ShopError(400, "The capture action is not available.")
            visit.capture(order, invoice)
            invoice["updated_at"] = order["updated_at"] = self.now
            books.save("invoice", invoice)
        return True

    def refund(self, order_id: int, request: Doc) -> int:
        """Make an offline credit memo; its entity id. Raises ShopError [500-508]."""
        self.get("order", order_id)
        with self._making(order_id, "refund"), self.store.writing() as books:
            order = self._find(books, "order", order_id)
            picked = refunding.pick(order, request.get("items") or [])
            refunding.refuse(order, picked)
            now = self.now
            memo = refunding.build(books, order, picked, request, now)
            self._announce_new(books, "creditmemo", order, memo, request)
            refunding.register(order, picked, memo)
            if not refunding.close(order):
                self._settle(books, order)
            refunding.note(books, order, memo, bool(request.get("notify")))
            order["updated_at"] = now
            books.save("order", order)
            books.save("creditmemo", memo)
            return int(memo["entity_id"])

    def _settle(self, books: Books, order: Doc, *new_invoices: Doc) -> bool:
        invoices = [*books.of_order("invoice", order["entity_id"]), *new_invoices]
        return states.settle(order, self.version, invoices)

    def _announce_new(
        self, books: Books, kind: str, order: Doc, document: Doc, request: Doc
    ) -> None:
        if not request.get("notify"):
            return
        comments = document["comments"] if request.get("appendComment") else []
        text = comments[0]["comment"] if comments else ""
        self._post(books).announce(kind, order, document, text)

    # Writes to the order itself.

    @contextmanager
    def _changing(self, order_id: int) -> Iterator[tuple[Books, Doc]]:
        """The order for a change; loses what a ship or invoice in flight does [910]."""
        with self._guard:
            overlapping = self._in_flight[order_id] > 0
        stale = self.get("order", order_id) if overlapping else None
        with self._lock(order_id), self.store.writing() as books:
            order = self._find(books, "order", order_id)
            if stale is not None:
                self._overwrite(order, stale)
            yield books, order
            books.save("order", order)

    @staticmethod
    def _overwrite(order: Doc, stale: Doc) -> None:
        before = {item["item_id"]: item for item in stale["items"]}
        for item in order["items"]:
            for name in QUANTITIES:
                if name in item:
                    item[name] = before[item["item_id"]].get(name, 0)

    def save_order(self, entity: Doc) -> Doc:
        """POST /orders: columns sent are written as they are; the half-empty reply [430, 447]."""
        order_id = entity.get("entity_id")
        try:
            self.get("order", int(order_id or 0))
        except ShopError as error:
            raise ShopError(400, "Please provide payment for the order.") from error
        columns = {
            name: value
            for name, value in entity.items()
            if name not in SAVED_ANYWAY and name != "entity_id" and value is not None
        }
        with self._changing(int(order_id or 0)) as (books, order):
            order.update(columns)
            if "ext_order_id" in columns:
                order["ext_order_id"] = str(columns["ext_order_id"])[:32]
            order["updated_at"] = self.now
            for history in entity.get("status_histories") or []:
                self._add_history(books, order, history)
            return half_empty(self.shown.items(order), order, columns)

    def comment_order(self, order_id: int, history: Doc) -> bool:
        """Add to the order's history. Raises ShopError: 500 next to a running document [912]."""
        self.get("order", order_id)
        with self._guard:
            overlapping = self._in_flight[order_id] > 0
        if overlapping:
            raise ShopError(500, f"{INTERNAL}{time.time_ns() & 0xFFFFFFFFFFFFF:013x}")
        with self._lock(order_id), self.store.writing() as books:
            order = self._find(books, "order", order_id)
            status = history.get("status")
            states.check_status(order, status, self.version)
            entry = self._add_history(books, order, history)
            if status:
                order["status"] = status
            sent = not entry["is_customer_notified"] or self._post(books).update(
                "order_comment", order, order, entry["comment"] or ""
            )
            books.save("order", order)
        if not sent:
            raise ShopError(400, "Unable to send mail. Please try again later.")
        return True

    def _add_history(self, books: Books, order: Doc, history: Doc) -> Doc:
        """On hold it carries the status from before [423]."""
        status = order["status"]
        if order["state"] == "holded":
            status = order.get("hold_before_status") or status
        entry: Doc = {
            "comment": stored_text(history.get("comment")),
            "created_at": self.now,
            "entity_id": books.next("order_comment"),
            "is_customer_notified": int(history.get("is_customer_notified") or 0),
            "is_visible_on_front": int(history.get("is_visible_on_front") or 0),
            "parent_id": order["entity_id"],
            "status": history.get("status") or status,
        }
        order["status_histories"].insert(0, entry)
        return entry

    def move(self, order_id: int, action: str) -> bool:
        """hold, unhold, check, release or cancel; what the route answers. Raises ShopError."""
        self.get("order", order_id)
        with self._changing(order_id) as (_, order):
            if action == "cancel":
                done = states.cancel(order)
            else:
                getattr(states, action)(order)
                done = True
            if done:
                order["updated_at"] = self.now
                for item in order["items"] if action == "cancel" else []:
                    item["updated_at"] = order["updated_at"]
            return done

    def email(self, kind: str, entity_id: int) -> bool:
        """The e-mail routes; what they answer. Raises ShopError 404 [291, 367]."""
        with self.store.writing() as books:
            document = self._find(books, kind, entity_id)
            order = (
                document if kind == "order" else self._find(books, "order", document["order_id"])
            )
            before = document.get("email_sent")
            answer = self._post(books).announce(kind, order, document)
            if document.get("email_sent") != before:
                books.save(kind, document)
            return answer
