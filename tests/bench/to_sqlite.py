"""Copies the rows that ``make million`` made into a new SQLite file, for the figures there. As in
a portal that runs, SQLite has no statistics there: nothing ever gathers them.

``python -m tests.bench.to_sqlite postgres://…/million200k /tmp/million.sqlite3``
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import psycopg

from tests.chaos.command_line import tell
from tests.chaos.options import MANAGE

AT_ONCE = 20_000
# As Django writes them there; money is a number, JSON a text.
WRITTEN = {
    "timestamp with time zone": "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
    "date": "{}::text",
    "numeric": "{}::float8",
    "jsonb": "{}::text",
    "boolean": "{}::int",
}
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


def main() -> None:
    source, file = sys.argv[1:3]
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{file}", "DEMO": "true"}
    subprocess.run([*MANAGE, "migrate", "--verbosity=0"], check=True, env=environment)
    with (
        psycopg.connect(source.replace("postgres://", "postgresql://", 1)) as postgres,
        closing(sqlite3.connect(file, isolation_level=None)) as target,
    ):
        target.execute("PRAGMA foreign_keys = OFF")
        target.execute("PRAGMA synchronous = OFF")
        tables = [str(row[0]) for row in target.execute(TABLES)]
        for table in [
            one for one in tables if one.startswith(("sync_", "auth_", "django_content"))
        ]:
            tell(f"{table}: {_copy(postgres, target, table)}")


def _copy(
    postgres: psycopg.Connection[tuple[object, ...]], target: sqlite3.Connection, table: str
) -> int:
    columns = _columns(postgres, table)
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(
        WRITTEN.get(kind, "{}").format(f'"{name}"') for name, kind in columns.items()
    )
    places = ", ".join("?" for _ in columns)
    target.execute("BEGIN")
    target.execute(f'DELETE FROM "{table}"')
    copied = 0
    for rows in _read(postgres, f'SELECT {values} FROM "{table}"'):
        target.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', rows)
        copied += len(rows)
    target.execute("COMMIT")
    return copied


def _columns(postgres: psycopg.Connection[tuple[object, ...]], table: str) -> dict[str, str]:
    found = postgres.execute(
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name = %s",
        [table],
    )
    return {str(name): str(kind) for name, kind in found}


def _read(
    postgres: psycopg.Connection[tuple[object, ...]], query: str
) -> Iterator[list[tuple[object, ...]]]:
    with postgres.cursor("copied") as cursor:
        cursor.execute(query.encode())
        while rows := cursor.fetchmany(AT_ONCE):
            yield rows


if __name__ == "__main__":
    main()
