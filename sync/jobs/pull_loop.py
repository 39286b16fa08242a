"""The threads of one worker: each takes the next due task of the ledger, as long as there is one.

A ring only says that the ledger is worth a look. One thread looks, and keeps a short list of what
is due; the others take from it, interactive work first. So no thread waits for the end of a batch,
and a worker with nothing to do asks the database nothing.
"""

from __future__ import annotations

import logging
import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Condition, Thread

from django.db import DatabaseError, InterfaceError, close_old_connections, connections

from sync.lending import urgently

logger = logging.getLogger(__name__)

LOOK_AHEAD = 8  # tasks on the list for each thread
TRY_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Due:
    """A task that may be run; ``lock`` keeps the steps of one order apart."""

    pk: int
    lock: str
    is_urgent: bool


Look = Callable[[int], list[Due]]
Run = Callable[[int, Callable[[int], bool]], None]


class PullLoop:
    """Runs what is due in ``threads`` threads.

    ``look`` returns due tasks in their order, about so many. ``run`` carries out a task and what
    waits behind its lock, as long as it is told to go on. ``pass_on`` is called with a task when
    there is more than this process can take up.
    """

    def __init__(self, threads: int, look: Look, run: Run, pass_on: Callable[[Due], None]) -> None:
        self.threads = threads
        self._look, self._run, self._pass_on = look, run, pass_on
        self._changed = Condition()
        self._listed: list[Due] = []
        self._offered: list[Due] = []  # since the last look began
        self._in_hand: dict[str, Due] = {}  # by lock
        self._is_rung = True
        self._has_more = self._is_closing = False
        names = [f"task-{number}" for number in range(1, threads + 1)]
        self._workers = [Thread(target=self._work, name=name, daemon=True) for name in names]
        self._looker = Thread(target=self._keep_looking, name="looker", daemon=True)

    @property
    def busy(self) -> int:
        return len(self._in_hand)

    def start(self) -> None:
        for thread in (self._looker, *self._workers):
            thread.start()

    def ring(self, *, is_urgent: bool) -> None:
        """Look into the ledger; for work that is not urgent only once the list is worked off."""
        with self._changed:
            if is_urgent or len(self._listed) < self.threads:
                self._is_rung = True
                self._changed.notify_all()
            else:
                self._has_more = True

    def offer(self, tasks: Sequence[Due]) -> None:
        """Work that this process itself has asked for: it needs no look."""
        with self._changed:
            self._offered += tasks
            self._list([*self._listed, *tasks])
            crowd = len(self._listed) > self.threads - len(self._in_hand)
        if tasks and crowd:
            self._pass_on(tasks[0])

    def drain(self) -> None:
        """Take up nothing more, and wait until what runs has ended."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        for thread in (self._looker, *self._workers):
            thread.join()

    # ---- the threads that work
    def _work(self) -> None:
        try:
            while (due := self._next()) is not None:
                try:
                    with urgently(due.is_urgent):
                        self._run(due.pk, partial(self._goes_on, due))
                finally:
                    with self._changed:
                        del self._in_hand[due.lock]
                        self._changed.notify_all()
        finally:
            connections.close_all()

    def _next(self) -> Due | None:
        with self._changed:
            while not self._is_closing:
                due = self._choice()
                if due is not None:
                    self._listed.remove(due)
                    self._in_hand[due.lock] = due
                    self._changed.notify_all()  # the list may be short now
                    return due
                self._changed.wait()
        return None

    def _choice(self) -> Due | None:
        """Interactive work first; one thread is kept free for it, and one for the rest."""
        free = [one for one in self._listed if one.lock not in self._in_hand]
        urgent = next((one for one in free if one.is_urgent), None)
        other = next((one for one in free if not one.is_urgent), None)
        running = Counter(one.is_urgent for one in self._in_hand.values())
        spare = max(1, self.threads - 1)
        if urgent is not None and (other is None or running[True] < spare):
            return urgent
        return other if running[False] < spare else None

    def _goes_on(self, due: Due, pk: int) -> bool:
        """Whether a thread stays with its lock: not while interactive work waits for a thread."""
        with self._changed:
            is_overtaken = not due.is_urgent and any(
                one.is_urgent and one.lock not in self._in_hand for one in self._listed
            )
            if is_overtaken or self._is_closing:
                self._is_rung = True  # what waits behind the lock is in the ledger
                return False
            self._listed = [one for one in self._listed if one.pk != pk]
            self._offered = [one for one in self._offered if one.pk != pk]
            return True

    # ---- the thread that looks
    def _keep_looking(self) -> None:
        try:
            while self._waits_for_need():
                self._look_once()
        finally:
            connections.close_all()
            if not self._is_closing:  # a fault: end the process, so that it is started again
                os.kill(os.getpid(), signal.SIGTERM)

    def _waits_for_need(self) -> bool:
        """False at the end."""
        with self._changed:
            while not self._is_closing:
                is_short = len(self._listed) < self.threads
                if self._is_rung or (self._has_more and is_short):
                    self._is_rung = self._has_more = False
                    return True
                self._changed.wait()
        return False

    def _look_once(self) -> None:
        most = LOOK_AHEAD * self.threads
        with self._changed:
            self._offered = []
        try:
            close_old_connections()
            found = self._look(most)
        except (DatabaseError, InterfaceError):
            logger.exception("the ledger could not be read; trying again")
            connections.close_all()
            with self._changed:
                self._is_rung = True
                self._changed.wait_for(lambda: self._is_closing, TRY_AGAIN_SECONDS)
            return
        with self._changed:
            self._has_more = self._has_more or len(found) >= most
            self._list([*found, *self._offered])
        if len(found) >= most:
            self._pass_on(found[-1])

    def _list(self, tasks: list[Due]) -> None:
        """Urgent work first, else in the order given. What is in hand may stand here as well: a
        task that goes on later has offered itself again. The lock is held."""
        listed = {one.pk: one for one in tasks}
        self._listed = sorted(listed.values(), key=lambda one: not one.is_urgent)
        self._changed.notify_all()
