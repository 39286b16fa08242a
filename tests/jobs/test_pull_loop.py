"""The threads of a worker: full without barriers, interactive work first, one order serial."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Event, Thread
from typing import Any

import pytest
from django.db import OperationalError

from sync.errors import LeaseLost
from sync.fence import refuse_if_late, sending_within
from sync.jobs.pull_loop import LOOK_AHEAD, Due, PullLoop

WAIT = 30.0  # seconds, after which a test has failed; none waits so long


class Ledger:
    """What is due, and tasks that run until they are told to end."""

    def __init__(self) -> None:
        self.changed = Condition()
        self.due: list[Due] = []
        self.behind: dict[int, int] = {}  # a task, and the next one of its lock
        self.running: list[int] = []
        self.may_end: set[int] = set()
        self.ends_at_once = False
        self.ran: list[int] = []
        self.most_at_once = 0
        self.looks = 0
        self.failures: list[Exception] = []

    def add(self, *tasks: Due) -> None:
        with self.changed:
            self.due += tasks

    def look(self, most: int) -> list[Due]:
        with self.changed:
            self.looks += 1
            self.changed.notify_all()
            if self.failures:
                raise self.failures.pop()
            return sorted(self.due, key=lambda one: (not one.is_urgent, one.pk))[:most]

    def run(self, pk: int, goes_on: Callable[[int], bool]) -> None:
        following: int | None = pk
        while following is not None:
            self._carry_out(following)
            following = self.behind.get(following)
            if following is not None and not goes_on(following):
                return

    def _carry_out(self, pk: int) -> None:
        with self.changed:
            if pk not in [one.pk for one in self.due]:
                return  # another has claimed it
            self.due = [one for one in self.due if one.pk != pk]
            self.running.append(pk)
            self.most_at_once = max(self.most_at_once, len(self.running))
            self.changed.notify_all()
            assert self.changed.wait_for(lambda: self.ends_at_once or pk in self.may_end, WAIT)
            self.running.remove(pk)
            self.ran.append(pk)
            self.changed.notify_all()

    def end(self, *pks: int) -> None:
        with self.changed:
            self.may_end |= set(pks)
            self.changed.notify_all()

    def let_all_end(self) -> None:
        with self.changed:
            self.ends_at_once = True
            self.changed.notify_all()

    def until(self, holds: Callable[[], Any]) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: bool(holds()), WAIT)

    def until_running(self, *pks: int) -> None:
        self.until(lambda: sorted(self.running) == sorted(pks))


def bulk(pk: int, lock: str = "") -> Due:
    return Due(pk, lock or f"order:{pk}", False)


def click(pk: int, lock: str = "") -> Due:
    return Due(pk, lock or f"order:{pk}", True)


@contextmanager
def working(ledger: Ledger, threads: int, passed_on: list[Due] | None = None) -> Iterator[PullLoop]:
    told = passed_on if passed_on is not None else []
    loop = PullLoop(threads, ledger.look, ledger.run, told.append)
    loop.start()
    try:
        yield loop
    finally:
        ledger.let_all_end()
        loop.drain()


def test_a_thread_that_is_free_takes_the_next_task_at_once_without_a_barrier() -> None:
    ledger = Ledger()
    ledger.add(*(click(pk) for pk in range(1, 7)))

    with working(ledger, 3):
        ledger.until_running(1, 2, 3)
        ledger.end(2)
        ledger.until_running(1, 3, 4)
        ledger.end(4)
        ledger.until_running(1, 3, 5)


def test_all_that_is_due_runs_and_never_more_at_once_than_there_are_threads() -> None:
    ledger = Ledger()
    ledger.ends_at_once = True
    ledger.add(*(bulk(pk) for pk in range(500)))

    with working(ledger, 4):
        ledger.until(lambda: len(ledger.ran) == 500)

    assert sorted(ledger.ran) == list(range(500))
    assert ledger.most_at_once <= 4


def test_one_look_serves_many_tasks() -> None:
    ledger = Ledger()
    ledger.ends_at_once = True
    ledger.add(*(bulk(pk) for pk in range(500)))

    with working(ledger, 4):
        ledger.until(lambda: len(ledger.ran) == 500)

    assert ledger.looks <= 2 + 500 // (LOOK_AHEAD * 4 - 2 * 4)


def test_interactive_work_overtakes_what_waits() -> None:
    ledger = Ledger()
    ledger.add(*(bulk(pk) for pk in range(1, 10)))

    with working(ledger, 2) as loop:
        ledger.until_running(1)  # the other thread is kept free
        ledger.add(click(100))
        loop.ring(is_urgent=True)
        ledger.until_running(1, 100)


def test_of_one_thread_too_the_next_task_is_the_click() -> None:
    ledger = Ledger()
    ledger.add(bulk(1), bulk(2))

    with working(ledger, 1) as loop:
        ledger.until_running(1)
        ledger.add(click(100))
        loop.ring(is_urgent=True)
        ledger.until(lambda: ledger.looks == 2)
        ledger.end(1)
        ledger.until_running(100)


def test_however_much_is_clicked_one_thread_does_the_rest() -> None:
    ledger = Ledger()
    ledger.add(bulk(1), *(click(pk) for pk in range(100, 110)))

    with working(ledger, 3):
        ledger.until_running(1, 100, 101)


def test_tasks_of_one_order_never_run_at_once() -> None:
    ledger = Ledger()
    ledger.add(click(1, "order:7"), click(2, "order:7"), click(3, "order:8"))

    with working(ledger, 3):
        ledger.until_running(1, 3)
        ledger.end(1)
        ledger.until_running(2, 3)


def test_the_thread_of_an_order_goes_on_with_its_next_task() -> None:
    ledger = Ledger()
    ledger.behind = {1: 2}
    ledger.add(bulk(1, "order:7"), bulk(2, "order:7"), bulk(3))

    with working(ledger, 2):
        ledger.until_running(1)
        ledger.end(1)
        ledger.until_running(2)


def test_a_click_overtakes_the_next_task_of_an_order_which_is_not_forgotten() -> None:
    ledger = Ledger()
    ledger.behind = {1: 2}
    ledger.add(bulk(1, "order:7"), bulk(2, "order:7"))

    with working(ledger, 1) as loop:
        ledger.until_running(1)
        ledger.add(click(100))
        loop.ring(is_urgent=True)
        ledger.until(lambda: ledger.looks == 2)
        ledger.end(1)
        ledger.until_running(100)
        ledger.end(100)
        ledger.until_running(2)


def test_a_ring_is_heard_while_all_threads_work_and_is_not_lost() -> None:
    ledger = Ledger()
    ledger.add(click(1), click(2))

    with working(ledger, 2) as loop:
        ledger.until_running(1, 2)
        ledger.add(bulk(3))
        loop.ring(is_urgent=False)
        ledger.end(1, 2)
        ledger.until_running(3)


def test_an_idle_worker_does_not_look_again_until_it_is_rung_for() -> None:
    ledger = Ledger()

    with working(ledger, 4) as loop:
        ledger.until(lambda: ledger.looks == 1)
        ledger.add(bulk(1))
        loop.ring(is_urgent=False)
        ledger.until_running(1)
        ledger.end(1)
        ledger.until(lambda: ledger.ran == [1])

    assert ledger.looks == 2


def test_what_the_process_asks_for_itself_needs_no_look() -> None:
    ledger = Ledger()

    with working(ledger, 2) as loop:
        ledger.until(lambda: ledger.looks == 1)
        ledger.add(bulk(1))
        loop.offer([bulk(1)])
        ledger.until_running(1)

    assert ledger.looks == 1


def test_a_task_that_offers_itself_again_while_it_runs_goes_on_behind_what_waits() -> None:
    """As a fetch does for its next slice."""
    slices: list[int] = []
    due = [bulk(1), bulk(2)]
    loop: PullLoop

    def run(pk: int, goes_on: Callable[[int], bool]) -> None:
        slices.append(pk)
        if slices.count(1) < 3:
            loop.offer([bulk(1)] if pk == 1 else [])
        else:
            has_ended.set()

    has_ended = Event()
    loop = PullLoop(1, lambda _: due, run, lambda _: None)
    loop.start()
    assert has_ended.wait(WAIT)
    loop.drain()

    assert slices == [1, 2, 1, 1]


def test_what_is_more_than_the_threads_can_take_is_passed_on() -> None:
    ledger, passed_on = Ledger(), list[Due]()
    ledger.add(*(click(pk) for pk in range(100)))

    with working(ledger, 2, passed_on):
        ledger.until_running(0, 1)

    assert passed_on


def test_a_worker_told_to_end_takes_nothing_up_and_lets_what_runs_come_to_its_end() -> None:
    ledger = Ledger()
    ledger.behind = {1: 2}
    ledger.add(click(1, "order:7"), click(2, "order:7"), click(3))
    loop = PullLoop(1, ledger.look, ledger.run, lambda _: None)
    loop.start()
    ledger.until_running(1)

    draining = Thread(target=loop.drain)
    draining.start()
    ledger_is_closing(loop)
    ledger.end(1, 2, 3)
    draining.join(WAIT)

    assert not draining.is_alive()
    assert ledger.ran == [1]


def ledger_is_closing(loop: PullLoop) -> None:
    with loop._changed:
        assert loop._changed.wait_for(lambda: loop._is_closing, WAIT)


def test_a_database_that_fails_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.jobs.pull_loop.TRY_AGAIN_SECONDS", 0)
    ledger = Ledger()
    ledger.failures = [OperationalError("gone"), OperationalError("gone")]
    ledger.add(bulk(1))

    with working(ledger, 2):
        ledger.until_running(1)


def test_a_fault_in_looking_ends_the_process_so_that_it_is_started_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = Event()
    monkeypatch.setattr("os.kill", lambda *_: told.set())
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    ledger = Ledger()
    ledger.failures = [KeyError("a fault")]

    with working(ledger, 2):
        assert told.wait(WAIT)


def test_each_thread_has_its_own_time_in_which_a_write_must_be_sent() -> None:
    """The fence of one task does not hold back, nor let through, the write of another."""
    sent: list[int] = []
    late, both = Event(), Event()

    def run(pk: int, goes_on: Callable[[int], bool]) -> None:
        if pk == 1:
            with sending_within(-1):
                late.set()
                assert both.wait(WAIT)
                with pytest.raises(LeaseLost):
                    refuse_if_late()
        else:
            assert late.wait(WAIT)
            refuse_if_late()
            sent.append(pk)
            both.set()

    ledger = Ledger()
    ledger.add(click(1), click(2))
    loop = PullLoop(2, ledger.look, run, lambda _: None)
    loop.start()
    assert both.wait(WAIT)
    loop.drain()

    assert sent == [2]
