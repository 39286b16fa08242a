"""SAP may deliver and bill in another unit than was ordered: cartons for pieces."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync.jobs import work
from sync.jobs.sweep import sweep
from sync.models import OutboundDelivery, OutboundDeliveryLine, SalesOrder
from sync.sandbox.sap.added_items import deliver_in_cartons
from sync.sandbox.sap.documents import Delivery
from tests.world import World


@pytest.fixture
def order(world: World) -> SalesOrder:
    """Of S-001 twelve pieces."""
    entity_id = world.place_only("simple")

    def a_dozen(web: dict[str, Any]) -> None:
        line = web["items"][0]
        for name in ("row_total", "row_total_incl_tax", "base_row_total", "tax_amount"):
            line[name] = round(float(line.get(name) or 0) / float(line["qty_ordered"]) * 12, 2)
        web["grand_total"] = round(
            float(web["grand_total"]) + float(line["price"]) * (12 - float(line["qty_ordered"])), 2
        )
        line["qty_ordered"] = 12

    world.edit_web_order(entity_id, a_dozen)
    world.run(work.pull_orders(world.shop))
    placed = SalesOrder.objects.get(entity_id=entity_id)
    world.run(work.push_order(placed))
    placed.refresh_from_db()
    assert placed.is_in_sap
    return placed


def in_cartons(world: World, number: str, unit: str = "KAR") -> None:
    delivery = world.sap.store.get(Delivery, number)
    assert delivery is not None
    delivery.items[0].unit, delivery.items[0].quantity = unit, Decimal(1)
    world.sap.store.save(delivery)


def shipped(world: World, order: SalesOrder) -> list[float]:
    return [
        item["qty"]
        for one in world.shop_books(order)["shipments"]
        for item in one["items"]
        if item["order_item_id"] == world.shop_books(order)["order"]["items"][0]["item_id"]
    ]


def test_a_carton_is_shipped_as_the_pieces_sap_says_it_holds(
    world: World, order: SalesOrder
) -> None:
    (number,) = world.deliver(order)
    in_cartons(world, number)
    world.goods_issue(number, ["U"])

    task = world.ship(order, number)

    assert (task.state, shipped(world, order)) == ("done", [12])


def test_a_unit_nobody_can_convert_is_left_to_a_person(world: World, order: SalesOrder) -> None:
    (number,) = world.deliver(order)
    in_cartons(world, number, "PAL")
    world.goods_issue(number, ["U"])

    task = world.ship(order, number)

    assert task.state == "needs_attention"
    assert "PAL" in task.error_message
    assert shipped(world, order) == []


def test_a_line_delivered_and_billed_in_parts_of_a_carton_is_complete(world: World) -> None:
    order = world.into_sap()
    deliver_in_cartons(world.sap, order.sap_sales_order_number, 10)
    (first,) = world.deliver(order, quantities={10: 1})  # of twelve: 0.083 KAR
    (second,) = world.deliver(order)
    for number in (first, second):
        world.goods_issue(number, ["1Z"])
        assert world.ship(order, number).state == "done"

    invoiced = world.invoice(order, world.bill(first, second))

    order.refresh_from_db()
    assert (invoiced.state, order.stage) == ("done", "complete"), invoiced.error_message
    assert shipped(world, order) == [1, 1]


def test_an_invoice_in_cartons_goes_on_once_its_delivery_is_read_whole(world: World) -> None:
    order = world.into_sap()
    deliver_in_cartons(world.sap, order.sap_sales_order_number, 10)
    (number,) = world.dispatch(order)
    document = world.bill(number)
    world.run(work.pull_billing(order))
    OutboundDeliveryLine.objects.update(base_quantity=None)  # as it was before it was read whole
    OutboundDelivery.objects.update(fingerprint="")
    stopped = world.run(world.invoice_of(order, document))
    assert stopped.cause_key == "sap:other-unit"

    world.run(work.pull_deliveries(order))
    sweep()
    world.work_off()

    stopped.refresh_from_db()
    assert stopped.state == "done", stopped.error_message
    assert len(world.shop_books(order)["invoices"]) == 1
