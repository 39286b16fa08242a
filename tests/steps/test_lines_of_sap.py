"""Items of the SAP order that the web order does not have: added, replaced, delivered in parts."""

from __future__ import annotations

import copy
from dataclasses import replace
from decimal import Decimal

import pytest

from sync.jobs import clicks, work
from sync.models import SalesOrder
from sync.sandbox.sap import control_api, documents, warehouse
from sync.sandbox.sap.pricing import price_order
from tests.builders import a_user
from tests.world import World


def held_by_sap(world: World, order: SalesOrder) -> documents.SalesOrder:
    held = world.sap.store.get(documents.SalesOrder, order.sap_sales_order_number)
    assert held is not None
    return held


@pytest.mark.parametrize(("number", "higher"), [(11, 10), (30, 0)])
def test_a_line_sap_added_does_not_hold_up_the_others(
    world: World, number: int, higher: int
) -> None:
    order = world.into_sap()
    held = held_by_sap(world, order)
    extra = copy.deepcopy(held.items[0])
    extra.item_number, extra.higher_level_item, extra.quantity = number, higher, Decimal(1)
    held.items.append(extra)
    world.sap.store.save(held)
    (delivery,) = world.dispatch(order)
    world.ship(order, delivery)

    assert len(world.shop_books(order)["shipments"]) == 1


def test_free_goods_of_sap_do_not_stop_the_shipment(world: World) -> None:
    order = world.into_sap("simple")
    held = held_by_sap(world, order)
    free = replace(
        held.items[0],
        item_number=11,
        item_category="TANN",
        higher_level_item=10,
        quantity=Decimal(1),
        customer_item_number="",
    )
    held.items.append(free)
    world.sap.store.save(held)
    (delivery,) = world.deliver(order)
    world.pick(delivery)
    world.goods_issue(delivery)

    assert world.ship(order, delivery).state == "done"


@pytest.fixture
def order(world: World) -> SalesOrder:
    """Two pieces of S-001 as item 10, one of S-002 as item 20."""
    return world.into_sap("simple")


def change(world: World, order: SalesOrder, item: int, action: str) -> None:
    control_api.ITEM_ACTIONS[action](world.sap, order.sap_sales_order_number, item)
    world.run(work.pull_deliveries())


def shipped(world: World, order: SalesOrder) -> list[dict[str, float]]:
    return [
        {item["sku"]: item["qty"] for item in one["items"]}
        for one in world.shop_books(order)["shipments"]
    ]


def invoiced(world: World, order: SalesOrder) -> list[dict[str, float]]:
    return [
        {item["sku"]: item["qty"] for item in one["items"]}
        for one in world.shop_books(order)["invoices"]
    ]


def test_free_goods_determined_by_sap_leave_the_order_verified_and_complete(world: World) -> None:
    world.sap.settings.change({"free_goods": True})
    order = world.into_sap("simple")
    (delivery,) = world.dispatch(order)
    bill = world.bill(delivery)

    states = [world.ship(order, delivery).state, world.invoice(order, bill).state]
    order.refresh_from_db()

    assert states == ["done", "done"]
    assert (order.verification, order.stage) == ("verified", "complete")
    assert shipped(world, order) == [{"S-001": 2, "S-002": 1}]


def test_a_delivery_of_free_goods_alone_makes_no_shipment(world: World, order: SalesOrder) -> None:
    change(world, order, 10, "free-goods")
    (delivery,) = world.deliver(order, quantities={11: 1})
    world.goods_issue(delivery, ["1Z"])

    task = world.ship(order, delivery)

    assert (task.state, shipped(world, order)) == ("done", [])


def test_parts_delivered_for_a_line_ship_it_by_whole_sets(world: World, order: SalesOrder) -> None:
    change(world, order, 10, "parts")
    (first,) = world.deliver(order, quantities={11: 2, 12: 3})
    (second,) = world.deliver(order, quantities={12: 1, 20: 1})
    for number in (first, second):
        world.goods_issue(number, [f"1Z{number}"])
        assert world.ship(order, number).state == "done"

    assert shipped(world, order) == [{"S-001": 1}, {"S-001": 1, "S-002": 1}]


