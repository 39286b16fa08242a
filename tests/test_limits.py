"""Limits of a remote hold across processes: two pools with two holders on one database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sync.errors import RemoteUnavailable
from sync.jobs.heartbeat import EVERY_SECONDS
from sync.lending import Limits, Pool, Unlimited
from sync.limits import LeasedSlots, SharedPace, holder_name, limits_of
from sync.models import RemotePace, RemoteSlot, clock
from sync.models.remote_limits import Holders, RemoteSlotQuerySet

pytestmark = pytest.mark.django_db
LIMIT = 4


class Process:
    """What one process holds of SAP's sessions."""

    def __init__(self, name: str, limit: int = LIMIT) -> None:
        self.slots = LeasedSlots("sap", limit, name)
        limits = Limits(self.slots, Unlimited(), patience_seconds=0)
        self.pool: Pool[object] = Pool(
            "SAP", object, lambda _: None, keep_seconds=60, limits=limits
        )

    def tend(self) -> None:
        """What goes with each sign of life."""
        if not self.slots.keep():
            self.pool.renew()
        self.pool.tidy()


def test_two_processes_together_open_no_more_than_the_limit() -> None:
    one, other = Process("one"), Process("other")

    held = [one.pool.take() for _ in range(3)] + [other.pool.take()]

    assert sorted(lent.slot for lent in held) == [1, 2, 3, 4]
    for process in (one, other):
        with pytest.raises(RemoteUnavailable, match="in use"):
            process.pool.take()


def test_of_two_that_see_the_same_slot_free_one_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RemoteSlotQuerySet, "holders", lambda *_: Holders())
    one, other = Process("one", 1), Process("other", 1)
    one.pool.take()

    with pytest.raises(RemoteUnavailable):
        other.pool.take()

    assert RemoteSlot.objects.get().holder == "one"


def test_what_one_closes_the_other_may_open() -> None:
    one, other = Process("one", 1), Process("other", 1)
    with one.pool.lending():
        pass

    one.pool.renew()

    with other.pool.lending() as lent:
        assert lent.slot == 1


def test_a_connection_kept_open_keeps_its_slot_and_costs_no_query(
    django_assert_num_queries: Any,
) -> None:
    process = Process("one")
    with process.pool.lending():
        pass

    with django_assert_num_queries(0):
        for _ in range(100):
            with process.pool.lending():
                pass

    assert RemoteSlot.objects.count() == 1


def test_a_killed_process_s_slots_come_free_when_their_lease_ends() -> None:
    killed, other = Process("killed", 1), Process("other", 1)
    killed.pool.take()
    with pytest.raises(RemoteUnavailable):
        other.pool.take()

    RemoteSlot.objects.filter(holder="killed").update(until=timezone.now() - timedelta(seconds=1))

    assert other.pool.take().slot == 1


def test_the_lease_ends_by_the_database_s_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process whose own clock is ahead does not take a living one's slot."""
    Process("one", 1).pool.take()
    monkeypatch.setattr(clock, "_told", lambda: timezone.now() - timedelta(seconds=400))

    with clock.going_by_the_database():
        RemoteSlot.objects.update(until=clock.now() + timedelta(seconds=10))
        with pytest.raises(RemoteUnavailable):
            Process("ahead", 1).pool.take()


def test_signs_of_life_renew_what_is_held() -> None:
    process = Process("one")
    process.pool.take()
    soon = timezone.now() + timedelta(seconds=1)
    RemoteSlot.objects.update(until=soon)

    process.tend()

    assert RemoteSlot.objects.get().until > soon + timedelta(seconds=10)


def test_nothing_stays_of_processes_that_are_gone() -> None:
    Process("killed", 1).pool.take()
    with pytest.raises(RemoteUnavailable):
        Process("killed while it waited", 1).pool.take()
    RemoteSlot.objects.update(until=timezone.now() - timedelta(minutes=2))

    Process("living").tend()

    assert not RemoteSlot.objects.exists()


def test_a_process_that_was_frozen_past_its_lease_lets_go_of_what_another_has_taken() -> None:
    frozen, other = Process("frozen", 1), Process("other", 1)
    with frozen.pool.lending() as before:
        pass
    RemoteSlot.objects.update(until=timezone.now() - timedelta(seconds=1))
    other.pool.take()

    frozen.tend()

    assert RemoteSlot.objects.get().holder == "other"
    with pytest.raises(RemoteUnavailable):
        frozen.pool.take()
    assert before.thing is not None


