"""The database keeps the audit trail as it was written, whoever would change it.

SQLite, on which nothing but a demo runs, keeps it from changes alone: Django empties a database
there row by row.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "auditlog_logentry"
EVENTS = {"sqlite": ["update"], "postgresql": ["update", "delete"]}
REFUSED = "the audit trail is neither changed nor deleted"


def ensure(connection: BaseDatabaseWrapper) -> None:
    """Safe to run again; nothing where the table is not there yet."""
    if TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for event in EVENTS.get(connection.vendor, []):
            for sql in _refusal(connection.vendor, event):
                cursor.execute(sql)


def _refusal(vendor: str, event: str) -> list[str]:
    name = f"{TABLE}_{event}_refused"
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {event.upper()} ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{REFUSED}'; END $$",
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {event.upper()} ON {TABLE} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