def test_a_set_billed_by_its_header_is_invoiced_by_it(world: World, order: SalesOrder) -> None:
    change(world, order, 10, "parts")
    (delivery,) = world.dispatch(order)
    world.ship(order, delivery)
    bills = [world.bill(delivery), world.bill(orders=[order])]

    assert [world.invoice(order, bill).state for bill in bills] == ["done", "done"]
    assert invoiced(world, order) == [{"S-002": 1}, {"S-001": 2}]
    order.refresh_from_db()
    assert order.stage == "complete"


def test_more_than_ordered_is_told_and_the_shop_gets_what_was_ordered(
    world: World, order: SalesOrder
) -> None:
    (delivery,) = warehouse.create_delivery(
        world.sap,
        warehouse.DeliveryRequest(
            [order.sap_sales_order_number], {10: Decimal(3), 20: Decimal(1)}, may_exceed=True
        ),
    )
    world.goods_issue(delivery, ["1Z"])

    task = world.ship(order, delivery)
    bill = world.invoice(order, world.bill(delivery))

    assert shipped(world, order) == [{"S-001": 2, "S-002": 1}]
    assert (task.cause_key, "1 of S-001" in task.error_message) == ("sap:delivered-more", True)
    assert invoiced(world, order) == [{"S-001": 2, "S-002": 1}]
    assert bill.cause_key == "sap:billed-more"
    order.refresh_from_db()
    assert order.stage == "complete"


def test_an_addition_with_a_price_is_told_with_its_amount(world: World, order: SalesOrder) -> None:
    held = held_by_sap(world, order)
    extra = replace(held.items[0], item_number=30, quantity=Decimal(1), customer_item_number="")
    held.items.append(extra)
    price = next(one for one in held.conditions if one.item_number == 10)
    held.conditions.append(replace(price, item_number=30))
    price_order(held, world.sap.customising)
    world.sap.store.save(held)
    world.run(work.pull_deliveries())
    (delivery,) = world.dispatch(order)
    shipment, invoice = world.ship(order, delivery), world.invoice(order, world.bill(delivery))

    assert shipment.state == "done"
    assert invoiced(world, order) == [{"S-001": 2, "S-002": 1}]
    assert invoice.cause_key == "sap:billed-more"
    assert f"{held.items[-1].net_value + held.items[-1].tax_value:.2f}" in invoice.error_message


def entered_again(world: World, order: SalesOrder) -> None:
    """Item 10 is rejected, and item 30 stands for it."""
    change(world, order, 10, "again")


def tie(world: World, order: SalesOrder, sku: str = "S-001") -> None:
    line = order.lines.get(sku=sku)
    clicks.tie_item(order, 30, line.item_id, a_user("Sales"), "Entered again for a new date")
    world.work_off()


def test_a_replaced_line_that_a_person_tied_is_shipped_and_invoiced(
    world: World, order: SalesOrder
) -> None:
    entered_again(world, order)
    tie(world, order)
    (delivery,) = world.dispatch(order)
    shipment, invoice = world.ship(order, delivery), world.invoice(order, world.bill(delivery))

    assert (shipment.state, invoice.state) == ("done", "done"), invoice.error_message
    assert shipped(world, order) == invoiced(world, order) == [{"S-001": 2, "S-002": 1}]
    order.refresh_from_db()
    assert order.stage == "complete"


def test_an_order_agrees_again_once_the_replaced_line_is_tied(
    world: World, order: SalesOrder
) -> None:
    entered_again(world, order)
    world.run(work.pull_deliveries(order))
    told = world.run(work.push_order(order))
    order.refresh_from_db()
    assert told.cause_key == "order:changed"
    assert (order.verification, order.differences[0]["field"]) == ("differs", "item 30")

    tie(world, order)

    order.refresh_from_db()
    assert (order.verification, order.differences) == ("verified", [])
    assert not order.tasks.exclude(state="done").exists()


