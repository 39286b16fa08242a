"""Canceled or refunded in the shop after SAP has the order: its goods must not go."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync.jobs import work
from sync.jobs.cleared import close_cleared
from sync.mirrors.unwanted_goods import warnings_of
from sync.models import OutboundDelivery, SalesOrder, SyncTask
from sync.sandbox.sap import warehouse
from sync.sandbox.sap.documents import Delivery
from sync.sandbox.shop.versions import NEWER, OLDER
from tests.world import World

pytestmark = pytest.mark.slow

Stage = SalesOrder.Stage
Unwanted = OutboundDelivery.Unwanted
BY_LINE = {"shipping_amount": 0, "adjustment_positive": 0, "adjustment_negative": 0}


@pytest.fixture(params=[OLDER.name, NEWER.name])
def shop_version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def paid_in_sap(world: World, shape: str = "simple") -> SalesOrder:
    entity_id = world.place_only(shape)
    world.stand_in.invoice(entity_id, {})
    world.run(work.pull_orders(world.shop))
    order = SalesOrder.objects.get(entity_id=entity_id)
    world.run(work.push_order(order))
    order.refresh_from_db()
    assert order.is_in_sap
    return order


def refunded(world: World, order: SalesOrder, *lines: tuple[int, int]) -> None:
    """All of it, or pieces by the line's place; and the portal hears of it."""
    items = world.stand_in.get("order", order.entity_id)["items"]
    request: dict[str, Any] = {}
    if lines:
        wanted = [{"order_item_id": items[at]["item_id"], "qty": count} for at, count in lines]
        request = {"items": wanted, "arguments": BY_LINE}
    world.stand_in.refund(order.entity_id, request)
    heard(world, order)


def heard(world: World, order: SalesOrder) -> None:
    world.run(work.pull_orders(world.shop))
    order.refresh_from_db()


def told(world: World, order: SalesOrder) -> OutboundDelivery:
    """The order's only delivery, read from SAP."""
    world.run(work.pull_deliveries(order))
    order.refresh_from_db()
    return OutboundDelivery.objects.get(lines__sales_order=order, lines__item_number=10)


# ---- the whole order
def test_an_order_refunded_whole_before_its_delivery_says_so(world: World) -> None:
    order = paid_in_sap(world)
    number = order.sap_sales_order_number

    refunded(world, order)

    assert (order.state, order.stage) == ("closed", Stage.ONE_SIDED)
    assert order.not_taken_reason == (
        f"Refunded in the shop, but SAP order {number} is open: reject its lines there"
    )
    world.reject(order)
    assert not world.run(work.pull_deliveries(order)).error_message
    order.refresh_from_db()
    assert (order.stage, order.not_taken_reason) == (Stage.CANCELED, "")


@pytest.mark.parametrize("how", ["refunded", "canceled"])
@pytest.mark.parametrize("picked", [False, True])
def test_the_open_delivery_of_an_order_that_is_over_is_not_to_be_shipped(
    world: World, how: str, picked: bool
) -> None:
    order = paid_in_sap(world) if how == "refunded" else world.into_sap()
    (number,) = world.deliver(order)
    if picked:
        world.pick(number)
    assert told(world, order).unwanted == Unwanted.NONE

    if how == "refunded":
        refunded(world, order)
    else:
        world.cancel(order)
        heard(world, order)

    delivery = OutboundDelivery.objects.get()
    assert delivery.unwanted == Unwanted.WHOLE
    assert "do not ship it" in warnings_of(delivery)[0]
    assert order.stage == Stage.ONE_SIDED
    assert f"delivery {number} is open: do not ship it" in order.not_taken_reason


def test_a_delivery_made_after_the_cancellation_is_not_to_be_shipped(world: World) -> None:
    order = world.into_sap()
    world.cancel(order)
    heard(world, order)

    world.deliver(order)

    assert told(world, order).unwanted == Unwanted.WHOLE


@pytest.mark.parametrize("how", ["refunded", "canceled"])
def test_after_goods_issue_the_goods_have_left_and_nothing_is_to_be_rejected(
    world: World, how: str
) -> None:
    order = paid_in_sap(world) if how == "refunded" else world.into_sap()
    (number,) = world.deliver(order)
    world.goods_issue(number, ["1Z1"])
    if how == "refunded":
        refunded(world, order)
    else:
        world.cancel(order)
        heard(world, order)

    delivery = told(world, order)

    assert delivery.unwanted == Unwanted.LEFT
    assert order.stage == Stage.ONE_SIDED
    assert "the goods have left" in order.not_taken_reason
    words = order.not_taken_reason + " ".join(warnings_of(delivery))
    assert "reject" not in words
    assert "do not ship" not in words