def test_a_process_gives_back_what_is_idle_and_more_than_its_share_when_another_waits() -> None:
    first, second = Process("first"), Process("second")
    for lent in [first.pool.take() for _ in range(LIMIT)]:
        first.pool.give_back(lent)
    with pytest.raises(RemoteUnavailable):
        second.pool.take()

    first.tend()

    assert [second.pool.take().slot for _ in range(LIMIT // 2)]
    assert RemoteSlot.objects.filter(holder="first", number__isnull=False).count() == LIMIT // 2


def test_what_is_busy_is_given_back_as_soon_as_its_call_ends() -> None:
    first, second = Process("first"), Process("second")
    busy = [first.pool.take() for _ in range(LIMIT)]
    with pytest.raises(RemoteUnavailable):
        second.pool.take()
    first.tend()
    with pytest.raises(RemoteUnavailable):
        second.pool.take()

    for lent in busy:
        first.pool.give_back(lent)

    assert RemoteSlot.objects.filter(holder="first", number__isnull=False).count() == LIMIT // 2
    second.pool.take()


def test_a_wish_outlasts_the_time_between_two_signs_of_life() -> None:
    """Idle holders look at wishes only then; who has given up finds a slot at its next try."""
    assert RemoteSlotQuerySet.WISH.total_seconds() > EVERY_SECONDS


def test_who_begins_to_work_later_need_not_wait_for_the_next_sign_of_life(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sync.limits.LOOK_SECONDS", 0)
    first, second = Process("first"), Process("second")
    busy = [first.pool.take() for _ in range(LIMIT)]
    with pytest.raises(RemoteUnavailable):
        second.pool.take()

    for lent in busy:
        first.pool.give_back(lent)

    assert RemoteSlot.objects.filter(holder="first", number__isnull=False).count() == LIMIT // 2


def test_a_freed_slot_is_kept_for_who_has_not_got_its_share() -> None:
    first, second = Process("first"), Process("second")
    busy = [first.pool.take() for _ in range(LIMIT)]
    with pytest.raises(RemoteUnavailable):
        second.pool.take()
    first.tend()
    first.pool.give_back(busy.pop())

    with pytest.raises(RemoteUnavailable):
        first.pool.take()

    second.pool.take()


def test_fewer_slots_than_processes_go_round() -> None:
    first, second, third = Process("first", 1), Process("second", 1), Process("third", 1)
    lent = first.pool.take()
    for waiting in (second, third):
        with pytest.raises(RemoteUnavailable):
            waiting.pool.take()
    first.tend()
    first.pool.give_back(lent)

    for not_yet in (first, third):
        with pytest.raises(RemoteUnavailable):
            not_yet.pool.take()
    lent = second.pool.take()
    second.tend()
    second.pool.give_back(lent)

    third.pool.take()


def test_while_nobody_waits_one_process_may_have_all() -> None:
    busy = Process("busy")
    for lent in [busy.pool.take() for _ in range(LIMIT)]:
        busy.pool.give_back(lent)
    Process("idle").tend()

    busy.tend()

    assert RemoteSlot.objects.filter(holder="busy").count() == LIMIT


def test_each_process_is_a_holder_of_its_own_even_with_the_number_of_a_dead_one() -> None:
    assert holder_name() != holder_name()


def test_without_limits_nothing_is_asked_of_the_database(
    django_assert_num_queries: Any,
) -> None:
    limits = limits_of("sap", 0, 0, 60, "one")

    with django_assert_num_queries(0):
        assert limits.slots.take() is not None
        limits.pace.wait()


def test_calls_of_two_processes_are_spaced_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("sync.limits.Event.wait", lambda _, seconds: waited.append(seconds))
    now = timezone.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setattr("time.monotonic", lambda: 1000.0)
    paces = [SharedPace("sap", 20.0), SharedPace("sap", 20.0)]

    for number in range(20):
        paces[number % 2].wait()

    # Five are reserved at once, twenty times a second, by two in turn.
    assert sorted([0.0, *waited]) == pytest.approx([one / 20 for one in range(20)])
    assert RemotePace.objects.get().free_at == now + timedelta(seconds=1)


def test_calls_are_reserved_ahead_so_that_not_each_asks_the_database(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr("sync.limits.Event.wait", lambda *_: None)
    pace = SharedPace("sap", 400.0)
    pace.wait()

    with django_assert_max_num_queries(0):
        for _ in range(50):
            pace.wait()