def test_a_replaced_line_waits_for_a_person_and_goes_on_with_the_tie(
    world: World, order: SalesOrder
) -> None:
    entered_again(world, order)
    (delivery,) = world.deliver(order, quantities={30: 2})
    world.goods_issue(delivery, ["1Z"])
    stopped = world.ship(order, delivery)
    assert (stopped.cause_key, shipped(world, order)) == ("sap:item-without-line", [])

    tie(world, order)

    stopped.refresh_from_db()
    assert (stopped.state, shipped(world, order)) == ("done", [{"S-001": 2}])


def test_an_item_said_to_stand_for_no_line_stops_nothing(world: World, order: SalesOrder) -> None:
    entered_again(world, order)
    (delivery,) = world.dispatch(order)
    stopped = world.ship(order, delivery)
    assert stopped.state == "needs_attention"

    clicks.tie_item(order, 30, None, a_user("Sales"), "A present")
    world.work_off()

    stopped.refresh_from_db()
    assert (stopped.state, shipped(world, order)) == ("done", [{"S-002": 1}])


def test_the_last_word_on_an_item_counts(world: World, order: SalesOrder) -> None:
    entered_again(world, order)
    tie(world, order)
    clicks.tie_item(order, 30, None, a_user("Sales"), "Wrong line")
    (delivery,) = world.dispatch(order)
    world.ship(order, delivery)

    assert shipped(world, order) == [{"S-002": 1}]


def test_what_is_tied_after_the_rest_was_shipped_and_invoiced_follows_once(
    world: World, order: SalesOrder
) -> None:
    entered_again(world, order)
    (delivery,) = world.dispatch(order)
    bill = world.bill(delivery)
    stopped = [world.ship(order, delivery), world.invoice(order, bill)]
    assert [one.cause_key for one in stopped] == ["sap:item-without-line"] * 2
    assert shipped(world, order) == invoiced(world, order) == [{"S-002": 1}]

    tie(world, order)
    again = [world.ship(order, delivery), world.invoice(order, bill)]

    assert [one.state for one in again] == ["done", "done"]
    assert shipped(world, order) == invoiced(world, order) == [{"S-002": 1}, {"S-001": 2}]
    assert all(paper.delivery for paper in order.shipments.all())
    assert all(paper.billing_document for paper in order.invoices.all())
    order.refresh_from_db()
    assert order.stage == "complete"


def test_a_lost_answer_makes_what_was_tied_later_once(world: World, order: SalesOrder) -> None:
    entered_again(world, order)
    (delivery,) = world.dispatch(order)
    stopped = world.ship(order, delivery)
    line = order.lines.get(sku="S-001")
    clicks.tie_item(order, 30, line.item_id, a_user("Sales"), "Entered again")
    world.shop_fails("drop_after_write", "ship")
    stopped.refresh_from_db()

    task = world.run_until_done(world.run_task(stopped))

    assert task.state == "done", task.error_message
    assert shipped(world, order) == [{"S-002": 1}, {"S-001": 2}]


def test_what_is_tied_later_waits_while_the_order_is_on_hold(
    world: World, order: SalesOrder
) -> None:
    entered_again(world, order)
    (delivery,) = world.dispatch(order)
    world.ship(order, delivery)
    world.stand_in.move(order.entity_id, "hold")

    tie(world, order)
    stopped = world.ship(order, delivery)

    assert (stopped.cause_key, shipped(world, order)) == ("magento:on-hold", [{"S-002": 1}])


def test_nobody_is_sent_to_cancel_a_line_that_another_item_may_stand_for(
    world: World, order: SalesOrder
) -> None:
    entered_again(world, order)
    world.run(work.pull_deliveries(order))
    order.refresh_from_db()
    assert "item 30 may stand for them: say so on this page" in order.not_taken_reason

    tie(world, order)
    world.run(work.pull_deliveries(order))
    order.refresh_from_db()
    assert order.not_taken_reason == ""

    clicks.tie_item(order, 30, None, a_user("Sales"), "A present")
    world.run(work.pull_deliveries(order))
    order.refresh_from_db()
    assert "cancel or refund them there" in order.not_taken_reason