def test_a_goods_issue_taken_back_makes_it_do_not_ship_again(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.cancel(order)
    heard(world, order)
    assert told(world, order).unwanted == Unwanted.LEFT

    warehouse.reverse_goods_issue(world.sap, number)

    assert told(world, order).unwanted == Unwanted.WHOLE
    assert "do not ship it" in order.not_taken_reason


@pytest.mark.parametrize("how", ["refunded", "canceled"])
def test_a_shipment_the_shop_would_refuse_is_told_in_words_a_person_can_act_on(
    world: World, how: str
) -> None:
    order = paid_in_sap(world) if how == "refunded" else world.into_sap()
    (number,) = world.dispatch(order)
    if how == "refunded":
        refunded(world, order)
    else:
        world.cancel(order)

    task = world.ship(order, number)

    assert (task.state, task.cause_key) == ("needs_attention", "magento:gone-though-canceled")
    assert f"the goods have left with delivery {number}" in task.error_message
    assert "finance credits" in task.error_message
    assert world.shop_books(order)["shipments"] == []


def test_a_return_after_all_was_shipped_is_no_warning(world: World) -> None:
    order = paid_in_sap(world)
    (number,) = world.dispatch(order)
    assert world.ship(order, number).state == "done"
    world.bill(number)
    world.run(work.pull_billing(order))
    order.refresh_from_db()
    assert order.stage == Stage.COMPLETE

    refunded(world, order)

    assert told(world, order).unwanted == Unwanted.NONE
    assert (order.state, order.not_taken_reason) == ("closed", "")


def test_one_of_two_orders_in_a_delivery_is_told_apart(world: World) -> None:
    order, other = world.into_sap(), world.into_sap()
    (number,) = world.deliver(order, other)
    world.run(work.pull_deliveries())

    world.cancel(order)
    heard(world, order)
    held = world.sap.store.get(Delivery, number)
    assert held is not None
    held.items[-1].quantity -= Decimal("0.5")
    world.sap.store.save(held)
    world.run(work.pull_deliveries(other))  # stores the delivery's lines afresh

    delivery = OutboundDelivery.objects.get()
    other.refresh_from_db()
    assert delivery.unwanted == Unwanted.IN_PART
    (warning,) = warnings_of(delivery)
    assert f"Order {order} was canceled" in warning
    assert "do not ship 2 of 2 pieces of S-001, 1 of 1 pieces of S-002" in warning
    assert "reverse the delivery" not in warning
    assert other.stage == Stage.PICKING


# ---- pieces of it
def test_pieces_refunded_after_sap_are_named_in_their_delivery(world: World) -> None:
    order = paid_in_sap(world)
    (number,) = world.deliver(order)
    world.run(work.pull_deliveries(order))

    refunded(world, order, (0, 1))

    delivery = OutboundDelivery.objects.get()
    assert delivery.unwanted == Unwanted.IN_PART
    named = f"1 of 2 pieces of S-001 of order {order} was refunded or canceled in the shop"
    assert warnings_of(delivery)[0].startswith(f"{named}: do not ship it.")
    assert order.not_taken_reason == (
        "1 of 2 pieces of S-001 was refunded or canceled in the shop: do not ship it with "
        f"delivery {number}"
    )


def test_pieces_refunded_before_they_are_delivered_are_to_be_taken_off_the_order(
    world: World,
) -> None:
    order = paid_in_sap(world)

    refunded(world, order, (0, 1))

    number = order.sap_sales_order_number
    assert order.stage == Stage.ONE_SIDED
    assert order.not_taken_reason == (
        "1 of 2 pieces of S-001 was refunded or canceled in the shop, but SAP order "
        f"{number} has it: take it off there"
    )


def test_a_refunded_piece_may_be_one_of_those_that_have_left(world: World) -> None:
    """Two ordered, one shipped, one refunded: the shop lets the other go ("Versions" 9)."""
    order = paid_in_sap(world)
    (first,) = world.deliver(order, quantities={10: 1, 20: 1})
    world.goods_issue(first, ["1Z1"])
    world.ship(order, first)
    (second,) = world.deliver(order)

    refunded(world, order, (0, 1))
    world.run(work.pull_deliveries(order))

    unwanted = {str(one): one.unwanted for one in OutboundDelivery.objects.all()}
    assert unwanted == {first: Unwanted.NONE, second: Unwanted.NONE}


def test_a_piece_refunded_before_sap_is_not_looked_for_in_the_delivery(world: World) -> None:
    entity_id = world.place_only()
    world.stand_in.invoice(entity_id, {})
    item = world.stand_in.get("order", entity_id)["items"][0]["item_id"]
    world.stand_in.refund(
        entity_id, {"items": [{"order_item_id": item, "qty": 1}], "arguments": BY_LINE}
    )
    world.run(work.pull_orders(world.shop))
    order = SalesOrder.objects.get(entity_id=entity_id)
    world.run(work.push_order(order))
    order.refresh_from_db()
    world.deliver(order)

    assert told(world, order).unwanted == Unwanted.NONE
    assert order.not_taken_reason == ""


@pytest.mark.parametrize("shape", ["bundle-dynamic", "bundle-fixed", "configurable"])
def test_the_parts_of_a_refunded_bundle_are_not_to_be_shipped(world: World, shape: str) -> None:
    order = paid_in_sap(world, shape)
    world.deliver(order)
    world.run(work.pull_deliveries(order))

    refunded(world, order, (0, 1))

    (delivery,) = OutboundDelivery.objects.all()
    family = order.lines.first()
    assert family is not None
    unwanted = delivery.lines.filter(unwanted_quantity__gt=0)
    parts = order.lines.filter(parent_item_id=family.item_id).exclude(sap_item_number=None)
    assert unwanted.count() == parts.count() + (family.sap_item_number is not None)


def test_the_work_of_an_order_that_is_over_is_asked_for_once(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.cancel(order)
    world.ship(order, number)

    assert SyncTask.objects.filter(step="push_shipment").count() == 1


def test_a_reversal_ends_the_shipment_that_had_stopped(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.cancel(order)
    task = world.ship(order, number)
    assert task.state == "needs_attention"

    warehouse.reverse_goods_issue(world.sap, number)
    world.run(work.pull_deliveries(order))
    close_cleared()

    task.refresh_from_db()
    assert (task.state, task.outcome) == ("done", "Cleared by a later run.")
