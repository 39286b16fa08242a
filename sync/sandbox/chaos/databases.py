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
    address = address.replace("postgres://", "postgresql://", 1)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.read_only = True
        return list(connection.execute(query.encode()).fetchall())


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
        "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
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
