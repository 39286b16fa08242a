"""The database keeps the audit trail as it was written, whoever would change it.

SQLite, on which nothing but a demo runs, keeps it from changes alone: Django empties a database
there row by row.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "auditlog_logentry"
REFUSED = "the audit trail is neither changed nor deleted"


def ensure(connection: BaseDatabaseWrapper) -> None:
    """Safe to run again; nothing where the table is not there yet. A person's account may go: then
    the entry keeps the name alone."""
    if TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, TABLE)
        others = ", ".join(sorted(one.name for one in described if one.name != "actor_id"))
        when = {
            "changed": f"UPDATE OF {others}",
            "given_away": "UPDATE OF actor_id",
            "deleted": "DELETE",
        }
        if connection.vendor == "sqlite":
            del when["deleted"]
        for name, event in when.items():
            only = "WHEN (NEW.actor_id IS NOT NULL)" if name == "given_away" else ""
            for sql in _refusal(connection.vendor, f"{TABLE}_{name}", event, only):
                cursor.execute(sql)


def _refusal(vendor: str, name: str, event: str, only: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {event} ON {TABLE} {only} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{REFUSED}'; END $$",
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON {TABLE} "
        f"FOR EACH ROW {only} EXECUTE FUNCTION {name}()",
    ]
