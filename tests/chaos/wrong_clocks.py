"""A worker that is 400 s behind and a scheduler that is 400 s ahead: they must touch nothing."""

from __future__ import annotations

import shutil

from tests.chaos.databases import rows
from tests.chaos.judge import Finding
from tests.chaos.options import MANAGE
from tests.chaos.processes import Crew

WORKER, SCHEDULER = "late-clock", "early-clock"
ATTEMPTS = "SELECT count(*) FROM sync_syncattempt WHERE worker LIKE '%:{pid}:%'"


def start_wrong_clocks(crew: Crew) -> str:
    """Start both where libfaketime is installed; the sentence says whether."""
    faketime = shutil.which("faketime")
    if faketime is None:
        return "no wrong clocks: faketime is not installed"
    crew.start(WORKER, [faketime, "-f", "-400s", *MANAGE, "sync_worker"])
    crew.start(SCHEDULER, [faketime, "-f", "+400s", *MANAGE, "sync_scheduler", "--every", "1"])
    return "a worker's clock is 400 s behind, a scheduler's 400 s ahead"


def judge_wrong_clocks(crew: Crew, address: str) -> list[Finding]:
    """Work that the worker with the wrong clock has taken."""
    process = crew.processes.get(WORKER)
    if process is None:
        return []
    count = int(rows(address, ATTEMPTS.format(pid=process.running.pid))[0][0])
    told = f"it took {count} tasks with a clock 400 s behind"
    return [Finding("lies", "the worker with a wrong clock", told)] if count else []
