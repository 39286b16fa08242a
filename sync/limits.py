"""How many connections and calls a second the processes may ask of a remote together."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections import deque
from datetime import timedelta
from threading import Event, Lock

from django.db import DatabaseError, InterfaceError

from sync.lending import Limits, Pace, Slots, Unlimited
from sync.models import RemotePace, RemoteSlot

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # while one process has most of the slots
RESERVED_SECONDS = 0.25  # for how long calls are reserved at once
STALE_SECONDS = 1.0  # an unused moment is not kept for later, or many calls would come at once


def holder_name() -> str:
    """Another one for each process, also where a container's processes all have one number."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class LeasedSlots:
    """The slots of a remote that one process holds; ``Slots`` for a pool."""

    def __init__(self, system: str, limit: int, holder: str) -> None:
        self._system, self._limit, self._holder = system, limit, holder
        self._lock = Lock()
        self._held: set[int] = set()
        self._surplus = 0
        self._looks_at = 0.0

    @property
    def has_too_many(self) -> bool:
        """Asks the database now and then, not only with each sign of life, while this process has
        most of the slots: one that has begun to work since waits for its share."""
        with self._lock:
            is_to_look = not self._surplus and 2 * len(self._held) > self._limit
            is_to_look = is_to_look and time.monotonic() >= self._looks_at
            if is_to_look:
                self._looks_at = time.monotonic() + LOOK_SECONDS
        if is_to_look:
            try:
                share = RemoteSlot.objects.share(self._system, self._limit, self._holder)
            except (DatabaseError, InterfaceError):
                logger.warning("who waits for %s is not known", self._system)
            else:
                self._surplus = share.surplus
        return self._surplus > 0

    def take(self) -> int | None:
        number = RemoteSlot.objects.take(self._system, self._limit, self._holder)
        if number is not None:
            with self._lock:
                self._held.add(number)
        return number

    def give_back(self, number: int) -> None:
        """If the database does not answer, the lease ends by itself."""
        with self._lock:
            self._held.discard(number)
            self._surplus = max(0, self._surplus - 1)
        try:
            RemoteSlot.objects.give_back(self._system, number, self._holder)
        except (DatabaseError, InterfaceError):
            logger.warning("a slot of %s could not be given back", self._system)

    def keep(self) -> bool:
        """Renew the leases; False when some were lost, because the process was stopped too long."""
        with self._lock:
            believed = set(self._held)
        share = RemoteSlot.objects.keep(self._system, self._limit, self._holder)
        with self._lock:
            self._surplus = share.surplus
            return not (believed & self._held) - share.held


class SharedPace:
    """A remote's calls per second, over all processes; ``Pace`` for a pool. Moments are reserved
    ahead, so that not every call asks the database."""

    def __init__(self, system: str, per_second: float) -> None:
        self._system, self._apart = system, 1 / per_second
        self._at_once = max(1, int(per_second * RESERVED_SECONDS))
        self._lock = Lock()
        self._moments: deque[float] = deque()

    def wait(self) -> None:
        pause = self._next_moment() - time.monotonic()
        if pause > 0:
            Event().wait(pause)

    def _next_moment(self) -> float:
        with self._lock:
            while self._moments and self._moments[0] < time.monotonic() - STALE_SECONDS:
                self._moments.popleft()
            if not self._moments:
                span = timedelta(seconds=self._apart * self._at_once)
                begins = RemotePace.objects.reserve(self._system, span).total_seconds()
                first = time.monotonic() + begins
                self._moments.extend(first + self._apart * one for one in range(self._at_once))
            return self._moments.popleft()


def limits_of(
    system: str, connections: int, per_second: float, patience_seconds: float, holder: str
) -> Limits:
    """0 connections or calls a second mean as many as are wanted, which costs no query."""
    slots: Slots = LeasedSlots(system, connections, holder) if connections else Unlimited()
    pace: Pace = SharedPace(system, per_second) if per_second else Unlimited()
    return Limits(slots, pace, patience_seconds)
