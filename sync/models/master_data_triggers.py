"""Lets the database renew the mark of the master data with every change of a held table.

Installed after each migration rather than by one: SQLite loses a table's triggers where a
migration makes the table anew.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from sync.models import MasterDataMark
from sync.models.master_data import HELD

EVENTS = ("insert", "update", "delete")
NAME = "renew_master_data_mark"
MARK = MasterDataMark._meta.db_table

_ON_POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger AS $renew$
BEGIN
  UPDATE {MARK} SET mark = md5(random()::text || clock_timestamp()::text);
  RETURN NULL;
END
$renew$ LANGUAGE plpgsql
"""
_ON_SQLITE = f"UPDATE {MARK} SET mark = lower(hex(randomblob(16)))"


def install_triggers(using: str) -> None:
    """Also renews the mark: what changed while a table had no trigger was not noticed."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for statement in _statements(connection):
            cursor.execute(statement)
    MasterDataMark.objects.using(using).update_or_create(pk=1, defaults={"mark": uuid4().hex})


def _statements(connection: BaseDatabaseWrapper) -> list[str]:
    tables = [model._meta.db_table for model in HELD]
    if connection.vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {table}_{event} AFTER {event} ON {table} "
            f"BEGIN {_ON_SQLITE}; END"
            for table in tables
            for event in EVENTS
        ]
    each = [
        (f"{table}_{event}", f"AFTER {event} ON {table}")
        for table in tables
        for event in (*EVENTS, "truncate")
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger ")
        known = {name for (name,) in cursor.fetchall()}
    return [_ON_POSTGRESQL] + [
        f'CREATE TRIGGER "{name}" {when} FOR EACH STATEMENT EXECUTE FUNCTION {NAME}()'
        for name, when in each
        if name not in known
    ]
