"""The shop's memory: one SQLite file with JSON documents and the columns searches use."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sync.sandbox.shop.documents import Doc

KINDS = ("order", "shipment", "invoice", "creditmemo")
COLUMNS: dict[str, tuple[str, ...]] = {
    "order": (
        "entity_id", "increment_id", "store_id", "state", "status", "created_at", "updated_at",
        "ext_order_id", "customer_email", "customer_lastname",
    ),
    "shipment": ("entity_id", "increment_id", "store_id", "order_id", "created_at", "updated_at"),
    "invoice": (
        "entity_id", "increment_id", "store_id", "order_id", "state", "created_at", "updated_at",
        "transaction_id",
    ),
    "creditmemo": (
        "entity_id", "increment_id", "store_id", "order_id", "created_at", "updated_at",
    ),
}  # fmt: skip
MAIL_COLUMNS = (
    "id", "kind", "order_id", "increment_id", "document_id", "recipient", "subject",
    "created_at", "sent_at", "body",
)  # fmt: skip
SCHEMA = """
CREATE TABLE IF NOT EXISTS "order" (entity_id INTEGER PRIMARY KEY, increment_id TEXT,
    store_id INTEGER, state TEXT, status TEXT, created_at TEXT, updated_at TEXT,
    ext_order_id TEXT, customer_email TEXT, customer_lastname TEXT, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS order_updated ON "order" (updated_at, entity_id);
CREATE INDEX IF NOT EXISTS order_increment ON "order" (increment_id);
CREATE INDEX IF NOT EXISTS order_ext ON "order" (ext_order_id);
CREATE TABLE IF NOT EXISTS order_item (item_id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL,
    sku TEXT, parent_item_id INTEGER, position INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS order_item_order ON order_item (order_id);
CREATE VIEW IF NOT EXISTS item AS SELECT i.item_id, i.order_id, i.sku, i.parent_item_id,
    json_extract(o.doc, '$.items[' || i.position || ']') AS doc
    FROM order_item i JOIN "order" o ON o.entity_id = i.order_id;
CREATE TABLE IF NOT EXISTS shipment (entity_id INTEGER PRIMARY KEY, increment_id TEXT,
    store_id INTEGER, order_id INTEGER, created_at TEXT, updated_at TEXT, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS shipment_order ON shipment (order_id);
CREATE TABLE IF NOT EXISTS invoice (entity_id INTEGER PRIMARY KEY, increment_id TEXT,
    store_id INTEGER, order_id INTEGER, state INTEGER, created_at TEXT, updated_at TEXT,
    transaction_id TEXT, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS invoice_order ON invoice (order_id);
CREATE TABLE IF NOT EXISTS creditmemo (entity_id INTEGER PRIMARY KEY, increment_id TEXT,
    store_id INTEGER, order_id INTEGER, created_at TEXT, updated_at TEXT, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS creditmemo_order ON creditmemo (order_id);
CREATE TABLE IF NOT EXISTS mail (id INTEGER PRIMARY KEY, kind TEXT, order_id INTEGER,
    increment_id TEXT, document_id INTEGER, recipient TEXT, subject TEXT, created_at TEXT,
    sent_at TEXT, body TEXT);
CREATE INDEX IF NOT EXISTS mail_order ON mail (order_id);
CREATE TABLE IF NOT EXISTS gateway (id INTEGER PRIMARY KEY, order_id INTEGER, kind TEXT,
    transaction_id TEXT, amount TEXT, created_at TEXT);
CREATE INDEX IF NOT EXISTS gateway_order ON gateway (order_id);
CREATE TABLE IF NOT EXISTS sequence (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Store:
    """Opens the file when first used; every connection goes back to a pool."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        with self._connection() as connection:
            connection.executescript(SCHEMA)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._guard:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = sqlite3.connect(
                self._path, timeout=30, isolation_level=None, check_same_thread=False
            )
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
        try:
            yield connection
        finally:
            with self._guard:
                self._idle.append(connection)

    @contextmanager
    def reading(self) -> Iterator[Books]:
        """One consistent view of the books."""
        with self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield Books(connection)
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[Books]:
        """One transaction: all of it or nothing. Keep it short, others wait."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Books(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close the idle connections."""
        with self._guard:
            while self._idle:
                self._idle.pop().close()


class Books:
    """The documents inside one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, arguments: tuple[Any, ...] | list[Any] = ()) -> list[sqlite3.Row]:
        """Rows of a query."""
        return self._connection.execute(sql, arguments).fetchall()

    def find(self, kind: str, entity_id: int) -> Doc | None:
        """One document, or None."""
        if entity_id > 2**62:
            return None
        rows = self.rows(f'SELECT doc FROM "{kind}" WHERE entity_id = ?', (entity_id,))
        return json.loads(rows[0]["doc"]) if rows else None

    def of_order(self, kind: str, order_id: int) -> list[Doc]:
        """The shipments, invoices or credit memos of one order, oldest first."""
        sql = f'SELECT doc FROM "{kind}" WHERE order_id = ? ORDER BY entity_id'
        return [json.loads(row["doc"]) for row in self.rows(sql, (order_id,))]

    def save(self, kind: str, document: Doc) -> None:
        """Insert or replace a document."""
        columns = COLUMNS[kind]
        names = ", ".join((*columns, "doc"))
        marks = ", ".join("?" * (len(columns) + 1))
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        values = [document.get(column) for column in columns]
        self._connection.execute(
            f'INSERT OR REPLACE INTO "{kind}" ({names}) VALUES ({marks})', [*values, text]
        )

    def delete(self, kind: str, entity_id: int) -> None:
        """Remove a document (tests and staging only)."""
        self._connection.execute(f'DELETE FROM "{kind}" WHERE entity_id = ?', (entity_id,))

    def index_items(self, order: Doc) -> None:
        """Make the items of a new order findable by their own id."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO order_item VALUES (?, ?, ?, ?, ?)",
            [
                (i["item_id"], order["entity_id"], i["sku"], i.get("parent_item_id"), position)
                for position, i in enumerate(order["items"])
            ],
        )

    def next(self, name: str, count: int = 1) -> int:
        """The first of ``count`` fresh numbers of a sequence."""
        rows = self.rows(
            "INSERT INTO sequence VALUES (?, ?) ON CONFLICT (name) "
            "DO UPDATE SET value = value + excluded.value RETURNING value",
            (name, count),
        )
        return int(rows[0]["value"]) - count + 1

    def next_increment(self, kind: str, store_id: int) -> str:
        """A fresh document number of a store: store 1 counts 000000001, store 2 2000000001."""
        number = self.next(f"{kind}:increment:{store_id}")
        return f"{number:09d}" if store_id == 1 else f"{store_id}{number:09d}"

    def raise_sequence(self, name: str, value: int) -> None:
        """Let a sequence go on from ``value``; never lowers it."""
        self._connection.execute(
            "INSERT INTO sequence VALUES (?, ?) ON CONFLICT (name) "
            "DO UPDATE SET value = max(value, excluded.value)",
            (name, value),
        )

    def set_sequence(self, name: str, value: int) -> None:
        """Set a sequence, down as well (tests and staging only)."""
        self._connection.execute("INSERT OR REPLACE INTO sequence VALUES (?, ?)", (name, value))

    def settings(self) -> dict[str, Any]:
        """All stored settings."""
        return {r["name"]: json.loads(r["value"]) for r in self.rows("SELECT * FROM setting")}

    def set_setting(self, name: str, value: Any) -> None:
        """Store one setting."""
        self._connection.execute(
            "INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value))
        )

    def add_mail(self, mail: Doc) -> None:
        """Store a mail; ``sent_at`` None = queued."""
        columns = MAIL_COLUMNS[1:]
        marks = ", ".join("?" * len(columns))
        self._connection.execute(
            f"INSERT INTO mail ({', '.join(columns)}) VALUES ({marks})",
            [mail.get(column) for column in columns],
        )

    def mails(
        self, where: str = "1=1", arguments: tuple[Any, ...] = (), limit: int = -1
    ) -> list[Doc]:
        """Mails, newest first; -1 = all."""
        sql = f"SELECT * FROM mail WHERE {where} ORDER BY id DESC LIMIT {limit}"
        return [dict(row) for row in self.rows(sql, arguments)]

    def add_payment(self, entry: tuple[int, str, str, str, str]) -> None:
        """Write a line into the gateway's book: order, kind, transaction, amount, time."""
        self._connection.execute("INSERT INTO gateway VALUES (NULL, ?, ?, ?, ?, ?)", entry)

    def payments(self, order_id: int) -> list[Doc]:
        """The gateway's book of one order, oldest first."""
        found = self.rows("SELECT * FROM gateway WHERE order_id = ? ORDER BY id", (order_id,))
        return [dict(row) for row in found]

    def drop_mail(self, mail_id: int) -> None:
        """Forget a queued mail which will never go out."""
        self._connection.execute("DELETE FROM mail WHERE id = ?", (mail_id,))

    def send_mail(self, mail_id: int, sent_at: str) -> None:
        """Mark a queued mail as sent."""
        self._connection.execute("UPDATE mail SET sent_at = ? WHERE id = ?", (sent_at, mail_id))
