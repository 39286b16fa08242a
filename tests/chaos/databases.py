"""The portal's database for one run: a SQLite file, or a private PostgreSQL cluster."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

Row = tuple[Any, ...]


class NoPostgres(Exception):
    """PostgreSQL's programs are not installed here."""


@contextmanager
def database(kind: str, directory: Path, port: int) -> Iterator[str]:
    """The address (``DATABASE_URL``) of a fresh database that is gone after the run."""
    if kind == "sqlite":
        yield f"sqlite:///{directory / 'portal.sqlite3'}"
        return
    cluster = directory / "postgres"
    cluster.mkdir()
    _start_cluster(cluster, port)
    try:
        yield f"postgres://portal@127.0.0.1:{port}/postgres"
    finally:
        _as_postgres([str(_programs() / "pg_ctl"), "-D", str(cluster / "data"), "-m", "immediate",
                      "stop"])  # fmt: skip


def rows(address: str, query: str) -> list[Row]:
    """Read, and only read."""
    if address.startswith("sqlite:///"):
        file = f"file:{address.removeprefix('sqlite:///')}?mode=ro"
        with closing(sqlite3.connect(file, uri=True, timeout=20)) as connection:
            return [tuple(row) for row in connection.execute(query).fetchall()]
    with psycopg.connect(_for_libpq(address), autocommit=True) as connection:
        connection.read_only = True
        return list(connection.execute(query.encode()).fetchall())


def dump(address: str, file: Path) -> None:
    """A copy as it is taken at night: while the portal works, and consistent."""
    if address.startswith("sqlite:///"):
        with (
            closing(sqlite3.connect(address.removeprefix("sqlite:///"), timeout=20)) as original,
            closing(sqlite3.connect(file)) as copy,
        ):
            original.backup(copy)
        return
    command = [str(_programs() / "pg_dump"), "-Fc", "-f", str(file), _for_libpq(address)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def restore(address: str, file: Path) -> None:
    """Put the copy in the place of the database; nobody may be connected to it."""
    if address.startswith("sqlite:///"):
        database_file = Path(address.removeprefix("sqlite:///"))
        for ending in ("-wal", "-shm"):
            database_file.with_name(database_file.name + ending).unlink(missing_ok=True)
        shutil.copyfile(file, database_file)
        return
    command = [str(_programs() / "pg_restore"), "--clean", "--if-exists", "--single-transaction",
               "-d", _for_libpq(address), str(file)]  # fmt: skip
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def _for_libpq(address: str) -> str:
    return address.replace("postgres://", "postgresql://", 1)


def _start_cluster(cluster: Path, port: int) -> None:
    if os.getuid() == 0:
        shutil.chown(cluster, "postgres")
        for parent in (cluster.parent, *cluster.parents):
            if parent.stat().st_uid == 0 and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o011)
    data, programs = str(cluster / "data"), _programs()
    _as_postgres([str(programs / "initdb"), "-D", data, "-U", "portal", "--auth=trust", "-E",
                  "UTF8"])  # fmt: skip
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={cluster} "
        "-c fsync=off -c synchronous_commit=off -c full_page_writes=off "
        "-c shared_preload_libraries=pg_stat_statements"
    )
    log = str(cluster / "log")
    _as_postgres([str(programs / "pg_ctl"), "-D", data, "-w", "-l", log, "-o", options, "start"])


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise NoPostgres("PostgreSQL is not installed: install it, or run with DB=sqlite.")
    return found[-1].parent


def _as_postgres(command: Sequence[str]) -> None:
    prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run(
        [*prefix, *command], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        cwd="/",
    )  # fmt: skip
