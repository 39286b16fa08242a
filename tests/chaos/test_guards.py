"""Chaos notices a worker without one of its guards, and finds nothing when all are in place.

Real processes, a minute or two each: `make guards` runs them, `make test` does not.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.judge import KINDS

ROOT = Path(__file__).resolve().parents[2]
OURS = {"DJANGO_SETTINGS_MODULE", "SECRET_KEY", "DATABASE_URL", "REDIS_URL"}  # of the tests

pytestmark = pytest.mark.chaos

ORDERS = (
    "--orders", "16", "--at-once", "8", "--patience", "30", "--fault-every", "2",
    "--shapes", "purchase-order,eur-coupon,coupon", "--events", "0",
)  # fmt: skip
LOSING_ANSWERS = ("--only", "sap_loses_an_answer", "--at", "BAPI_TRANSACTION_COMMIT")
PAUSING = ("--only", "pause_at_a_write", "--at", "BAPI_SALESORDER_GETLIST")
KILLING = (
    "--only", "kill_at_a_write", "--at", "BAPI_TRANSACTION_COMMIT",
    "--lease", "6", "--server-time", "14",
)  # fmt: skip
GUARDS = {"lookup": LOSING_ANSWERS, "lease": PAUSING, "write_ahead": KILLING}
SEED = os.environ.get("SEED", "1")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of chaos ended."""

    status: int
    counts: dict[str, int]
    said: str


def chaos(*options: str) -> Ended:
    """One run, as a person starts it."""
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--seed", SEED, *ORDERS, *options],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    lines = [line for line in ended.stdout.splitlines() if line.startswith("orders=")]
    sys.stdout.write(f"\n{' '.join(options)}\nseed={SEED} {lines[-1]}\n")
    counts = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", lines[-1])}
    return Ended(ended.returncode, counts, ended.stdout + ended.stderr)


@pytest.mark.parametrize("guard", GUARDS)
def test_a_worker_without_a_guard_doubles_orders_and_chaos_notices(guard: str) -> None:
    worker = f"{sys.executable} -m tests.chaos.sabotaged_worker {guard}"

    ended = chaos(*GUARDS[guard], "--worker-command", worker)

    assert ended.status == 1, ended.said
    assert ended.counts["faults"] > 0
    assert ended.counts["doubled"] > 0, ended.said


@pytest.mark.parametrize("guard", GUARDS)
def test_with_every_guard_the_same_faults_do_no_harm(guard: str) -> None:
    ended = chaos(*GUARDS[guard])

    assert {kind: ended.counts[kind] for kind in KINDS} == dict.fromkeys(KINDS, 0), ended.said
    assert ended.counts["orders"] == 16
    assert ended.counts["faults"] > 0
    assert ended.status == 0
