"""A fetch of everything never stops for good, whatever one answer was; people are told in time."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sync.jobs import fetches, schedule, work
from sync.jobs.ask import Answer, ask
from sync.models import FetchHealth, RemoteHealth, SalesOrder, Step, StepSchedule, SyncTask
from tests.steps.odd_answers import FOR_A_WHILE, ODD_ANSWERS, answer, instead, lists_orders
from tests.world import World

pytestmark = pytest.mark.slow

State, SCHEDULE = SyncTask.State, SyncTask.Origin.SCHEDULE


def next_turn(world: World, wanted: work.Work) -> None:
    ask(wanted, origin=SCHEDULE)
    world.work_off()


def that_has_worked(world: World) -> None:
    """The shop was read before."""
    world.run(work.pull_orders(world.shop))


def failing(world: World, monkeypatch: Any, name: str, times: int, over: timedelta) -> SyncTask:
    """A fetch of orders that fails so many times, the first of them so long ago."""
    spell = instead(monkeypatch, answer(name), lists_orders, FOR_A_WHILE)
    task = world.run(work.pull_orders(world.shop))
    FetchHealth.objects.update(failing_since=timezone.now() - over)
    RemoteHealth.objects.update(failing_since=timezone.now() - over)
    for _ in range(times - 1):
        next_turn(world, work.pull_orders(world.shop))
    spell.end()
    task.refresh_from_db()
    return task


@pytest.mark.parametrize("name", [name for name in ODD_ANSWERS if name != "slow down"])
@pytest.mark.parametrize("is_first", [True, False], ids=["never worked", "has worked"])
def test_p1_55_a_fetch_goes_on_at_its_next_turn_whatever_the_last_answer_was(
    world: World, monkeypatch: Any, name: str, is_first: bool
) -> None:
    if not is_first:
        that_has_worked(world)
    world.place_only("simple")
    spell = instead(monkeypatch, answer(name), lists_orders, FOR_A_WHILE)
    failed = world.run(work.pull_orders(world.shop))
    assert failed.state != State.DONE
    assert not SalesOrder.objects.exists()
    spell.end()

    next_turn(world, work.pull_orders(world.shop))

    assert SalesOrder.objects.count() == 1
    assert not SyncTask.objects.unfinished().filter(step=Step.PULL_ORDERS).exists()


@pytest.mark.parametrize("name", ["token", "challenge", "an empty list", "deadlock"])
@pytest.mark.parametrize("kind", ["completeness", "orders"])
def test_other_fetches_of_a_shop_go_on_as_well(
    world: World, monkeypatch: Any, name: str, kind: str
) -> None:
    makers = {"completeness": work.check_completeness, "orders": work.pull_orders}
    wanted = makers[kind](world.shop)
    instead(monkeypatch, answer(name), lists_orders)
    world.run(wanted)

    next_turn(world, wanted)

    assert SyncTask.objects.filter(step=wanted.step).latest("pk").state == State.DONE


@pytest.mark.parametrize("make", [work.pull_deliveries, work.pull_billing])
@pytest.mark.parametrize("kind", ["dump", "abort", "drop_before", "drop_after"])
def test_fetches_of_sap_go_on_as_well(world: World, kind: str, make: Any) -> None:
    world.into_sap()
    world.sap_fails(kind)
    assert world.run(make()).state != State.DONE

    next_turn(world, make())

    assert not SyncTask.objects.unfinished().filter(step=make().step).exists()


def test_a_logon_refused_in_the_middle_stops_all_fetches_of_sap(world: World) -> None:
    world.into_sap()
    fault = world.sap.faults.arm("logon_refused", times=0)
    world.new_worker()
    for make in (work.pull_deliveries, work.pull_billing, work.pull_deliveries):
        next_turn(world, make())

    assert fault.fired == 1


def test_the_schedule_wakes_what_an_odd_answer_has_stopped(world: World, monkeypatch: Any) -> None:
    instead(monkeypatch, answer("token"), lists_orders)
    stopped = world.run(work.pull_orders(world.shop))

    asked = ask(work.pull_orders(world.shop), origin=SCHEDULE)

    assert stopped.state == State.NEEDS_ATTENTION  # it never worked: that is said at once
    assert asked.answer == Answer.RETRIED
    assert asked.task.state == State.WAITING


def test_a_fault_of_the_portal_does_not_stop_a_fetch_for_good(
    world: World, monkeypatch: Any
) -> None:
    world.place_only("simple")

    def broken(*args: Any) -> None:
        raise KeyError

    with monkeypatch.context() as patch:
        patch.setattr(sys.modules["sync.steps.pull_orders"], "store_readable", broken)
        assert world.run(work.pull_orders(world.shop)).error_class == "PortalFault"

    next_turn(world, work.pull_orders(world.shop))

    assert SalesOrder.objects.count() == 1


def test_a_fetch_of_one_order_that_stopped_is_left_to_people(
    world: World, monkeypatch: Any
) -> None:
    order = world.into_sap()
    ask(work.pull_deliveries(order), origin=SCHEDULE)
    SyncTask.objects.filter(step=Step.PULL_DELIVERIES).update(state=State.NEEDS_ATTENTION)

    asked = ask(work.pull_deliveries(order), origin=SCHEDULE)

    assert asked.answer == Answer.NEEDS_ATTENTION


@pytest.mark.parametrize(
    ("times", "over", "is_believed"),
    [
        (1, timedelta(hours=1), False),
        (2, timedelta(hours=1), False),
        (3, timedelta(minutes=4), False),
        (3, timedelta(minutes=5), True),
    ],
)
@pytest.mark.parametrize("name", ["token", "an empty list"])
def test_trouble_is_believed_after_three_answers_over_five_minutes(
    world: World, monkeypatch: Any, name: str, times: int, over: timedelta, is_believed: bool
) -> None:  # fmt: skip
    that_has_worked(world)

    task = failing(world, monkeypatch, name, times, over)

    assert FetchHealth.objects.get().is_in_trouble == is_believed
    assert task.state == (State.NEEDS_ATTENTION if is_believed else State.WAITING)


def test_trouble_of_a_fetch_that_never_worked_is_believed_at_once(
    world: World, monkeypatch: Any
) -> None:
    task = failing(world, monkeypatch, "challenge", 1, timedelta(0))

    assert FetchHealth.objects.get().is_in_trouble
    assert task.state == State.NEEDS_ATTENTION


def test_the_next_success_closes_it_everywhere(world: World, monkeypatch: Any) -> None:
    that_has_worked(world)
    failing(world, monkeypatch, "token", 3, timedelta(hours=1))
    assert RemoteHealth.objects.get().is_in_trouble

    next_turn(world, work.pull_orders(world.shop))

    health = FetchHealth.objects.get()
    assert (health.is_in_trouble, health.consecutive_failures) == (False, 0)
    assert not RemoteHealth.objects.get().is_in_trouble
    assert not SyncTask.objects.unfinished().exists()


def test_a_fetch_that_gets_no_answer_is_tried_for_ever(world: World, monkeypatch: Any) -> None:
    that_has_worked(world)
    instead(monkeypatch, answer("an error"), lists_orders, FOR_A_WHILE)
    ask(work.pull_orders(world.shop), origin=SCHEDULE)
    SyncTask.objects.filter(state=State.WAITING).update(attempts=99)

    world.work_off()

    assert SyncTask.objects.get(state=State.WAITING).attempts == 100


@pytest.mark.parametrize("wait", ["86400", "9999999", "Wed, 25 Nov 2099 00:00:00 GMT"])
def test_a_remote_cannot_put_us_to_sleep(world: World, monkeypatch: Any, wait: str) -> None:
    instead(monkeypatch, answer("slow down", **{"Retry-After": wait}), lambda request: True)

    task = world.run(work.pull_orders(world.shop))

    assert (task.not_before - task.asked_at).total_seconds() < 16 * 60


def test_a_pause_the_remote_asked_for_is_kept_by_what_runs_by_itself(
    world: World, monkeypatch: Any
) -> None:
    instead(monkeypatch, answer("slow down", **{"Retry-After": "600"}), lists_orders)
    task = world.run(work.pull_orders(world.shop))

    next_turn(world, work.pull_orders(world.shop))

    task.refresh_from_db()
    assert (task.state, task.attempts) == (State.WAITING, 1)
    assert task.error_message == "The shop demo asked for a pause; this waits for its end."
    assert not RemoteHealth.objects.get().is_in_trouble


def test_a_pause_is_kept_while_the_shop_cannot_be_used(world: World, monkeypatch: Any) -> None:
    failing(world, monkeypatch, "token", 1, timedelta(0))
    assert RemoteHealth.objects.get().is_in_trouble
    instead(monkeypatch, answer("slow down", **{"Retry-After": "600"}), lists_orders)
    next_turn(world, work.pull_orders(world.shop))
    calls = world.line.calls

    next_turn(world, work.pull_orders(world.shop))

    assert world.line.calls == calls


def test_a_shop_that_is_away_and_says_until_when_is_tried_then(
    world: World, monkeypatch: Any
) -> None:
    made = answer("a gateway", **{"Retry-After": "600"})
    instead(monkeypatch, made, lambda request: True, FOR_A_WHILE)
    for _ in range(3):
        RemoteHealth.objects.update(quiet_until=None)
        next_turn(world, work.pull_orders(world.shop))

    health = RemoteHealth.objects.get()
    assert health.is_in_trouble
    assert health.probe_at is not None
    assert health.probe_at > timezone.now() + timedelta(minutes=9)


def test_a_web_page_is_no_sign_that_a_shop_is_back(world: World, monkeypatch: Any) -> None:
    RemoteHealth.objects.create(
        system="magento:demo", kind="away", opened_at=timezone.now(), consecutive_failures=3
    )
    instead(monkeypatch, answer("challenge"), lambda request: True)

    world.run(work.try_connection(world.shop))

    health = RemoteHealth.objects.get()
    assert (health.is_in_trouble, health.kind, health.closed_at) == (True, "refuses", None)


def test_a_fetch_that_was_held_back_from_the_first_is_silent(world: World) -> None:
    schedule.create_missing_schedules()
    RemoteHealth.objects.create(
        system="sap", kind="logon", opened_at=timezone.now(), consecutive_failures=1
    )
    world.run(work.pull_billing())

    FetchHealth.objects.update(failing_since=timezone.now() - timedelta(minutes=11))

    assert [one.step for one in fetches.silent()] == [Step.PULL_BILLING]


@pytest.mark.django_db
def test_a_fetch_that_fails_slowly_is_silent_while_it_fails_again() -> None:
    a_fetch(failing_since=timezone.now() - timedelta(hours=1), opened_at=timezone.now())
    SyncTask.objects.filter(pk=ask(work.pull_deliveries(), origin=SCHEDULE).task.pk).update(
        state=State.RUNNING, lease_until=timezone.now() + timedelta(minutes=1)
    )

    assert fetches.silent()


def a_fetch(**values: Any) -> FetchHealth:
    StepSchedule.objects.get_or_create(step=Step.PULL_DELIVERIES, defaults={"interval_seconds": 30})
    return FetchHealth.objects.create(
        **{"step": Step.PULL_DELIVERIES, "reference": "sap", **values}
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "is_silent"), [(9, False), (11, True)])
def test_a_fetch_that_was_good_long_ago_is_silent(minutes: int, is_silent: bool) -> None:
    a_fetch(last_good_at=timezone.now() - timedelta(minutes=minutes))

    assert bool(fetches.silent()) == is_silent


@pytest.mark.django_db
def test_a_fetch_that_never_was_good_is_silent_from_its_first_failure_on() -> None:
    a_fetch(failing_since=timezone.now() - timedelta(minutes=11))

    assert fetches.silent()


@pytest.mark.django_db
def test_a_fetch_switched_off_is_not_silent() -> None:
    a_fetch(last_good_at=timezone.now() - timedelta(days=1))
    StepSchedule.objects.update(is_enabled=False)

    assert not fetches.silent()


@pytest.mark.django_db
def test_a_fetch_with_a_slow_schedule_is_silent_after_three_of_its_rounds() -> None:
    a_fetch(last_good_at=timezone.now() - timedelta(hours=2))
    StepSchedule.objects.update(interval_seconds=3600)

    assert not fetches.silent()


@pytest.mark.django_db
def test_a_long_first_fetch_is_not_silent_while_its_worker_lives() -> None:
    a_fetch(failing_since=timezone.now() - timedelta(hours=1))
    wanted = work.pull_deliveries()
    task = ask(wanted, origin=SCHEDULE).task
    SyncTask.objects.filter(pk=task.pk).update(
        state=State.RUNNING, lease_until=timezone.now() + timedelta(minutes=1)
    )

    assert not fetches.silent()


def test_schedules_alone_bring_a_fetch_back(world: World, monkeypatch: Any) -> None:
    schedule.create_missing_schedules()
    world.place_only("simple")
    instead(monkeypatch, answer("waf"), lists_orders)
    schedule.tick()
    world.work_off()
    StepSchedule.objects.update(next_run_at=timezone.now())

    schedule.tick()
    world.work_off()

    assert SalesOrder.objects.count() == 1
