"""What a remote's trouble has stopped goes on by itself: one first, the others when it passed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sync.jobs import breaker, resume, work
from sync.jobs.ask import ask
from sync.jobs.sweep import sweep
from sync.models import RemoteHealth, RemoteIdentity, SalesOrder, SyncTask
from sync.sandbox.sap.faults import Fault
from tests.builders import a_user
from tests.steps.odd_answers import answer, instead
from tests.world import World

pytestmark = pytest.mark.slow

State, SCHEDULE = SyncTask.State, SyncTask.Origin.SCHEDULE
AGES = timedelta(hours=3)


def orders_stopped_by(world: World, monkeypatch: Any, name: str, count: int) -> list[SyncTask]:
    """Orders whose way to SAP an odd answer of the shop has stopped; it answers well again."""
    for _ in range(count):
        world.place_only()
    world.run(work.pull_orders(world.shop))
    instead(monkeypatch, answer(name), lambda request: "/V1/orders/" in str(request.url), count)
    orders = list(SalesOrder.objects.order_by("pk"))
    return [world.run(work.push_order(order)) for order in orders]


def time_passes(by: timedelta = AGES) -> None:
    for task in SyncTask.objects.exclude(finished_at=None):
        SyncTask.objects.filter(pk=task.pk).update(finished_at=task.finished_at - by)  # type: ignore[operator]


def states(tasks: list[SyncTask]) -> list[str]:
    return [SyncTask.objects.get(pk=task.pk).state for task in tasks]


@pytest.mark.parametrize(
    "name", ["token", "waf", "maintenance", "no route", "challenge", "an empty list", "null"]
)
def test_one_goes_first_and_the_others_when_it_passed(
    world: World, monkeypatch: Any, name: str
) -> None:
    tasks = orders_stopped_by(world, monkeypatch, name, 4)
    assert states(tasks) == [State.NEEDS_ATTENTION] * 4
    time_passes()

    sweep()

    assert states(tasks) == [State.WAITING, *[State.NEEDS_ATTENTION] * 3]
    world.work_off()
    assert states(tasks) == [State.DONE] * 4
    assert all(len(world.sap_books(order)) == 1 for order in SalesOrder.objects.all())


def test_the_first_is_not_tried_before_a_minute_is_over(world: World, monkeypatch: Any) -> None:
    tasks = orders_stopped_by(world, monkeypatch, "token", 2)
    time_passes(timedelta(seconds=50))

    assert resume.retry_oldest_of_each_cause() == 0

    time_passes(timedelta(seconds=15))
    assert resume.retry_oldest_of_each_cause() == 1
    assert states(tasks) == [State.WAITING, State.NEEDS_ATTENTION]


def test_no_second_one_goes_while_the_first_is_on_its_way(world: World, monkeypatch: Any) -> None:
    tasks = orders_stopped_by(world, monkeypatch, "token", 3)
    time_passes()

    assert [resume.retry_oldest_of_each_cause() for _ in range(3)] == [1, 0, 0]
    SyncTask.objects.filter(pk=tasks[0].pk).update(state=State.RUNNING)
    assert resume.retry_oldest_of_each_cause() == 0


def test_the_first_asks_who_answers_whatever_it_has_met_since(
    world: World, monkeypatch: Any
) -> None:
    tasks = orders_stopped_by(world, monkeypatch, "token", 1)
    time_passes()
    resume.retry_oldest_of_each_cause()
    instead(monkeypatch, answer("a gateway"), lambda request: True)
    world.work_off()
    known = RemoteIdentity.objects.get(system="magento:demo")
    known.known |= {"stores": "1 default, 7 fr"}
    known.save()

    task = world.run_task(tasks[0])

    assert "looks like another shop" in task.error_message
    assert not any(world.sap_books(order) for order in SalesOrder.objects.all())


def test_after_long_trouble_one_lost_answer_stops_nothing(world: World, monkeypatch: Any) -> None:
    tasks = orders_stopped_by(world, monkeypatch, "token", 1)
    SyncTask.objects.filter(pk=tasks[0].pk).update(attempts=20)
    time_passes()
    resume.retry_oldest_of_each_cause()
    instead(monkeypatch, answer("a gateway"), lambda request: True)

    world.work_off()

    assert states(tasks) == [State.WAITING]
    assert world.run_task(tasks[0]).state == State.DONE


def test_what_a_shop_that_is_switched_off_left_stays(world: World, monkeypatch: Any) -> None:
    tasks = orders_stopped_by(world, monkeypatch, "token", 2)
    time_passes()
    world.shop.is_active = False
    world.shop.save()

    assert resume.retry_oldest_of_each_cause() == 0
    assert states(tasks) == [State.NEEDS_ATTENTION] * 2


def test_while_the_trouble_lasts_one_is_tried_ever_more_rarely(
    world: World, monkeypatch: Any
) -> None:
    tasks = orders_stopped_by(world, monkeypatch, "token", 3)
    instead(monkeypatch, answer("token"), lambda request: "/V1/orders/" in str(request.url), 99)
    pauses = []
    for _ in range(5):
        minutes = 0
        while not resume.retry_oldest_of_each_cause():
            time_passes(timedelta(minutes=1))
            minutes += 1
        world.work_off()
        pauses.append(minutes)

    assert pauses == [1, 5, 30, 60, 60]
    assert states(tasks) == [State.NEEDS_ATTENTION] * 3
    assert [task.attempts for task in SyncTask.objects.filter(step="push_order")] == [1, 1, 6]


def test_the_end_of_believed_trouble_is_a_reason_to_try_at_once(
    world: World, monkeypatch: Any
) -> None:
    tasks = orders_stopped_by(world, monkeypatch, "token", 3)
    health = RemoteHealth.objects.get()
    RemoteHealth.objects.update(opened_at=timezone.now())
    breaker.note_success(SyncTask.objects.filter(shop=world.shop)[0], {"magento"})
    assert RemoteHealth.objects.get(pk=health.pk).closed_at is not None

    resume.retry_oldest_of_each_cause()
    world.work_off()

    assert states(tasks) == [State.DONE] * 3


def test_what_stopped_for_another_reason_stays(world: World, monkeypatch: Any) -> None:
    order = world.place("unknown-sku")
    task = world.run(work.push_order(order))
    time_passes()

    assert resume.retry_oldest_of_each_cause() == 0
    assert states([task]) == [State.NEEDS_ATTENTION]


def test_nothing_goes_on_at_another_shop(world: World, monkeypatch: Any) -> None:
    tasks = orders_stopped_by(world, monkeypatch, "token", 2)
    known = RemoteIdentity.objects.get(system="magento:demo")
    known.known |= {"base_url": "http://the.former.shop/rest/V1"}
    known.save()
    time_passes()

    resume.retry_oldest_of_each_cause()
    world.work_off()

    assert State.DONE not in states(tasks)
    assert not any(world.sap_books(order) for order in SalesOrder.objects.all())


def test_while_believed_trouble_lasts_new_work_joins_those_that_wait(
    world: World, monkeypatch: Any
) -> None:
    orders_stopped_by(world, monkeypatch, "token", 1)
    RemoteHealth.objects.update(opened_at=timezone.now())
    order = world.place()  # the fetch was good: that ended it
    RemoteHealth.objects.update(opened_at=timezone.now(), kind="refuses", cause_key="magento:401")

    task = world.run(work.push_order(order))

    assert (task.state, task.cause_key, task.attempts) == (
        State.NEEDS_ATTENTION, "magento:401", 0,
    )  # fmt: skip


def test_whoever_clicks_may_try(world: World) -> None:
    order = world.place()
    RemoteHealth.objects.create(
        system="magento:demo", kind="refuses", opened_at=timezone.now(), consecutive_failures=3
    )

    task = world.run(work.push_order(order), asked_by=a_user("Sales"))

    assert task.state == State.DONE
    assert not RemoteHealth.objects.get().is_in_trouble


# ---- a logon that is refused ---------------------------------------------------------------------
def a_refused_logon(world: World) -> tuple[list[SyncTask], Fault]:
    """Five orders wait for SAP, which refuses every logon; the fault counts the refusals."""
    for _ in range(5):
        world.place_only()
    world.run(work.pull_orders(world.shop))
    fault = world.sap.faults.arm("logon_refused", times=0)
    orders = SalesOrder.objects.order_by("pk")
    tasks = [ask(work.push_order(order), origin=SCHEDULE).task for order in orders]
    for task in tasks:
        world.run_task(task)
        world.new_worker()
    return tasks, fault


def test_a_refused_logon_is_tried_by_one_for_all(world: World) -> None:
    tasks, fault = a_refused_logon(world)

    ask(work.pull_deliveries(), origin=SCHEDULE)
    ask(work.pull_billing(), origin=SCHEDULE)
    ask(work.check_completeness(world.shop), origin=SCHEDULE)
    world.run(work.check_readiness(area="sap"), asked_by=a_user("Administrators"))
    world.work_off()

    assert fault.fired == 1
    assert RemoteHealth.objects.get(system="sap").is_in_trouble
    assert states(tasks) == [State.NEEDS_ATTENTION] * 5
    assert len(set(SyncTask.objects.filter(step="push_order").values_list("cause_key"))) == 1


def test_a_refused_logon_is_probed_ever_more_rarely(world: World) -> None:
    _tasks, fault = a_refused_logon(world)
    pauses = []
    for _ in range(5):
        health = RemoteHealth.objects.get(system="sap")
        assert health.probe_at is not None
        pauses.append(round((health.probe_at - timezone.now()).total_seconds() / 60))
        RemoteHealth.objects.update(probe_at=timezone.now())
        assert breaker.probe() == 1
        world.work_off()

    assert pauses == [1, 5, 30, 60, 60]
    assert fault.fired == 6


def test_a_logon_that_works_again_lets_all_go_on(world: World) -> None:
    tasks, _fault = a_refused_logon(world)
    ask(work.pull_deliveries(), origin=SCHEDULE)
    world.work_off()
    world.sap.faults.clear()
    RemoteHealth.objects.update(probe_at=timezone.now())

    breaker.probe()
    world.work_off()
    sweep()
    world.work_off()
    sweep()
    world.work_off()

    assert states(tasks) == [State.DONE] * 5
    assert SyncTask.objects.get(step="pull_deliveries").state == State.DONE
    assert not SyncTask.objects.unfinished().exists()


def test_a_session_from_before_proves_no_logon(world: World) -> None:
    order = world.into_sap()
    with_a_session = world.remotes
    world.new_worker()
    a_refused_logon(world)
    under_way = ask(work.pull_deliveries(order), origin=SCHEDULE).task
    world.remotes = with_a_session
    RemoteHealth.objects.update(opened_at=None)  # it had begun before the refusal
    world.run_task(under_way)

    assert RemoteHealth.objects.get(system="sap").consecutive_failures == 1


def test_a_refusal_that_comes_while_older_trouble_ends_is_kept(
    world: World, monkeypatch: Any
) -> None:
    task = world.run(work.pull_orders(world.shop))
    health = RemoteHealth.objects.create(system="sap", kind="away", consecutive_failures=1)
    real = breaker._close

    def meanwhile(failing: Any) -> None:
        rows = list(failing)
        RemoteHealth.objects.filter(pk=health.pk).update(kind="logon", opened_at=timezone.now())
        assert rows
        real(failing)

    monkeypatch.setattr(breaker, "_close", meanwhile)

    breaker.note_success(task, {"sap"})

    assert RemoteHealth.objects.get(pk=health.pk).is_in_trouble


def test_a_test_of_the_connection_logs_on_anew(world: World) -> None:
    world.into_sap()  # this worker has a session
    world.sap.faults.arm("logon_refused", times=0)

    tested = world.run(work.try_connection())

    assert tested.state == State.NEEDS_ATTENTION
    assert "refused the logon" in tested.error_message


def test_one_that_never_got_to_sap_proves_nothing_for_the_others(world: World) -> None:
    tasks, _fault = a_refused_logon(world)
    world.sap.faults.clear()
    RemoteHealth.objects.update(opened_at=None, closed_at=timezone.now(), consecutive_failures=0)
    first = SyncTask.objects.get(pk=tasks[0].pk)
    assert first.sales_order is not None
    world.cancel(first.sales_order)
    resume.retry_oldest_of_each_cause()

    world.run_task(first)

    assert states(tasks) == [State.DONE, *[State.NEEDS_ATTENTION] * 4]


def test_what_waited_for_one_remote_is_called_while_another_is_in_trouble(world: World) -> None:
    order = world.into_sap()
    RemoteHealth.objects.create(system="sap", kind="away", opened_at=timezone.now())
    held = world.run(work.pull_deliveries(order))
    RemoteHealth.objects.update(system="magento:other")

    sweep()

    held.refresh_from_db()
    assert held.not_before <= timezone.now()


@pytest.mark.django_db
def test_trouble_of_a_shop_that_is_gone_ends_with_it() -> None:
    RemoteHealth.objects.create(
        system="magento:gone", opened_at=timezone.now(), probe_at=timezone.now()
    )

    assert breaker.probe() == 0
    assert not RemoteHealth.objects.exists()


def test_a_logon_refused_while_sap_was_away_is_tried_again_after_a_minute(world: World) -> None:
    RemoteHealth.objects.create(
        system="sap", kind="away", consecutive_failures=3,
        failing_since=timezone.now() - AGES, opened_at=timezone.now(), probe_at=timezone.now(),
    )  # fmt: skip
    world.sap.faults.arm("logon_refused", times=1)

    breaker.probe()
    world.work_off()

    health = RemoteHealth.objects.get()
    assert health.kind == "logon"
    assert health.probe_at is not None
    assert (health.probe_at - timezone.now()).total_seconds() < 61
    assert health.failing_since is not None
    assert health.failing_since < timezone.now() - AGES / 2
