"""How many bytes a database keeps for each order: rows, payloads, indexes.

On PostgreSQL rows are counted as they are stored, values kept out of line included, without the
room that old versions of rows leave behind; indexes by their files, so count after `REINDEX` or at
many orders. SQLite is counted in pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import connection
from django.db.backends.utils import CursorWrapper

from sync.models import Invoice, RemoteCall, SalesOrder, Shipment, SyncTask

LINE_POINTER_BYTES = 4
PAYLOADS = (
    (SalesOrder, "payload"),
    (Shipment, "payload"),
    (Invoice, "payload"),
    (RemoteCall, "request"),
    (RemoteCall, "answer"),
    (SyncTask, "facts"),
)


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """Of one order, on average over all orders of the database."""

    orders: int
    rows: float  # tables, payloads included
    payloads: float
    indexes: float

    @property
    def total(self) -> float:
        return self.rows + self.indexes


def stored_bytes_per_order() -> StoredBytes:
    """For all tables of the portal together; by ``stored_bytes_by_table`` for each."""
    orders = SalesOrder.objects.count() or 1
    by_table = stored_bytes_by_table()
    return StoredBytes(
        orders,
        rows=sum(rows for rows, _ in by_table.values()) / orders,
        payloads=payload_bytes() / orders,
        indexes=sum(indexes for _, indexes in by_table.values()) / orders,
    )


def payload_bytes() -> int:
    """What JSON takes as it is stored, compressed or not."""
    size = "pg_column_size" if connection.vendor == "postgresql" else "length"
    with connection.cursor() as cursor:
        return sum(
            _number(cursor, f"SELECT SUM({size}({column})) FROM {model._meta.db_table}")
            for model, column in PAYLOADS
        )


def stored_bytes_by_table() -> dict[str, tuple[int, int]]:
    """Bytes of rows, and of indexes, by table."""
    tables = [model._meta.db_table for model in apps.get_app_config("sync").get_models()]
    counted = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    with connection.cursor() as cursor:
        return {table: counted(cursor, table) for table in tables}


def _on_postgresql(cursor: CursorWrapper, table: str) -> tuple[int, int]:
    row = f"pg_column_size(one.*) + {LINE_POINTER_BYTES}"
    rows = _number(cursor, f"SELECT SUM({row}) FROM {table} one")
    return rows, _number(cursor, f"SELECT pg_indexes_size('{table}')")


def _on_sqlite(cursor: CursorWrapper, table: str) -> tuple[int, int]:
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = %s", [table])
    indexes = [name for (name,) in cursor.fetchall()]
    return _pages(cursor, table), sum(_pages(cursor, name) for name in indexes)


def _pages(cursor: CursorWrapper, name: str) -> int:
    """Needs SQLite's ``dbstat``, which Python's own usually has."""
    return _number(cursor, f"SELECT SUM(pgsize) FROM dbstat WHERE name = '{name}'")


def _number(cursor: CursorWrapper, query: str) -> int:
    cursor.execute(query)
    return int(cursor.fetchone()[0] or 0)
