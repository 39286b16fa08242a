"""Connections that the threads of a process borrow from one pool, within limits that hold across
all processes.

Pure: who counts across processes is handed in, as ``Slots`` (how many connections may be open) and
``Pace`` (how many calls a second).
"""

from __future__ import annotations

import os
import time
from bisect import insort
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from threading import Condition, Lock
from typing import Any, Generic, Protocol, TypeVar

from sync.causes.portal import PortalCause
from sync.errors import RemoteUnavailable, SyncError
from sync.told import told

LOOK_AGAIN_SECONDS = 0.5  # whether another process has given one back
Thing = TypeVar("Thing")

_is_urgent: ContextVar[bool] = ContextVar("is_urgent", default=False)
# A forked child must neither use nor close its parent's connections (pyrfc sheet 8).
_inherited: list[Any] = []


@contextmanager
def urgently(is_urgent: bool) -> Iterator[None]:
    """What is asked for inside goes before what is not urgent."""
    token = _is_urgent.set(is_urgent)
    try:
        yield
    finally:
        _is_urgent.reset(token)


class Slots(Protocol):
    """How many connections may be open at once, over all processes."""

    @property
    def has_too_many(self) -> bool:
        """Whether others wait while this process holds more than its share."""

    def take(self) -> int | None:
        """A slot's number, to be given back; None while all are taken."""

    def give_back(self, number: int) -> None: ...


class Pace(Protocol):
    def wait(self) -> None:
        """Return when one more call may be made."""


class Unlimited:
    """As many connections and calls as are asked for."""

    has_too_many = False

    def take(self) -> int | None:
        return 0

    def give_back(self, number: int) -> None:
        pass

    def wait(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one remote bears. Who waits longer for a connection than ``patience_seconds`` gives
    up."""

    slots: Slots
    pace: Pace
    patience_seconds: float = 60.0


NO_LIMITS = Limits(Unlimited(), Unlimited())


@dataclass(eq=False, slots=True)
class Lent(Generic[Thing]):
    """A connection in the hands of one thread. Once ``is_doubtful``, nobody gets it again."""

    thing: Thing
    slot: int
    round: int
    used_at: float = 0.0
    is_doubtful: bool = False

    @property
    def idle_seconds(self) -> float:
        return time.monotonic() - self.used_at


class Pool(Generic[Thing]):
    """Opens connections when needed, keeps them open, lends each to one thread at a time."""

    def __init__(
        self,
        name: str,
        open_one: Callable[[], Thing],
        close: Callable[[Thing], None],
        *,
        keep_seconds: float,
        limits: Limits = NO_LIMITS,
    ) -> None:
        self.limits = limits
        self._name, self._open_one, self._close = name, open_one, close
        self._keep_seconds, self._slots = keep_seconds, limits.slots
        self._changed, self._opening = Condition(), Lock()
        self._queue: list[tuple[bool, int]] = []  # urgent first, then whoever came first
        self._arrivals = count()
        self._idle: list[Lent[Thing]] = []  # the last one used last
        self._round = self._failures = 0
        self._failure: SyncError | None = None
        self._pid = os.getpid()

    def take(self) -> Lent[Thing]:
        """Give it back with ``give_back``. Raises ``RemoteUnavailable`` after too long a wait, and
        what opening a connection raises."""
        self._forget_inherited()
        deadline = time.monotonic() + self.limits.patience_seconds
        with self._changed:
            ticket = (not _is_urgent.get(), next(self._arrivals))
            insort(self._queue, ticket)
            known = self._failures
        try:
            found = self._wait_for_turn(ticket, deadline)
        finally:
            with self._changed:
                self._queue.remove(ticket)
                self._changed.notify_all()
        return found if isinstance(found, Lent) else self._opened(found, known)

    def give_back(self, lent: Lent[Thing]) -> None:
        has_too_many = self._slots.has_too_many  # it may ask the database
        with self._changed:
            is_kept = not (lent.is_doubtful or lent.round != self._round or has_too_many)
            if is_kept:
                lent.used_at = time.monotonic()
                self._idle.append(lent)
                self._changed.notify_all()
        if not is_kept:
            self._discard([lent])

    @contextmanager
    def lending(self) -> Iterator[Lent[Thing]]:
        lent = self.take()
        try:
            yield lent
        finally:
            self.give_back(lent)

    def renew(self) -> None:
        """Every connection lent from now on is a new one."""
        self._forget_inherited()
        with self._changed:
            self._round += 1
            idle, self._idle = self._idle, []
        self._discard(idle)

    def tidy(self) -> None:
        """Close what was idle for too long, and what others wait for."""
        self._discard(self._overdue())
        while self._slots.has_too_many:
            with self._changed:
                unused = self._idle.pop(0) if self._idle else None
            if unused is None:
                break
            self._discard([unused])

    def _wait_for_turn(self, ticket: tuple[bool, int], deadline: float) -> Lent[Thing] | int:
        """An idle connection, or the number of a slot in which one may be opened."""
        while True:
            with self._changed:
                while self._queue[0] != ticket:
                    self._pause(deadline, deadline)
            self._discard(self._overdue())
            with self._changed:
                if self._idle:
                    return self._idle.pop()
            slot = self._slots.take()  # it may ask the database: never while others are kept out
            if slot is not None:
                return slot
            with self._changed:
                if not self._idle:
                    self._pause(time.monotonic() + LOOK_AGAIN_SECONDS, deadline)

    def _pause(self, until: float, deadline: float) -> None:
        """Wait for a change, with the lock held."""
        self._changed.wait(max(0.0, min(until, deadline) - time.monotonic()))
        if time.monotonic() >= deadline:
            seconds = round(self.limits.patience_seconds)
            raise RemoteUnavailable(
                told(
                    "All connections to {name} were in use for {seconds} seconds.",
                    name=self._name,
                    seconds=seconds,
                ),
                cause=PortalCause.ALL_IN_USE,
            )

    def _overdue(self) -> list[Lent[Thing]]:
        with self._changed:
            overdue = [one for one in self._idle if one.idle_seconds > self._keep_seconds]
            self._idle = [one for one in self._idle if one not in overdue]
        return overdue

    def _opened(self, slot: int, known: int) -> Lent[Thing]:
        started, is_open = self._round, False
        try:
            thing = self._open_one_at_a_time(known)
            is_open = True
        finally:
            if not is_open:
                self._return_slot(slot)
        return Lent(thing, slot, started, time.monotonic())

    def _open_one_at_a_time(self, known: int) -> Thing:
        """Who has waited while another's opening failed fails with it: many refused logons at once
        would lock the user."""
        with self._opening:
            if self._failure is not None and self._failures != known:
                raise _again(self._failure)
            try:
                thing = self._open_one()
            except SyncError as error:
                self._failures, self._failure = self._failures + 1, error
                raise
            self._failure = None
            return thing

    def _discard(self, unwanted: list[Lent[Thing]]) -> None:
        for one in unwanted:
            try:
                self._close(one.thing)
            finally:
                self._return_slot(one.slot)

    def _return_slot(self, slot: int) -> None:
        self._slots.give_back(slot)
        with self._changed:
            self._changed.notify_all()

    def _forget_inherited(self) -> None:
        if self._pid != os.getpid():
            _inherited.extend(self._idle)
            self._idle, self._queue, self._pid = [], [], os.getpid()
            self._changed, self._opening = Condition(), Lock()


def _again(error: SyncError) -> SyncError:
    """The same failure for another caller, who may note on it what it was about."""
    copy: SyncError = type(error).__new__(type(error))
    copy.args = error.args
    vars(copy).update(vars(error))
    return copy
