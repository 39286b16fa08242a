"""What a person holds: no new write begins for it, what is under way ends, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sync.causes.portal import PortalCause
from sync.jobs import clicks, order_holds, work
from sync.jobs.ask import ask
from sync.jobs.work import Work
from sync.models import OrderHold, RemoteCall, SalesOrder, Step, SyncAttempt, SyncTask
from sync.models.failures import columns_for
from sync.models.steps import WRITES
from tests.builders import a_user
from tests.steps.spoilt import wired
from tests.world import World

State = SyncTask.State
Prepared = tuple[SalesOrder, Work]


def hold(order: SalesOrder, *, customer: bool = False) -> OrderHold:
    held = OrderHold.of_customer(order) if customer else OrderHold.of_order(order)
    assert order_holds.hold(held, a_user(), "Customer asked us to wait")
    return held


def let_go(held: OrderHold) -> None:
    assert order_holds.release(held, a_user(), "It is settled")


def to_push(world: World) -> Prepared:
    order = world.place()
    return order, work.push_order(order)


def to_confirm(world: World) -> Prepared:
    order = world.into_sap()
    return order, work.confirm_order(order)


def to_ship(world: World) -> Prepared:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))
    return order, world.shipment_of(order, number)


def to_add_a_parcel(world: World) -> Prepared:
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=[])
    world.ship(order, number)
    world.track(number, "1Z1")
    world.run(work.pull_deliveries(order))
    return order, world.shipment_of(order, number)


def to_invoice(world: World) -> Prepared:
    order = world.into_sap("virtual")
    number = world.bill(orders=[order])
    world.run(work.pull_billing(order))
    return order, world.invoice_of(order, number)


def to_mail(world: World) -> Prepared:
    order = world.into_sap("virtual")
    world.invoice(order, world.bill(orders=[order]))
    return order, work.send_invoice(order.invoices.get())


PREPARED: dict[str, Callable[[World], Prepared]] = {
    "order": to_push,
    "number": to_confirm,
    "shipment": to_ship,
    "parcel": to_add_a_parcel,
    "invoice": to_invoice,
    "mail": to_mail,
}
LAST_READ = {
    "order": "BAPI_SALESORDER_GETLIST",
    "number": "GET /rest/V1/orders",
    "shipment": "GET /rest/V1/shipments",
    "parcel": "GET /rest/V1/shipments",
    "invoice": "GET /rest/V1/invoices",
    "mail": "GET /rest/V1/invoices",
}


def written(world: World, order: SalesOrder) -> dict[str, Any]:
    """What both sides hold of an order, and how often something was written."""
    books = world.shop_books(order)
    shipments = books["shipments"]
    return {
        "order": len(world.sap_books(order)),
        "number": books["order"].get("ext_order_id") or "",
        "shipment": len(shipments),
        "parcel": sum(len(one["tracks"]) for one in shipments),
        "invoice": len(books["invoices"]),
        "mail": len(world.mails(order, "invoice")),
    }


def test_every_step_that_writes_is_proved_here(world: World) -> None:
    steps = {prepare(world)[1].step for prepare in PREPARED.values()}

    assert steps == WRITES


@pytest.mark.parametrize("customer", [False, True])
@pytest.mark.parametrize("what", PREPARED)
def test_of_a_held_order_nothing_is_written_until_it_is_released_and_then_once(
    world: World, what: str, *, customer: bool
) -> None:
    order, wanted = PREPARED[what](world)
    before, held = written(world, order), hold(order, customer=customer)

    task = world.run(wanted, asked_by=a_user("Administrators"))
    again = world.run_task(task)

    assert written(world, order) == before
    assert (again.state, again.cause, again.attempts) == (State.WAITING, "held", 0)
    assert f"held by {held.held_by_name}: Customer asked us to wait" in again.error_message
    let_go(held)
    world.work_off()
    task.refresh_from_db()
    assert task.state == State.DONE, task.error_message
    after = written(world, order)
    assert after[what] != before[what]
    world.run(wanted) if what != "mail" else None
    assert written(world, order)[what] == after[what]


@pytest.mark.slow
@pytest.mark.parametrize("what", PREPARED)
def test_a_hold_that_comes_while_the_step_looks_keeps_its_write_back(
    world: World, what: str
) -> None:
    order, wanted = PREPARED[what](world)
    before = written(world, order)
    holds: list[OrderHold] = []

    def hold_meanwhile(name: str) -> None:
        if LAST_READ[what] in name and not holds:
            holds.append(hold(order))

    world.line.on_call = hold_meanwhile
    task = world.run(wanted, asked_by=a_user("Administrators"))
    world.line.mend()

    assert holds
    assert written(world, order) == before
    assert (task.state, task.cause) == (State.WAITING, PortalCause.HELD.code)
    order.refresh_from_db()
    assert (order.shop_unsettled_until, order.sap_unsettled_until) == (None, None)
    let_go(holds[0])
    world.work_off()
    task.refresh_from_db()
    assert task.state == State.DONE, task.error_message
    assert written(world, order)[what] != before[what]


def test_a_write_that_is_under_way_ends_and_what_follows_it_waits(world: World) -> None:
    order, wanted = to_push(world)
    holds: list[OrderHold] = []

    def hold_meanwhile(name: str) -> None:
        if "BAPI_TRANSACTION_COMMIT" in name and not holds:
            holds.append(hold(order))

    world.line.on_call = hold_meanwhile
    task = world.run(wanted, asked_by=a_user("Sales"))
    world.line.mend()

    assert task.state == State.DONE, task.error_message
    order.refresh_from_db()
    assert order.is_in_sap
    world.work_off()
    told = SyncTask.objects.get(step=Step.CONFIRM_ORDER, sales_order=order)
    assert (told.state, told.cause) == (State.WAITING, PortalCause.HELD.code)
    assert written(world, order)["number"] == ""


@pytest.mark.slow
@pytest.mark.parametrize("is_answered", [False, True])
def test_a_write_without_an_answer_is_looked_up_though_the_order_is_held(
    world: World, *, is_answered: bool
) -> None:
    """Nobody sees whether SAP has it otherwise. Where it has not, nothing is created."""
    order, wanted = to_push(world)
    line = wired(world)

    def lose(name: str, answer: Any) -> Any:
        if "COMMIT" in name and is_answered:
            raise ConnectionResetError
        return answer

    line.spoil = lose
    if not is_answered:
        world.sap_fails("drop_before", "BAPI_TRANSACTION_COMMIT")
    task = world.run(wanted)
    assert task.state == State.WAITING
    line.spoil = None
    held = hold(order)
    SalesOrder.objects.update(sap_unsettled_until=SalesOrder.objects.get().pulled_at)

    task = world.run_task(task)

    assert len(world.sap_books(order)) == int(is_answered)
    if is_answered:
        assert task.state == State.DONE, task.error_message
        return
    assert (task.state, task.cause) == (State.WAITING, PortalCause.HELD.code)
    let_go(held)
    world.run_until_done(task)
    assert len(world.sap_books(order)) == 1


def test_reading_goes_on_for_a_held_order(world: World) -> None:
    order = world.into_sap()
    hold(order)
    world.dispatch(order)

    pulled = world.run(work.pull_deliveries(order))

    assert pulled.state == State.DONE
    assert order.delivery_lines.exists()


def test_another_customers_order_goes_on(world: World) -> None:
    first, other = world.place(), world.place(email="other@example.com")
    assert first.customer_email != other.customer_email
    hold(first, customer=True)

    assert world.run(work.push_order(other)).state == State.DONE
    assert world.run(work.push_order(first)).state == State.WAITING


def test_a_click_on_a_held_order_is_answered_and_asks_for_nothing(world: World) -> None:
    order, person = world.place(), a_user("Sales")
    held = hold(order)

    clicked = clicks.sync_orders([order], person)
    world.work_off()

    assert (clicked.hold, clicked.tasks) == (held, [])
    assert world.sap_books(order) == []
    let_go(held)
    clicks.sync_orders([order], person)
    world.work_off()
    assert len(world.sap_books(order)) == 1
    attempts = SyncAttempt.objects.filter(task__sales_order=order, task__step=Step.PUSH_ORDER)
    assert attempts.count() == 1  # a task that is held back opens none
    assert not RemoteCall.objects.filter(is_write=True, outcome="sent").exists()


@pytest.mark.parametrize(("before", "after"), [(9, 1), (0, 0)])
def test_after_a_release_what_was_tried_before_is_one_try(
    world: World, before: int, after: int
) -> None:
    order = world.place()
    held = hold(order)
    task = ask(work.push_order(order), origin=SyncTask.Origin.CLICK).task
    waits = columns_for(PortalCause.HELD, "Order 1 is held.")
    SyncTask.objects.filter(pk=task.pk).update(attempts=before, **waits)

    let_go(held)

    task.refresh_from_db()
    assert (task.state, task.attempts) == (SyncTask.State.WAITING, after)
