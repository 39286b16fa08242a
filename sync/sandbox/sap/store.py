"""The database of the stand-in: one SQLite file that survives restarts and kill -9."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from .documents import (
    KINDS,
    BillingDocument,
    Delivery,
    Document,
    FlowLink,
    SalesOrder,
    dump,
    kind_of,
    load,
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS document (
  kind TEXT, number TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS order_index (
  number TEXT PRIMARY KEY, customer_reference TEXT, sold_to TEXT, sales_organization TEXT);
CREATE INDEX IF NOT EXISTS order_by_reference ON order_index (customer_reference);
CREATE INDEX IF NOT EXISTS order_by_short_reference
  ON order_index (substr(customer_reference, 1, 20));
CREATE INDEX IF NOT EXISTS order_by_customer ON order_index (sold_to, sales_organization);
CREATE TABLE IF NOT EXISTS flow (
  id INTEGER PRIMARY KEY, preceding TEXT, preceding_item INT, preceding_category TEXT,
  subsequent TEXT, subsequent_item INT, category TEXT, quantity TEXT, unit TEXT, created_at TEXT,
  level INT, value TEXT, currency TEXT, material TEXT, movement_type TEXT);
CREATE INDEX IF NOT EXISTS flow_forward ON flow (preceding, category);
CREATE INDEX IF NOT EXISTS flow_backward ON flow (subsequent);
CREATE TABLE IF NOT EXISTS number_range (name TEXT PRIMARY KEY, next INT);
CREATE TABLE IF NOT EXISTS update_request (id INTEGER PRIMARY KEY, due TEXT, body TEXT);
CREATE TABLE IF NOT EXISTS user_lock (number TEXT PRIMARY KEY, user TEXT);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT);
"""
_FLOW_COLUMNS = (
    "preceding",
    "preceding_item",
    "preceding_category",
    "subsequent",
    "subsequent_item",
    "category",
    "quantity",
    "unit",
    "created_at",
    "level",
    "value",
    "currency",
    "material",
    "movement_type",
)
_RANGES = {
    "order": 5000001,
    "delivery": 80000001,
    "billing": 90000001,
    "transfer": 101,
    "material_document": 4900000001,
    "accounting": 1400000001,
    "parcel": 1,
    "address": 9000000001,
}
D = TypeVar("D", SalesOrder, Delivery, BillingDocument)


