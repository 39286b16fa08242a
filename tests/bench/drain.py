"""A day's outage of SAP is over: what waits is drained at the bound, interactive work first."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import cycle
from tests.bench.figures import Figure, at_least
from tests.bench.metered import booked_seconds
from tests.bench.stage import Remotes, Stage

FEW, MANY = 400, 20_000
SESSIONS = 4
PROCESSES, THREADS = 2, 7
SAMPLE = 300


def figures(stage: Stage) -> Iterator[Figure]:
    """The speed with 20,000 waiting against that with a few hundred; a click made then."""
    rates: dict[int, float] = {}
    before = booked_seconds(stage.directory).in_session
    for waiting in (FEW, MANY):
        cycle.place(stage, SAMPLE + 20)
        cycle.fetch_only(stage, SAMPLE + 20)
        cycle.ask_for_pushes()
        cycle.let_wait(waiting - SAMPLE - 20)
        stage.be_slow(Remotes())
        stage.start_workers(PROCESSES, THREADS, SAP_SESSIONS=str(SESSIONS))
        rates[waiting] = cycle.rate(stage, cycle.CONFIRMED, SAMPLE, after=20)
        stage.stop_workers()
        cycle.forget_waiting()
    spent = booked_seconds(stage.directory).in_session - before
    bound = SESSIONS / (spent / (2 * (SAMPLE + 20)))
    yield at_least("20,000 waiting: share of the latency bound", rates[MANY] / bound, 0.8)
    yield at_least("20,000 waiting: speed against 400", rates[MANY] / rates[FEW], 0.9, "×")
