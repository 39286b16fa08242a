"""What the database would read for the queries of a block, by its own plan of each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection

from sync.models import SyncTask

# Tables that grow with every order; the others hold what people keep, or a row for each remote.
BIG = {
    "sync_billingdocument", "sync_billingdocumentline", "sync_decision", "sync_deliverytrack",
    "sync_invoice", "sync_invoiceline", "sync_outbounddelivery", "sync_outbounddeliveryline",
    "sync_remotecall", "sync_salesorder", "sync_salesorderline", "sync_shipment",
    "sync_shipmentline", "sync_syncattempt", "sync_synctask",
}  # fmt: skip
LEDGER = "sync_synctask"


class Plans:
    def __init__(self) -> None:
        self.count = 0
        self.whole: list[str] = []  # tables or indexes read from one end to the other, and by what

    def execute(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("SELECT", "UPDATE", "DELETE")):
            self.count += 1
            found = _by_postgres if connection.vendor == "postgresql" else _by_sqlite
            self.whole += [f"{table}: {sql}" for table in found(sql, params)]
        return execute(sql, params, many, context)


@contextmanager
def plans() -> Iterator[Plans]:
    found = Plans()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            _work_of_years(cursor)
    with connection.execute_wrapper(found.execute):
        yield found


def _work_of_years(cursor: Any) -> None:
    """Of a small table PostgreSQL reads any index from one end to the other. What it has learnt of
    the others by chance, from other tests, is forgotten until the roll-back."""
    ours = "relname LIKE 'sync\\_%' AND relkind = 'r'"
    cursor.execute(
        f"DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE {ours})"
    )
    cursor.execute(f"UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE {ours}")
    fields = [field for field in SyncTask._meta.concrete_fields if not field.primary_key]
    columns = [field.column or "" for field in fields]
    values = ["'done'" if name == "state" else f't."{name}"' for name in columns]
    cursor.execute(
        f"INSERT INTO sync_synctask ({', '.join(columns)}) SELECT {', '.join(values)} "
        "FROM (SELECT * FROM sync_synctask ORDER BY id LIMIT 4) t, generate_series(1, 2000)"
    )
    cursor.execute("ANALYZE sync_synctask")


def _by_postgres(sql: str, params: Any) -> Iterator[str]:
    """The mirrors are small here and would be read whole in any case: for them that is forbidden.
    It would also distort what is chosen for the ledger."""
    with connection.connection.cursor() as cursor:
        yield from (name for name in _read_whole(cursor, sql, params) if LEDGER in name)
        for switch in ("off", "on"):
            for way in ("seqscan", "mergejoin", "hashjoin"):
                cursor.execute(f"SET LOCAL enable_{way} = {switch}")
            if switch == "off":
                whole = list(_read_whole(cursor, sql, params))
    yield from (name for name in whole if LEDGER not in name)


def _read_whole(cursor: Any, sql: str, params: Any) -> Iterator[str]:
    cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
    (plan,) = cursor.fetchone()
    for node in _nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]):
        is_by_index = "Index Cond" in node or node.get("Index Name") in _partial()
        is_read = node["Node Type"] in {"Seq Scan", "Index Scan", "Index Only Scan"}
        if node.get("Relation Name") in BIG and is_read and not is_by_index:
            yield f"{node['Node Type']} {node['Relation Name']} {node.get('Index Name', '')}"


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from _nodes(inner)


def _by_sqlite(sql: str, params: Any) -> Iterator[str]:
    cursor = connection.connection.cursor()
    cursor.execute(f"EXPLAIN QUERY PLAN {sql.replace('%s', '?')}", params)
    names = {name for table in BIG for name in _aliases(sql, table)}
    for *_, detail in cursor.fetchall():
        words = detail.split()
        is_whole = words[0] == "SCAN" and not _partial() & set(words)
        if words[1] in names and (is_whole or detail.endswith("(step=?)")):
            yield detail


def _aliases(sql: str, table: str) -> set[str]:
    words = sql.replace("(", " ").replace(")", " ").replace('"', "").split()
    found = {table}
    for at, word in enumerate(words[:-1]):
        if word == table:
            found.add(words[at + 1])
    return found


def _partial() -> set[str]:
    """Indexes that hold only what waits for something."""
    return {
        index.name
        for model in apps.get_app_config("sync").get_models()
        for index in (*model._meta.indexes, *model._meta.constraints)
        if getattr(index, "condition", None) is not None
    }
