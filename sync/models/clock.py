"""The ledger's clock: the database's time, never that of the process that asks.

A worker with a wrong clock would write leases that have already expired, or treat valid leases as
expired and repeat work that is under way. PostgreSQL is asked for its time; SQLite has no clock of
its own, but all its processes run on one machine, so the kernel's clock is used. Between two
measurements a monotonic clock, which nobody can set, counts the time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from django.db import connection
from django.utils import timezone

from sync.told import told

logger = logging.getLogger(__name__)

ALLOWED = timedelta(seconds=5)
MEASURED_FOR_SECONDS = 10
LOOK_AGAIN_SECONDS = 2
HOLD_SECONDS = 20
SAME_SECONDS = 2
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_UPTIME, _STAT = Path("/proc/uptime"), Path("/proc/stat")


@dataclass(frozen=True, slots=True)
class _Reading:
    told: datetime
    at: float
    skew: timedelta  # by how much this process is ahead

    @property
    def is_fresh(self) -> bool:
        return _steady() - self.at < MEASURED_FOR_SECONDS

    @property
    def now(self) -> datetime:
        return self.told + timedelta(seconds=_steady() - self.at)


@dataclass(slots=True)
class _Process:
    is_ruled: bool = False
    was_wrong: bool = False
    reading: _Reading | None = None


_process = _Process()


def now() -> datetime:
    """The ledger's time; in a process that does not go by the database, the system's time."""
    if not _process.is_ruled:
        return timezone.now()
    reading = _process.reading
    if reading is None or not reading.is_fresh:
        reading = _measure()
    if connection.vendor == "sqlite" and not is_too_far(reading.skew):
        return timezone.now()  # the kernel's clock, and finer than it is told
    return reading.now


def go_by_the_database() -> None:
    """Workers, the scheduler and the web process call this at startup to stop using their own
    clock."""
    _process.is_ruled = True


def is_ruled() -> bool:
    return _process.is_ruled


@contextmanager
def going_by_the_database() -> Iterator[None]:
    before = _process.is_ruled
    go_by_the_database()
    try:
        yield
    finally:
        _process.is_ruled, _process.reading = before, None


def skew() -> timedelta:
    """Measure how far this process's clock is ahead, with one small query; zero where it does not
    go by the database."""
    return _measure().skew if _process.is_ruled else timedelta(0)


def agrees(*, is_measured_anew: bool = False) -> bool:
    """Whether this process may work; a change is logged. While the last measurement is fresh, the
    monotonic clock shows whether the process's own has been set since, and no query is needed."""
    reading = None if is_measured_anew else _process.reading
    if _process.is_ruled and reading is not None and reading.is_fresh:
        found = timezone.now() - reading.now
    else:
        found = skew()
    is_wrong = is_too_far(found)
    if is_wrong != _process.was_wrong:
        _process.was_wrong = is_wrong
        words = "differs from" if is_wrong else "agrees again with"
        logger.warning("this process's clock %s the database's: it is %s", words, in_words(found))
    return not is_wrong


def agrees_soon() -> bool:
    """Like ``agrees``, but waits a while for a wrong clock to be corrected."""
    deadline = _steady() + HOLD_SECONDS
    may_work = agrees()
    while not may_work and _steady() <= deadline:
        Event().wait(LOOK_AGAIN_SECONDS)
        may_work = agrees(is_measured_anew=True)
    return may_work


def is_too_far(difference: timedelta) -> bool:
    return abs(difference) > ALLOWED


def in_words(difference: timedelta) -> str:
    """Such as "400 s behind"."""
    seconds = round(difference.total_seconds())
    if seconds > 0:
        return told("{seconds} s ahead", seconds=seconds)
    return told("{seconds} s behind", seconds=-seconds)


def _steady() -> float:
    return time.clock_gettime(_STEADY)


def _measure() -> _Reading:
    """Counted from the moment of asking: however late the answer comes, the ledger's time is never
    taken for earlier than it is. What was asked for before a worker looks is then due."""
    asked_at = _steady()
    told_time = _told()
    reading = _Reading(told_time, asked_at, timezone.now() - told_time)
    _process.reading = reading
    return reading


def _told() -> datetime:
    if connection.vendor == "sqlite":
        return _kernel_time() or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found


def _kernel_time() -> datetime | None:
    """The machine's time to the second, unaffected by tools that shift this process's clock; None
    where the kernel does not report it."""
    try:
        uptime = float(_UPTIME.read_text().split()[0])
        booted = next(
            line.split()[1] for line in _STAT.read_text().splitlines() if line.startswith("btime")
        )
    except (OSError, ValueError, IndexError, StopIteration):
        return None
    # In a container the uptime is its own but btime the host's: such a pair is of no use. A tool
    # that shifts clocks for tests replaces the steady clock by the time of day; getting past such
    # a tool is the purpose here, so then the pair is used without this check.
    is_shifted = abs(_steady() - time.time()) < 1
    if not is_shifted and abs(_steady() - uptime) > SAME_SECONDS:
        return None
    return datetime.fromtimestamp(int(booted) + uptime, UTC)
