"""The circuit breaker: one incident, no thousands of failures, and it drains by itself."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sync.jobs import breaker, work
from sync.jobs.ask import ask
from sync.models import RemoteHealth, SalesOrder, SyncTask
from tests.world import World

State = SyncTask.State


def _orders_waiting(world: World, count: int) -> list[SyncTask]:
    for _ in range(count):
        world.place_only()
    world.run(work.pull_orders(world.shop))
    orders = SalesOrder.objects.select_related("shop").order_by("pk")
    wanted = (work.push_order(order) for order in orders)
    return [ask(one, origin=SyncTask.Origin.SCHEDULE).task for one in wanted]


def _sap_away(world: World, count: int) -> list[SyncTask]:
    tasks = _orders_waiting(world, count)
    world.sap_fails("drop_before", times=0)
    return [world.run_task(task) for task in tasks]


def test_p1_29_a_remote_that_is_away_is_one_incident(world: World) -> None:
    tasks = _sap_away(world, 6)

    health = RemoteHealth.objects.get()
    assert health.system == "sap"
    assert health.is_in_trouble
    assert {task.state for task in tasks} == {State.WAITING}
    assert [task.attempts for task in tasks] == [1, 1, 1, 0, 0, 0]


def test_what_waits_says_for_whom_it_waits(world: World) -> None:
    *_others, last = _sap_away(world, 4)

    assert last.error_message == "SAP is away; this waits until it answers again."
    assert last.not_before > timezone.now()


def test_work_that_needs_another_remote_goes_on(world: World) -> None:
    _sap_away(world, 3)

    pulled = world.run(work.pull_orders(world.shop))

    assert pulled.state == State.DONE


def test_a_probe_ends_the_incident_and_calls_all_that_waited(world: World) -> None:
    tasks = _sap_away(world, 5)
    world.sap.faults.clear()
    RemoteHealth.objects.update(probe_at=timezone.now())

    asked = breaker.probe()
    world.work_off()

    assert asked == 1
    assert not RemoteHealth.objects.get().is_in_trouble
    assert {SyncTask.objects.get(pk=task.pk).state for task in tasks} == {State.DONE}
    assert all(len(world.sap_books(order)) == 1 for order in SalesOrder.objects.all())


def test_a_probe_that_fails_leaves_the_incident_open_and_is_repeated(world: World) -> None:
    _sap_away(world, 3)
    RemoteHealth.objects.update(probe_at=timezone.now())
    breaker.probe()
    world.work_off()
    RemoteHealth.objects.update(probe_at=timezone.now())

    asked = breaker.probe()

    assert asked == 1
    assert RemoteHealth.objects.get().is_in_trouble
    assert SyncTask.objects.filter(step="test_connection").count() == 1


def test_two_sweeps_probe_once(world: World) -> None:
    _sap_away(world, 3)
    RemoteHealth.objects.update(probe_at=timezone.now())

    assert breaker.probe() == 1
    assert breaker.probe() == 0


def test_a_success_in_between_forgets_the_failures(world: World) -> None:
    first, second, third = _orders_waiting(world, 3)
    world.sap_fails("drop_before", times=2)
    world.run_task(first)
    world.run_task(second)

    world.run_task(third)

    assert RemoteHealth.objects.get().consecutive_failures == 0


@pytest.mark.parametrize("kind", ["locked"])
def test_a_locked_document_is_no_incident(world: World, kind: str) -> None:
    tasks = _orders_waiting(world, 4)
    world.sap_fails(kind, "BAPI_SALESORDER_CREATEFROMDAT2", times=0)

    for task in tasks:
        world.run_task(task)

    assert not RemoteHealth.objects.filter(opened_at__isnull=False).exists()


def test_a_person_can_try_the_connection_during_an_incident(world: World) -> None:
    _sap_away(world, 3)
    world.sap.faults.clear()
    person = User.objects.create_user("admin")

    tested = world.run(work.try_connection(None), asked_by=person)

    assert tested.state == State.DONE
    assert not RemoteHealth.objects.get().is_in_trouble