class Store:
    """Everything that is saved; every method is safe from any thread."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self._db = sqlite3.connect(
            folder / "sap.sqlite3", check_same_thread=False, isolation_level=None
        )
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)
        self._depth = 0

    def close(self) -> None:
        """Close the file."""
        with self.lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; may be nested."""
        with self.lock:
            outermost = self._depth == 0
            if outermost:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if outermost:
                    self._db.execute("ROLLBACK")
                raise
            self._depth -= 1
            if outermost:
                self._db.execute("COMMIT")

    def draw(self, name: str) -> str:
        """The next number of a range, ten digits; never given out twice, even if not used."""
        with self.transaction():
            row = self._db.execute(
                "SELECT next FROM number_range WHERE name = ?", (name,)
            ).fetchone()
            number = int(row[0]) if row else _RANGES[name]
            self._db.execute("REPLACE INTO number_range VALUES (?, ?)", (name, number + 1))
        return f"{number:010d}"

    # ---- documents
    def get(self, cls: type[D], number: str) -> D | None:
        """The document with exactly this number (padded)."""
        kind = next(kind for kind, known in KINDS.items() if known is cls)
        with self.lock:
            row = self._db.execute(
                "SELECT body FROM document WHERE kind = ? AND number = ?", (kind, number)
            ).fetchone()
        return load(cls, row[0]) if row else None

    def all(self, cls: type[D], *, newest: int = 0) -> list[D]:
        """All documents of a kind by number; with ``newest`` the last so many, newest first."""
        kind = next(kind for kind, known in KINDS.items() if known is cls)
        order = f"DESC LIMIT {int(newest)}" if newest else ""
        with self.lock:
            rows = self._db.execute(
                f"SELECT body FROM document WHERE kind = ? ORDER BY number {order}", (kind,)
            ).fetchall()
        return [load(cls, row[0]) for row in rows]

    def save(self, document: Document) -> None:
        """Insert or replace."""
        with self.transaction():
            self._db.execute(
                "REPLACE INTO document VALUES (?, ?, ?)",
                (kind_of(document), document.number, dump(document)),
            )
            if isinstance(document, SalesOrder):
                self._db.execute(
                    "REPLACE INTO order_index VALUES (?, ?, ?, ?)",
                    (
                        document.number,
                        document.customer_reference,
                        document.sold_to,
                        document.sales_organization,
                    ),
                )

    def delete_order(self, number: str) -> None:
        """Remove a sales order."""
        with self.transaction():
            self._db.execute("DELETE FROM document WHERE kind='order' AND number=?", (number,))
            self._db.execute("DELETE FROM order_index WHERE number = ?", (number,))

    def delete_delivery(self, number: str) -> None:
        """Remove an outbound delivery, and its records in the document flow."""
        with self.transaction():
            self._db.execute("DELETE FROM document WHERE kind='delivery' AND number=?", (number,))
            self._db.execute("DELETE FROM flow WHERE ? IN (preceding, subsequent)", (number,))

    def find_orders(self, **equal: str) -> list[str]:
        """Numbers of orders by ``customer_reference``, ``short_reference`` (its first 20
        characters), ``sold_to``, ``sales_organization``."""
        columns = {"short_reference": "substr(customer_reference, 1, 20)"}
        where = " AND ".join(f"{columns.get(name, name)} = ?" for name in equal)
        with self.lock:
            rows = self._db.execute(
                f"SELECT number FROM order_index WHERE {where} ORDER BY number",
                tuple(equal.values()),
            ).fetchall()
        return [row[0] for row in rows]

    def references(self) -> dict[str, str]:
        """The customer reference of every order, by its number."""
        with self.lock:
            return dict(
                self._db.execute(
                    "SELECT number, customer_reference FROM order_index ORDER BY number"
                ).fetchall()
            )

    # ---- document flow
    def add_flow(self, links: Iterable[FlowLink]) -> None:
        """Append records of the document flow."""
        marks = ", ".join("?" for _ in _FLOW_COLUMNS)
        rows = [
            tuple(
                str(value)
                if isinstance(value, Decimal)
                else value.isoformat()
                if isinstance(value, datetime)
                else value
                for value in (getattr(link, name) for name in _FLOW_COLUMNS)
            )
            for link in links
        ]
        with self.transaction():
            self._db.executemany(
                f"INSERT INTO flow ({', '.join(_FLOW_COLUMNS)}) VALUES ({marks})", rows
            )

    def flow(self, *, preceding: str = "", subsequent: str = "") -> list[FlowLink]:
        """Records by predecessor or successor; all without either."""
        column, value = ("preceding", preceding) if preceding else ("subsequent", subsequent)
        where = f"WHERE {column} = ?" if value else ""
        with self.lock:
            rows = self._db.execute(
                f"SELECT {', '.join(_FLOW_COLUMNS)} FROM flow {where} ORDER BY id",
                (value,) if value else (),
            ).fetchall()
        return [_flow_link(row) for row in rows]

    def successors(self, number: str, categories: str) -> list[str]:
        """Distinct numbers of successors in the given one-letter categories, in order."""
        links = self.flow(preceding=number)
        return list(dict.fromkeys(ln.subsequent for ln in links if ln.category in categories))

    # ---- update requests (COMMIT WORK without AND WAIT)
    def add_update(self, due: datetime, documents: list[Document]) -> None:
        """Remember documents to be saved later; survives a crash as SAP's VBLOG does."""
        body = json.dumps([[kind_of(doc), dump(doc)] for doc in documents])
        with self.transaction():
            self._db.execute(
                "INSERT INTO update_request (due, body) VALUES (?, ?)", (due.isoformat(), body)
            )

    def run_updates(self, now: datetime) -> list[str]:
        """Save what is due; returns the numbers saved."""
        with self.transaction():
            rows = self._db.execute(
                "SELECT id, body FROM update_request WHERE due <= ?", (now.isoformat(),)
            ).fetchall()
            documents = [
                load(KINDS[kind], body) for row in rows for kind, body in json.loads(row[1])
            ]
            for document in documents:
                self.save(document)
            self._db.executemany(
                "DELETE FROM update_request WHERE id = ?", [(row[0],) for row in rows]
            )
        return [document.number for document in documents]

    def numbers_in_update(self) -> set[str]:
        """Documents still waiting for the update task; they stay locked until then."""
        with self.lock:
            rows = self._db.execute("SELECT body FROM update_request").fetchall()
        return {json.loads(body)["number"] for row in rows for _, body in json.loads(row[0])}

    # ---- locks of people, settings
    def user_locks(self) -> dict[str, str]:
        """Document number → user who has it open."""
        with self.lock:
            return dict(self._db.execute("SELECT number, user FROM user_lock").fetchall())

    def set_user_lock(self, number: str, user: str) -> None:
        """Lock, or with a blank user unlock."""
        with self.transaction():
            self._db.execute("DELETE FROM user_lock WHERE number = ?", (number,))
            if user:
                self._db.execute("INSERT INTO user_lock VALUES (?, ?)", (number, user))

    def settings(self) -> dict[str, str]:
        """What was set on the settings page."""
        with self.lock:
            return dict(self._db.execute("SELECT name, value FROM setting").fetchall())

    def set_setting(self, name: str, value: str) -> None:
        """Remember a setting."""
        with self.transaction():
            self._db.execute("REPLACE INTO setting VALUES (?, ?)", (name, value))


def _flow_link(row: tuple[object, ...]) -> FlowLink:
    values = dict(zip(_FLOW_COLUMNS, row, strict=True))
    values["quantity"] = Decimal(str(values["quantity"]))
    values["value"] = Decimal(str(values["value"]))
    values["created_at"] = datetime.fromisoformat(str(values["created_at"]))
    return FlowLink(**values)  # type: ignore[arg-type]
