"""P0-07: a worker killed before or after any call it makes loses nothing and doubles nothing.

Each test first counts the calls of an undisturbed run, then kills a worker at each of them.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.jobs import clicks, work
from sync.jobs.work import Work
from sync.models import SalesOrder, SyncAttempt, SyncTask
from tests.builders import a_user
from tests.wire import Killed
from tests.world import World

pytestmark = pytest.mark.slow

Prepare = Callable[[World], tuple[SalesOrder, Work]]
Check = Callable[[World, SalesOrder], None]


def to_push(world: World) -> tuple[SalesOrder, Work]:
    order = world.place()
    return order, work.push_order(order)


def one_sap_order(world: World, order: SalesOrder) -> None:
    assert len(world.sap_books(order)) == 1
    assert order.verification == SalesOrder.Verification.VERIFIED


def to_confirm(world: World) -> tuple[SalesOrder, Work]:
    order = world.into_sap()
    return order, work.confirm_order(order)


def number_in_shop(world: World, order: SalesOrder) -> None:
    assert world.shop_books(order)["order"]["ext_order_id"] == order.sap_sales_order_number
    assert order.confirmed_at is not None


def to_ship(world: World) -> tuple[SalesOrder, Work]:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))
    return order, world.shipment_of(order, number)


def to_add_a_parcel(world: World) -> tuple[SalesOrder, Work]:
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=[])
    world.ship(order, number)
    world.track(number, "1Z1")
    world.run(work.pull_deliveries(order))
    return order, world.shipment_of(order, number)


def one_shipment_told_once(world: World, order: SalesOrder) -> None:
    (held,) = world.shop_books(order)["shipments"]
    assert [track["track_number"] for track in held["tracks"]] == ["1Z1"]
    assert len(world.mails(order, "shipment")) == 1
    assert [shipment.entity_id for shipment in order.shipments.all()] == [held["entity_id"]]


def to_invoice(world: World) -> tuple[SalesOrder, Work]:
    order = world.into_sap("virtual")
    number = world.bill(orders=[order])
    world.run(work.pull_billing(order))
    return order, world.invoice_of(order, number)


def one_invoice_mailed_once(world: World, order: SalesOrder) -> None:
    (held,) = world.shop_books(order)["invoices"]
    assert len(world.mails(order, "invoice")) == 1
    (invoice,) = order.invoices.all()
    assert invoice.entity_id == held["entity_id"]
    assert invoice.mails.count() == 1


def to_pull_deliveries(world: World) -> tuple[SalesOrder, Work]:
    order = world.into_sap()
    world.dispatch(order)
    return order, work.pull_deliveries(order)


def one_delivery(world: World, order: SalesOrder) -> None:
    assert order.delivery_lines.count() == 2


@pytest.mark.parametrize("is_answered", [False, True], ids=["before the call", "after the call"])
@pytest.mark.parametrize(
    ("prepare", "check"),
    [
        (to_push, one_sap_order),
        (to_confirm, number_in_shop),
        (to_ship, one_shipment_told_once),
        (to_add_a_parcel, one_shipment_told_once),
        (to_invoice, one_invoice_mailed_once),
        (to_pull_deliveries, one_delivery),
    ],
)
def test_p0_07_a_worker_killed_at_any_call_is_made_good(
    world: World, prepare: Prepare, check: Check, is_answered: bool
) -> None:
    _order, wanted = prepare(world)
    world.line.calls = 0
    world.run(wanted)
    calls = world.line.calls
    assert calls >= 2

    for at in range(1, calls + 1):
        order, wanted = prepare(world)
        world.line.kill(at, is_answered=is_answered)
        with pytest.raises(Killed):
            world.run(wanted)

        lost = SyncTask.objects.get(state=SyncTask.State.RUNNING)
        task = world.recover(lost)

        order.refresh_from_db()
        assert (task.state, task.attempts) == (SyncTask.State.DONE, 2), f"killed at call {at}"
        outcomes = [attempt.outcome for attempt in task.attempt_log.all()]
        assert outcomes == [SyncAttempt.Outcome.LOST, SyncAttempt.Outcome.DONE]
        check(world, order)


def killed_over_a_mail(world: World, at: int, *, is_answered: bool) -> tuple[SalesOrder, SyncTask]:
    """An invoice is to be mailed again; a worker dies at that call, and another carries on."""
    order, wanted = to_invoice(world)
    world.run(wanted)
    task = clicks.resend_invoices(order.invoices.all(), a_user("Finance")).tasks[0]
    world.line.kill(at, is_answered=is_answered)
    with pytest.raises(Killed):
        world.run_task(task)
    return order, world.recover(task)


@pytest.mark.parametrize("is_answered", [False, True], ids=["before the mail", "after the mail"])
def test_p0_14_a_worker_killed_at_a_mail_leaves_it_to_a_person(
    world: World, is_answered: bool
) -> None:
    order, task = killed_over_a_mail(world, 2, is_answered=is_answered)

    assert (task.state, task.cause_key) == (SyncTask.State.NEEDS_ATTENTION, "mail:unknown")
    assert len(world.mails(order, "invoice")) == (2 if is_answered else 1)


@pytest.mark.parametrize("is_answered", [False, True], ids=["before reading", "after reading"])
def test_p0_14_a_worker_killed_after_a_mail_sends_no_second_one(
    world: World, is_answered: bool
) -> None:
    order, task = killed_over_a_mail(world, 3, is_answered=is_answered)

    assert task.state == SyncTask.State.DONE, task.error_message
    assert len(world.mails(order, "invoice")) == 2
    assert order.invoices.get().mails.count() == 2


def test_p0_07_a_pull_of_orders_killed_at_any_call_is_finished(world: World) -> None:
    placed = [world.place_only() for _ in range(101)]
    for at in (1, 2):
        world.line.kill(at, is_answered=True)
        with pytest.raises(Killed):
            world.run(work.pull_orders(world.shop))
        task = world.recover(SyncTask.objects.get(state=SyncTask.State.RUNNING))
        assert task.state == SyncTask.State.DONE

    assert SalesOrder.objects.count() == len(placed)
