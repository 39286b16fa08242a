"""What a measurement runs on: PostgreSQL, Redis, both stand-ins and the portal's own processes."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import requests

from tests.chaos.databases import database
from tests.chaos.options import MANAGE
from tests.chaos.processes import Crew, free_ports
from tests.chaos.stand_ins import StandIn

READY_WITHIN_SECONDS = 90


@dataclass(frozen=True)
class Remotes:
    """How long the remotes take, in seconds, as the issue's figures assume."""

    sap_call: float = 0.03
    sap_commit: float = 0.08
    shop_call: float = 0.02


@dataclass(slots=True)
class Stage:
    """Everything that runs; workers are started and stopped by the measurement."""

    directory: Path
    crew: Crew
    shop: StandIn
    sap: StandIn
    database: str
    redis: str
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def cluster(self) -> Path:
        return self.directory / "postgres" / "data"

    def watch(self) -> psycopg.Connection[tuple[object, ...]]:
        """A connection of its own user, so that its queries are not counted as the portal's."""
        address = self.database.replace("postgres://portal@", "postgresql://watcher@", 1)
        return psycopg.connect(address, autocommit=True)

    def be_slow(self, remotes: Remotes) -> None:
        self.sap.clear_faults()
        self.shop.clear_faults()
        for operation, seconds in (
            ("BAPI_TRANSACTION_COMMIT", remotes.sap_commit), ("", remotes.sap_call),
        ):  # fmt: skip
            if seconds:
                self.sap.add_fault("latency", operation=operation, seconds=seconds, times=0)
        if remotes.shop_call:
            self.shop.add_fault("latency", seconds=remotes.shop_call)

    def start_workers(self, processes: int, threads: int, **environment: str) -> None:
        self.crew.environment = {**self.environment, **environment}
        for number in range(processes):
            command = (*MANAGE, "sync_worker", "--threads", str(threads))
            self.crew.start(f"worker{number}", command)
        self._until_workers_beat(processes)

    def stop_workers(self) -> None:
        for name in self.crew.names("worker"):
            self.crew.retire(name)
            self.crew.processes[name].running.wait(60)
        self.crew.keep_up()

    def worker_pids(self) -> list[int]:
        return [self.crew.processes[name].running.pid for name in self.crew.names("worker")]

    def _until_workers_beat(self, wanted: int) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        with self.watch() as connection:
            while time.monotonic() < deadline:
                beating = connection.execute(
                    "SELECT count(*) FROM sync_processheartbeat WHERE kind = 'worker'"
                ).fetchone()
                if beating and int(str(beating[0])) >= wanted:
                    return
                time.sleep(0.1)
        raise RuntimeError(f"the workers did not start; see {self.crew.logs}")


def _logon(port: int) -> str:
    known = {"ashost": "127.0.0.1", "sysnr": "00", "client": "100", "user": "PORTAL",
             "passwd": "secret", "lang": "EN",
             "standin_url": f"http://127.0.0.1:{port}"}  # fmt: skip
    return ",".join(f"{name}={value}" for name, value in known.items())


@contextmanager
def staged() -> Iterator[Stage]:
    """Fresh databases and books; gone afterwards."""
    with TemporaryDirectory(prefix="bench-") as name:
        directory = Path(name)
        (directory / "logs").mkdir()
        shop, sap, postgres = free_ports(3)
        with database("postgres", directory, postgres) as address:
            redis = str(directory / "redis.sock")
            values = {
                "DATA_DIR": name, "STATIC_ROOT": str(directory / "static"), "DEMO": "true",
                "SECRET_KEY": secrets.token_urlsafe(50), "DATABASE_URL": address,
                "REDIS_URL": f"unix://{redis}", "SHOP_PORT": str(shop), "SAP_PORT": str(sap),
                "SAP_RFC_CONNECT": "tests.bench.metered.connect",
                "SAP_RFC_PARAMETERS": _logon(sap), "BENCH_SAP_CALL_SECONDS": str(Remotes.sap_call),
                "PYTHONUNBUFFERED": "1", "LOG_LEVEL": "WARNING",
            }  # fmt: skip
            crew = Crew(directory / "logs", values)
            stage = Stage(
                directory, crew, StandIn(f"http://127.0.0.1:{shop}"),
                StandIn(f"http://127.0.0.1:{sap}"), address, redis, values,
            )  # fmt: skip
            try:
                _prepare(stage)
                _start(stage, shop, sap)
                yield stage
            finally:
                crew.end()


def _prepare(stage: Stage) -> None:
    owner = stage.database.replace("postgres://", "postgresql://", 1)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE ROLE watcher SUPERUSER LOGIN")
        connection.execute("CREATE EXTENSION pg_stat_statements")
    for command in (["migrate", "--verbosity=0"], ["seed_demo"]):
        with (stage.crew.logs / "prepare.log").open("ab") as log:
            subprocess.run(
                [*MANAGE, *command], env={**os.environ, **stage.environment}, check=True,
                stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip


def _start(stage: Stage, shop: int, sap: int) -> None:
    python, data = sys.executable, stage.directory
    stage.crew.start("redis", [python, "-m", "sync.sandbox.embedded_redis", str(data), stage.redis])
    for name, port, more in (("shop", shop, ["--empty"]), ("sap", sap, [])):
        arguments = ["--port", str(port), "--data", str(data / name), *more]
        stage.crew.start(name, [python, "-m", f"sync.sandbox.{name}", *arguments])
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    waiting = {f"{one.address}/sandbox/health" for one in (stage.shop, stage.sap)}
    while waiting:
        stage.crew.keep_up()
        waiting = {address for address in waiting if not _answers(address)}
        if time.monotonic() > deadline:
            raise RuntimeError(f"no answer from {waiting}; see {stage.crew.logs}")
        time.sleep(0.1)


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=2).ok
    except requests.RequestException:
        return False
