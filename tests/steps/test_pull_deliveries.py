"""SAP's deliveries come into the mirror, with picking, goods issue and parcels."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sync.jobs import work
from sync.models import OutboundDelivery, SalesOrder, SyncTask
from sync.sandbox.sap import warehouse
from tests.world import World


def test_a_delivery_just_created_shows_that_nothing_is_picked(world: World) -> None:
    order = world.into_sap()
    (number,) = world.deliver(order)

    world.run(work.pull_deliveries())

    delivery = OutboundDelivery.objects.get()
    order.refresh_from_db()
    assert (delivery.delivery_number, delivery.picking_status) == (number, "A")
    assert delivery.picked_at is None
    assert order.stage == SalesOrder.Stage.PICKING
    assert list(delivery.lines.values_list("sap_item_number", "delivered_quantity")) == [
        (10, Decimal(2)),
        (20, Decimal(1)),
    ]


def test_picking_shows_with_its_time_from_the_document_flow(world: World) -> None:
    order = world.into_sap()
    (number,) = world.deliver(order)
    world.pick(number)

    world.run(work.pull_deliveries(order))

    delivery = OutboundDelivery.objects.get()
    assert (delivery.picking_status, delivery.pick_time_source) == ("C", "flow")
    assert delivery.picked_at is not None


def test_goods_issue_shows_with_carrier_and_parcels(world: World) -> None:
    order = world.into_sap()
    world.dispatch(order, tracking=["1Z1", "1Z2"])

    world.run(work.pull_deliveries(order))

    delivery = OutboundDelivery.objects.get()
    order.refresh_from_db()
    assert delivery.is_goods_issued
    assert delivery.carrier == "0000070001"
    assert list(delivery.tracks.values_list("track_number", flat=True)) == ["1Z1", "1Z2"]
    assert order.stage == SalesOrder.Stage.DISPATCHED


def test_pulling_again_brings_no_news(world: World) -> None:
    order = world.into_sap()
    world.dispatch(order)
    world.run(work.pull_deliveries(order))
    before = OutboundDelivery.objects.get()

    world.run(work.pull_deliveries(order))

    after = OutboundDelivery.objects.get()
    assert after.changed_at == before.changed_at
    assert after.read_at > before.read_at
    assert after.lines.count() == 2


def test_a_delivery_that_changed_brings_news(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))
    before = OutboundDelivery.objects.get().changed_at
    OutboundDelivery.objects.update(news_at=None)
    world.track(number, "1Z9")

    world.run(work.pull_deliveries(order))

    after = OutboundDelivery.objects.get()
    assert after.changed_at > before
    assert after.news_at is not None


def test_a_batch_split_is_added_up_to_the_order_line(world: World) -> None:
    order = world.into_sap()
    world.deliver(order, split_batches=True)

    world.run(work.pull_deliveries(order))

    delivery = OutboundDelivery.objects.get()
    quantities = dict(delivery.lines.values_list("sap_item_number", "delivered_quantity"))
    assert quantities == {10: Decimal(2), 20: Decimal(1)}


def test_goods_issue_taken_back_is_seen(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))
    warehouse.reverse_goods_issue(world.sap, number)

    world.run(work.pull_deliveries(order))

    order.refresh_from_db()
    assert not OutboundDelivery.objects.get().is_goods_issued
    assert order.stage == SalesOrder.Stage.PICKING


def test_one_delivery_of_several_orders_knows_them_all(world: World) -> None:
    first, second = world.into_sap(), world.into_sap()
    world.deliver(first, second)

    world.run(work.pull_deliveries(first))

    delivery = OutboundDelivery.objects.get()
    assert set(delivery.lines.values_list("sales_order", flat=True)) == {first.pk, second.pk}


@pytest.mark.slow
def test_all_open_orders_are_read_in_few_calls(world: World) -> None:
    orders = [world.into_sap() for _ in range(12)]
    for order in orders:
        world.deliver(order)
    world.line.calls = 0

    task = world.run(work.pull_deliveries())

    assert task.outcome == "12 deliveries read."
    assert world.line.calls < 12


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "dump"])
def test_a_pull_without_an_answer_is_finished_later(world: World, kind: str) -> None:
    order = world.into_sap()
    world.deliver(order)
    world.sap_fails(kind, "BAPI_DELIVERY_GETLIST")
    world.sap_fails(kind, "BAPISDORDER_GETDETAILEDLIST")

    task = world.run(work.pull_deliveries(order))
    assert task.state == SyncTask.State.WAITING
    task = world.run_until_done(task)

    assert task.outcome == "1 delivery read."
    assert OutboundDelivery.objects.count() == 1


def test_an_order_not_in_sap_has_no_deliveries(world: World) -> None:
    task = world.run(work.pull_deliveries(world.place()))

    assert task.outcome == "0 deliveries read."
