"""What SAP takes back after the shop was told: shown to a person, never hidden."""

from __future__ import annotations

import pytest

from sync.jobs import plan, work
from sync.jobs.cleared import close_cleared
from sync.models import Step, SyncTask
from sync.sandbox.sap import billing, warehouse
from tests.world import World

pytestmark = pytest.mark.slow

State = SyncTask.State


def test_a_goods_issue_taken_back_after_the_shipment_stops_for_a_person(world: World) -> None:
    order = world.into_sap()
    number = world.dispatch(order)[0]
    world.ship(order, number)
    warehouse.reverse_goods_issue(world.sap, number)
    world.run(work.pull_deliveries(order))
    wanted = list(plan.open_work(Step.PUSH_SHIPMENT))
    task = world.run(wanted[0])

    assert task.state == State.NEEDS_ATTENTION
    assert "taken back" in task.error_message
    assert len(world.shop_books(order)["shipments"]) == 1


def test_goods_that_left_again_close_it(world: World) -> None:
    order = world.into_sap()
    number = world.dispatch(order)[0]
    world.ship(order, number)
    warehouse.reverse_goods_issue(world.sap, number)
    world.run(work.pull_deliveries(order))
    task = world.run(world.shipment_of(order, number))
    world.goods_issue(number, ["1Z1"])
    world.run(work.pull_deliveries(order))
    world.retry(task)

    task.refresh_from_db()
    assert task.state == State.DONE
    assert len(world.shop_books(order)["shipments"]) == 1


def test_goods_that_left_again_close_it_without_a_person_and_are_compared_once_more(
    world: World,
) -> None:
    order = world.into_sap()
    number = world.dispatch(order)[0]
    world.ship(order, number)
    warehouse.reverse_goods_issue(world.sap, number)
    world.run(work.pull_deliveries(order))
    stopped = world.run(world.shipment_of(order, number))
    assert close_cleared() == 0

    world.goods_issue(number, ["1Z1"])
    world.run(work.pull_deliveries(order))

    assert close_cleared() == 1
    (wanted,) = plan.open_work(Step.PUSH_SHIPMENT)
    again = world.run(wanted)
    assert again.pk != stopped.pk
    assert again.state == State.DONE
    assert len(world.shop_books(order)["shipments"]) == 1


def test_a_billing_document_cancelled_after_the_invoice_stops_for_a_person(world: World) -> None:
    order = world.into_sap()
    number = world.bill(*world.dispatch(order))
    world.run(work.pull_deliveries(order))
    world.invoice(order, number)
    billing.cancel(world.sap, number)
    world.run(work.pull_billing(order))

    wanted = list(plan.open_work(Step.PUSH_INVOICE))
    task = world.run(wanted[0])

    assert task.state == State.NEEDS_ATTENTION
    assert "cancelled in SAP" in task.error_message


def test_p1_26_a_failure_cleared_by_a_later_run_closes_itself(world: World) -> None:
    order = world.place("unknown-sku")
    task = world.run(work.push_order(order))
    assert task.state == State.NEEDS_ATTENTION
    world.stand_in.move(order.entity_id, "cancel")
    world.run(work.pull_orders(world.shop))

    closed = close_cleared()

    task.refresh_from_db()
    assert closed == 1
    assert task.state == State.DONE
    assert task.outcome == "Cleared by a later run."


def test_a_failure_nothing_has_cleared_stays(world: World) -> None:
    task = world.run(work.push_order(world.place("unknown-sku")))

    assert close_cleared() == 0
    task.refresh_from_db()
    assert task.state == State.NEEDS_ATTENTION
