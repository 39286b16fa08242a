"""Memory of a worker, and how long a start takes."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator

from tests.bench import cycle
from tests.bench.figures import Figure
from tests.bench.meter import peak_memory_bytes
from tests.bench.stage import Remotes, Stage
from tests.chaos.options import MANAGE

ORDERS = 80
THREADS = 8
MB = 1_000_000
STARTS = 3


def figures(stage: Stage) -> Iterator[Figure]:
    cycle.place(stage, ORDERS)
    stage.be_slow(Remotes())
    stage.start_workers(1, THREADS)
    cycle.into_sap(stage, ORDERS)
    (pid,) = stage.worker_pids()
    yield Figure(f"worker with {THREADS} threads: memory", peak_memory_bytes(pid) / MB, "MB", 120)
    stage.stop_workers()
    began = time.monotonic()
    for _ in range(STARTS):
        subprocess.run([*MANAGE, "check"], check=True, capture_output=True)
    yield Figure("a manage.py command: start-up", (time.monotonic() - began) / STARTS, "s")
