"""Orders canceled on one side, or edited in the shop: never two in SAP, never silently apart."""

from __future__ import annotations

import pytest

from sync.jobs import work
from sync.jobs.sweep import sweep
from sync.models import SalesOrder, SyncTask
from tests.world import World

pytestmark = pytest.mark.slow

Stage = SalesOrder.Stage


def test_an_order_canceled_in_the_shop_alone_says_so_until_sap_has_rejected_it(
    world: World,
) -> None:
    order = world.into_sap()
    world.cancel(order)

    world.run(work.pull_orders(world.shop))
    order.refresh_from_db()
    seen = order.stage, order.not_taken_reason
    world.reject(order)
    world.run(work.pull_deliveries())

    order.refresh_from_db()
    number = order.sap_sales_order_number
    assert seen == (
        Stage.ONE_SIDED,
        f"Canceled in the shop, but SAP order {number} is open: reject its lines there",
    )
    assert (order.stage, order.not_taken_reason) == (Stage.CANCELED, "")


def test_an_order_rejected_in_sap_alone_says_so(world: World) -> None:
    order = world.into_sap()
    world.reject(order)

    world.run(work.pull_deliveries())

    order.refresh_from_db()
    assert order.stage == Stage.ONE_SIDED
    assert "cancel the order in the shop" in order.not_taken_reason


def test_an_order_canceled_before_it_was_sent_is_simply_canceled(world: World) -> None:
    order = world.place()
    world.cancel(order)

    world.run(work.pull_orders(world.shop))

    order.refresh_from_db()
    assert order.stage == Stage.CANCELED
    assert world.sap_books(order) == []


def test_p0_15_an_order_canceled_while_its_commit_was_unanswered_is_looked_up(
    world: World,
) -> None:
    order = world.place()
    world.sap_fails("lost_commit_answer")
    task = world.run(work.push_order(order))
    assert task.state == SyncTask.State.WAITING
    world.cancel(order)
    world.run(work.pull_orders(world.shop))
    sweep()

    task = world.recover(task)

    order.refresh_from_db()
    assert task.state == SyncTask.State.DONE
    assert order.sap_sales_order_number == world.sap_books(order)[0]["number"]
    assert order.stage == Stage.ONE_SIDED


def test_an_order_canceled_while_a_lost_create_left_nothing_stays_out(world: World) -> None:
    order = world.place()
    world.sap_fails("drop_before", "BAPI_SALESORDER_CREATEFROMDAT2")
    task = world.run(work.push_order(order))
    world.cancel(order)

    task = world.recover(task)

    order.refresh_from_db()
    assert (task.state, task.outcome) == ("done", "Not taken: Canceled in the shop.")
    assert world.sap_books(order) == []
    assert order.stage == Stage.CANCELED


def test_a_failure_whose_order_sap_may_hold_is_not_closed_by_its_cancellation(
    world: World,
) -> None:
    order = world.into_sap()
    task = SyncTask.objects.get(step="push_order")
    SyncTask.objects.filter(pk=task.pk).update(state="needs_attention")
    SalesOrder.objects.update(sap_read_at=None)
    world.cancel(order)
    world.run(work.pull_orders(world.shop))

    sweep()

    task.refresh_from_db()
    assert task.state == SyncTask.State.NEEDS_ATTENTION


def test_an_edited_order_waits_until_sap_has_rejected_the_one_it_replaces(world: World) -> None:
    old = world.into_sap()
    edited = world.edit(old)
    world.run(work.pull_orders(world.shop))
    new = SalesOrder.objects.get(entity_id=edited)
    first = world.run(work.push_order(new))
    stopped = new.not_taken_reason

    world.reject(old)
    world.run(work.pull_deliveries())
    world.run(work.pull_orders(world.shop))
    world.run(work.push_order(new))

    new.refresh_from_db()
    old.refresh_from_db()
    number = old.sap_sales_order_number
    assert new.increment_id == f"{old.increment_id}-1"
    assert stopped == f"Replaces order {old}, which is in SAP as {number}: reject that one first"
    assert first.outcome == f"Not taken: {stopped}."
    assert (old.stage, new.verification) == (Stage.CANCELED, "verified")


def test_an_order_edited_before_it_was_sent_is_in_sap_once_under_its_new_number(
    world: World,
) -> None:
    old = world.place()
    edited = world.edit(old)

    world.run(work.pull_orders(world.shop))
    for order in SalesOrder.objects.all():
        world.run(work.push_order(order))

    new = SalesOrder.objects.get(entity_id=edited)
    assert world.sap_books(old) == []
    assert len(world.sap_books(new)) == 1


def test_an_edited_order_waits_while_the_old_one_may_still_get_into_sap(world: World) -> None:
    old = world.place()
    world.sap_fails("lost_commit_answer")
    world.run(work.push_order(old))
    edited = world.edit(old)

    world.run(work.pull_orders(world.shop))

    new = SalesOrder.objects.get(entity_id=edited)
    assert new.stage == Stage.NOT_TAKEN
    assert "may still get into SAP" in new.not_taken_reason
