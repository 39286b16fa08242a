"""P0-07: a worker whose task another one has taken over writes nothing more to either remote."""

from __future__ import annotations

from typing import Any

import pytest

from sync.jobs import clicks, work
from sync.models import RemoteCall, SalesOrder, SyncAttempt, SyncTask
from tests.builders import a_user
from tests.steps.spoilt import wired
from tests.world import World

pytestmark = pytest.mark.slow


def take_over_at(world: World, call: str) -> None:
    """As the named call goes out, the sweep frees the running task and another worker has it."""

    def take_over(name: str) -> None:
        if call in name:
            running = SyncTask.objects.filter(state=SyncTask.State.RUNNING)
            running.update(lease_owner="another", attempts=99)

    world.line.on_call = take_over


def was_lost(task: SyncTask) -> bool:
    attempt = task.attempt_log.order_by("id").last()
    return attempt is not None and attempt.outcome == SyncAttempt.Outcome.LOST


@pytest.mark.parametrize(
    "call", ["GET /rest/V1/orders", "BAPI_SALESORDER_GETLIST", "BAPI_SALESORDER_CREATEFROMDAT2"]
)
def test_nothing_is_committed_in_sap(world: World, call: str) -> None:
    order = world.place()
    take_over_at(world, call)

    task = world.run(work.push_order(order))

    assert was_lost(task)
    assert world.sap_books(order) == []
    assert not RemoteCall.objects.filter(operation="BAPI_TRANSACTION_COMMIT").exists()


def test_no_shipment_is_made(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))
    take_over_at(world, "GET /rest/V1/shipments")

    task = world.run(world.shipment_of(order, number))

    assert was_lost(task)
    assert world.shop_books(order)["shipments"] == []


def test_no_parcel_is_added(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=[])
    world.ship(order, number)
    world.track(number, "1Z1")
    world.run(work.pull_deliveries(order))
    take_over_at(world, "GET /rest/V1/shipments")

    task = world.run(world.shipment_of(order, number))

    assert was_lost(task)
    assert world.shop_books(order)["shipments"][0]["tracks"] == []


def test_no_invoice_is_made(world: World) -> None:
    order = world.into_sap("virtual")
    number = world.bill(orders=[order])
    world.run(work.pull_billing(order))
    take_over_at(world, "GET /rest/V1/invoices")

    task = world.run(world.invoice_of(order, number))

    assert was_lost(task)
    assert world.shop_books(order)["invoices"] == []


def test_no_number_is_written(world: World) -> None:
    order = world.into_sap()
    take_over_at(world, "GET /rest/V1/orders")

    task = world.run(work.confirm_order(order))

    assert was_lost(task)
    assert not world.shop_books(order)["order"].get("ext_order_id")


def test_no_mail_is_sent(world: World) -> None:
    order = world.into_sap("virtual")
    world.invoice(order, world.bill(orders=[order]))
    take_over_at(world, "GET /rest/V1/invoices")

    (task,) = clicks.resend_invoices(order.invoices.all(), a_user("Finance")).tasks
    world.run_task(task)

    assert was_lost(task)
    assert len(world.mails(order, "invoice")) == 1


def test_what_another_worker_has_verified_stays_verified(world: World) -> None:
    order = world.place()
    line = wired(world)

    def stall(name: str, answer: Any) -> Any:
        """The worker stalls right after the commit; another takes over and reads the order
        back; the first wakes up and cannot read it."""
        if name == "BAPI_TRANSACTION_COMMIT":
            SyncTask.objects.filter(state="running").update(lease_owner="another", attempts=99)
            SalesOrder.objects.update(verification=SalesOrder.Verification.VERIFIED)
            world.sap_fails("drop_before", "BAPISDORDER_GETDETAILEDLIST")
        return answer

    line.spoil = stall
    task = world.run(work.push_order(order))

    order.refresh_from_db()
    assert was_lost(task)
    assert order.verification == SalesOrder.Verification.VERIFIED


@pytest.mark.parametrize("call", ["/ship", "/invoice"])
def test_what_another_worker_has_stored_is_not_stored_over(world: World, call: str) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    document = world.bill(number)
    world.run(work.pull_deliveries(order))
    world.run(work.pull_billing(order))
    if call == "/invoice":
        world.run(world.shipment_of(order, number))
    line = wired(world)

    def stall(name: str, answer: Any) -> Any:
        if name.endswith(call):
            SyncTask.objects.filter(state="running").update(lease_owner="another", attempts=99)
        return answer

    line.spoil = stall
    wanted = world.shipment_of if call == "/ship" else world.invoice_of
    task = world.run(wanted(order, number if call == "/ship" else document))

    assert was_lost(task)
    assert not (order.invoices if call == "/invoice" else order.shipments).exists()


def test_a_number_another_worker_writes_is_not_called_confirmed_by_this_one(world: World) -> None:
    order = world.into_sap()
    line = wired(world)

    def stall(name: str, answer: Any) -> Any:
        if name.startswith("POST"):
            SyncTask.objects.filter(state="running").update(lease_owner="another", attempts=99)
        return answer

    line.spoil = stall
    task = world.run(work.confirm_order(order))

    order.refresh_from_db()
    assert was_lost(task)
    assert order.confirmed_at is None
