"""Connections are lent to one thread at a time, interactive work first, and within the limits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Event, Lock
from typing import Any

import pytest

from sync.causes.portal import PortalCause
from sync.causes.sap import SapCause
from sync.errors import LogonRefused, RemoteUnavailable
from sync.lending import Lent, Limits, Pool, Unlimited, urgently

WAIT = 30.0  # seconds, after which a test has failed; none waits so long


class Connection:
    def __init__(self) -> None:
        self.is_closed = False
        self.users = 0


class Slots:
    """As many as told."""

    has_too_many = False

    def __init__(self, free: int) -> None:
        self.free, self.lock = free, Lock()

    def take(self) -> int | None:
        with self.lock:
            if not self.free:
                return None
            self.free -= 1
            return self.free

    def give_back(self, number: int) -> None:
        with self.lock:
            self.free += 1


def a_pool(
    slots: Any = None, opening: Callable[[], Connection] = Connection, patience: float = WAIT
) -> Pool[Connection]:
    def close(one: Connection) -> None:
        one.is_closed = True

    limits = Limits(slots or Unlimited(), Unlimited(), patience)
    return Pool("SAP", opening, close, keep_seconds=60, limits=limits)


def waiting(pool: Pool[Connection], threads: int) -> None:
    """Until so many threads stand in the queue."""
    with pool._changed:
        assert pool._changed.wait_for(lambda: len(pool._queue) == threads, WAIT)


def test_a_connection_given_back_is_lent_again() -> None:
    pool = a_pool()

    with pool.lending() as first:
        pass
    with pool.lending() as second:
        pass

    assert first is second


def test_no_connection_is_lent_to_two_threads_at_once() -> None:
    pool, begin = a_pool(Slots(3)), Barrier(12)
    together: list[int] = []

    def use() -> None:
        begin.wait(WAIT)
        for _ in range(50):
            with pool.lending() as lent:
                lent.thing.users += 1
                together.append(lent.thing.users)
                lent.thing.users -= 1

    with ThreadPoolExecutor(12) as threads:
        for done in [threads.submit(use) for _ in range(12)]:
            done.result(WAIT)

    assert (len(together), max(together)) == (600, 1)


def test_a_doubtful_connection_is_closed_and_lent_to_nobody() -> None:
    pool = a_pool()
    with pool.lending() as lent:
        lent.is_doubtful = True

    with pool.lending() as other:
        assert other.thing is not lent.thing
    assert lent.thing.is_closed


def test_after_a_renewal_every_connection_lent_is_a_new_one() -> None:
    pool = a_pool()
    under_way = pool.take()
    with pool.lending() as idle:
        pass

    pool.renew()
    pool.give_back(under_way)

    assert idle.thing.is_closed
    assert under_way.thing.is_closed
    with pool.lending() as lent:
        assert lent.thing not in (idle.thing, under_way.thing)


def test_what_was_idle_for_too_long_is_closed_and_its_slot_free() -> None:
    slots = Slots(1)
    pool = a_pool(slots)
    with pool.lending() as lent:
        pass
    lent.used_at -= 61

    pool.tidy()

    assert lent.thing.is_closed
    assert slots.free == 1


def test_what_others_wait_for_is_given_back_when_it_is_idle() -> None:
    slots = Slots(2)
    pool = a_pool(slots)
    busy = pool.take()
    with pool.lending():
        pass
    slots.has_too_many = True

    pool.tidy()
    assert slots.free == 1

    pool.give_back(busy)
    assert slots.free == 2


def test_who_waits_too_long_says_that_all_are_in_use_and_blames_no_remote() -> None:
    pool = a_pool(Slots(1), patience=0)

    with pool.lending(), pytest.raises(RemoteUnavailable, match="in use") as caught:
        pool.take()

    assert caught.value.cause is PortalCause.ALL_IN_USE
    assert not caught.value.system
    assert pool._queue == []


def test_interactive_work_goes_first_in_the_queue() -> None:
    pool, served = a_pool(Slots(1)), []
    held = pool.take()

    def use(name: str, is_urgent: bool) -> None:
        with urgently(is_urgent), pool.lending():
            served.append(name)

    with ThreadPoolExecutor(3) as threads:
        used: list[Future[None]] = []
        for number, name in enumerate(("bulk 1", "bulk 2", "click"), start=1):
            used.append(threads.submit(use, name, name == "click"))
            waiting(pool, number)
        pool.give_back(held)
        for one in used:
            one.result(WAIT)

    assert served == ["click", "bulk 1", "bulk 2"]


def test_one_refused_logon_is_not_repeated_by_all_who_waited_for_it() -> None:
    """SAP locks a user after a few."""
    tries, may_fail = [], Event()

    def refuse() -> Connection:
        tries.append(1)
        assert may_fail.wait(WAIT)
        raise LogonRefused("SAP refused the logon.", cause=SapCause.LOGON)

    slots = Slots(4)
    pool = a_pool(slots, refuse)
    with ThreadPoolExecutor(4) as threads:
        wanted: list[Future[Lent[Connection]]] = [threads.submit(pool.take) for _ in range(4)]
        with pool._changed:
            assert pool._changed.wait_for(lambda: slots.free == 0, WAIT)
        may_fail.set()
        refused = [one.exception(WAIT) for one in wanted]

    assert {type(one) for one in refused} == {LogonRefused}
    assert len({id(one) for one in refused}) == 4, "each may note on it what it was about"
    assert len(tries) == 1
    assert slots.free == 4


def test_a_forked_process_leaves_its_parents_connections_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sync.lending._inherited", [])
    pool = a_pool()
    with pool.lending() as parents:
        pass
    monkeypatch.setattr("os.getpid", lambda: -1)

    with pool.lending() as lent:
        assert lent.thing is not parents.thing
    assert not parents.thing.is_closed
