"""A demo of its own for tests that need real processes: private data, free ports, gone after."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import redis

from sync.sandbox.scenes import Play

ROOT = Path(__file__).resolve().parent.parent
READY = "Ctrl-C stops everything"


@dataclass(frozen=True, slots=True)
class RunningDemo:
    """A demo that has said it is ready."""

    process: subprocess.Popen[str]
    environment: dict[str, str]
    portal: str
    shop: str
    sap: str
    said: str

    def play(self, **options: object) -> Play:
        """The five scenes, on this demo."""
        return Play(self.portal, self.shop, self.sap, **options)  # type: ignore[arg-type] # options of Play


@contextmanager
def a_running_demo() -> Iterator[RunningDemo]:
    """Start the demo as a newcomer would, and stop it as Ctrl-C would."""
    with tempfile.TemporaryDirectory(prefix="o2c") as directory, _a_database() as database:
        ports = _free_ports()
        environment = {
            **_without_settings(),
            **database,
            **_a_queue(),
            "DATA_DIR": directory,
            "STATIC_ROOT": f"{directory}/static",
            **{name: str(port) for name, port in ports.items()},
        }
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--place-every", "0"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        addresses = [f"http://127.0.0.1:{port}" for port in ports.values()]
        try:
            portal, shop, sap = addresses
            yield RunningDemo(process, environment, portal, shop, sap, _until_ready(process))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
            if process.stdout is not None:
                process.stdout.close()


def _without_settings() -> dict[str, str]:
    """The environment without what the tests themselves set."""
    ours = {"DJANGO_SETTINGS_MODULE", "SECRET_KEY", "DATABASE_URL"}
    return {name: value for name, value in os.environ.items() if name not in ours}


def _until_ready(process: subprocess.Popen[str]) -> str:
    said = ""
    for line in process.stdout or ():
        said += line
        if READY in line:
            return said
    raise AssertionError(f"the demo ended before it was ready:\n{said}")


def _free_ports() -> dict[str, int]:
    found = {}
    sockets = []
    for name in ("PORTAL_PORT", "SHOP_PORT", "SAP_PORT"):
        probe = socket.socket()
        probe.bind(("127.0.0.1", 0))
        sockets.append(probe)
        found[name] = probe.getsockname()[1]
    for probe in sockets:
        probe.close()
    return found


def _a_queue() -> dict[str, str]:
    """Where a Redis server is given, a database of it that no other demo listens to."""
    url = os.environ.get("REDIS_URL", "")
    if not url.startswith("redis:"):
        return {}
    number = 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    own = f"{url.rpartition('/')[0]}/{number}"
    with redis.from_url(own) as connection:
        connection.flushdb()
    return {"REDIS_URL": own}


@contextmanager
def _a_database() -> Iterator[dict[str, str]]:
    """SQLite in the demo's own directory, or a database of its own where PostgreSQL is given."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield {}
        return
    name = f"demo_{uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield {"DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
