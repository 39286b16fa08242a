"""Rows of a table, made a million times from one that the portal itself could have stored.

PostgreSQL only. The template row says what stands in each column that nobody names, so that a new
column needs no change here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.db.models import Model

from sync.models import database_keeps


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers ``n`` from 1 to ``last`` for which ``where`` holds, each ``times`` over as
    ``m``."""

    last: int
    where: str = "true"
    times: int = 1

    @property
    def sql(self) -> str:
        return (
            f"(SELECT n, m FROM generate_series(1, {self.last}) n, "
            f"generate_series(1, {self.times}) m WHERE {self.where}) made"
        )


def multiply(template: Model, numbers: Numbers, columns: Mapping[str, str]) -> None:
    """One row for each number, as the template is, with these columns by SQL expressions of ``n``
    and ``m``."""
    table = template._meta.db_table
    names = [field.column for field in template._meta.concrete_fields]
    unknown = set(columns) - set(names)
    assert not unknown, f"{table} has no {unknown}"
    values = ", ".join(columns.get(str(name), f't."{name}"') for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({quoted}) SELECT {values} "
            f"FROM (SELECT * FROM {table} WHERE id = {template.pk}) t, {numbers.sql}"
        )


@contextmanager
def without_indexes() -> Iterator[None]:
    """Drops what slows bulk inserts (foreign keys are not checked, indexes are made afterwards)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
            "AND tablename LIKE 'sync\\_%' AND indexname NOT IN "
            "(SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u', 'x'))"
        )
        found = cursor.fetchall()
        cursor.execute("SET session_replication_role = replica")
        for name, _definition in found:
            cursor.execute(f'DROP INDEX "{name}"')
    yield
    with connection.cursor() as cursor:
        for _name, definition in found:
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = DEFAULT")
    database_keeps.count_again(connection)


def set_sequences() -> None:
    """So that the next row the portal stores gets a number of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, pg_get_serial_sequence(c.table_name, 'id') "
            "FROM information_schema.columns c WHERE c.table_schema = 'public' "
            "AND c.column_name = 'id' AND c.table_name LIKE 'sync\\_%' "
            "AND pg_get_serial_sequence(c.table_name, 'id') IS NOT NULL"
        )
        for table, sequence in cursor.fetchall():
            cursor.execute(
                f"SELECT setval('{sequence}', (SELECT coalesce(max(id), 1) FROM {table}))"
            )


def analyze() -> None:
    """As autovacuum would have done long since."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
