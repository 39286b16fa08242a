"""Shops that keep stock in several sources: which one a shipment leaves from."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sync.jobs import work
from sync.models import OutboundDelivery, ReadinessFinding, SalesOrder, SourceMapping, SyncTask
from sync.sandbox.shop import stock
from tests.world import World

SEVERAL = "default: *=100; east: *=10; west: S-001=1"
POINT = "1000"


def several(world: World, text: str = SEVERAL) -> None:
    world.stand_in.change_settings({"stock": text})
    world.run(work.check_readiness(world.shop))


def finding(world: World, name: str = "Sources of stock") -> ReadinessFinding:
    world.run(work.check_readiness(world.shop))
    return ReadinessFinding.objects.get(area=world.shop.system, name=name)


def held(world: World, source: str, sku: str) -> Decimal:
    counted = stock.parse(world.stand_in.settings()["stock"])[source]
    return counted.get(sku, counted.get("*", Decimal(0)))


def shipped_from(world: World, order: SalesOrder) -> list[str]:
    papers = world.shop_books(order)["shipments"]
    return [paper["extension_attributes"]["source_code"] for paper in papers]


def mapped(world: World, source_code: str, **place: str) -> None:
    SourceMapping.objects.create(shop=world.shop, source_code=source_code, **place)
    world.shop.refresh_from_db()


def point_of(world: World, number: str, order: SalesOrder) -> str:
    world.run(work.pull_deliveries(order))
    return OutboundDelivery.objects.get(delivery_number=number).shipping_point


def test_a_shop_with_one_source_ships_without_naming_it(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)

    assert world.ship(order, number).state == SyncTask.State.DONE
    assert shipped_from(world, order) == ["default"]


@pytest.mark.parametrize("by", ["shipping_point", "plant"])
def test_stock_is_booked_from_the_source_of_the_shipping_point_or_plant(
    world: World, by: str
) -> None:
    several(world)
    order = world.into_sap()
    (number,) = world.dispatch(order)
    place = point_of(world, number, order)
    plants = set(OutboundDelivery.objects.get().lines.values_list("plant", flat=True))
    mapped(world, "east", **{by: place if by == "shipping_point" else plants.pop()})

    task = world.run(world.shipment_of(order, number))

    assert task.state == SyncTask.State.DONE, task.error_message
    assert shipped_from(world, order) == ["east"]
    assert held(world, "east", "S-001") == 8
    assert held(world, "default", "S-001") == 100


def test_several_sources_without_an_entry_stop_before_anything_is_booked_and_go_on_with_it(
    world: World,
) -> None:
    several(world)
    order = world.into_sap()
    (number,) = world.dispatch(order)

    task = world.ship(order, number)

    place = OutboundDelivery.objects.get().shipping_point
    assert (task.state, task.cause_key) == ("needs_attention", f"mapping:source:{place}")
    assert world.shop_books(order)["shipments"] == []
    mapped(world, "east", shipping_point=place)
    assert world.retry(task).state == SyncTask.State.DONE
    assert shipped_from(world, order) == ["east"]


def test_lines_of_plants_with_different_sources_wait_for_an_entry_of_the_shipping_point(
    world: World,
) -> None:
    several(world)
    order = world.into_sap()
    (number,) = world.dispatch(order)
    place = point_of(world, number, order)
    line = OutboundDelivery.objects.get().lines.first()
    assert line is not None
    line.plant = "9999"
    line.save()
    others = OutboundDelivery.objects.get().lines.exclude(pk=line.pk)
    mapped(world, "east", plant="9999")
    mapped(world, "default", plant=others.values_list("plant", flat=True)[0])

    task = world.run(world.shipment_of(order, number))

    assert task.cause_key == f"mapping:source:{place}"
    assert "several plants" in task.error_message
    mapped(world, "default", shipping_point=place)
    world.retry(task)
    assert shipped_from(world, order) == ["default"]


def test_a_source_that_does_not_hold_the_goods_is_refused_in_the_shops_words(world: World) -> None:
    several(world)
    order = world.into_sap()
    (number,) = world.dispatch(order)
    mapped(world, "west", shipping_point=point_of(world, number, order))

    task = world.run(world.shipment_of(order, number))

    assert task.state == SyncTask.State.NEEDS_ATTENTION
    assert "Could not save a shipment, see error log for details" in task.error_message
    assert world.shop_books(order)["shipments"] == []
    assert held(world, "west", "S-001") == 1


def test_a_lost_answer_books_the_stock_once(world: World) -> None:
    several(world)
    order = world.into_sap()
    (number,) = world.dispatch(order)
    mapped(world, "east", shipping_point=point_of(world, number, order))
    world.shop_fails("drop_after_write", "ship")

    world.run_until_done(world.run(world.shipment_of(order, number)))

    assert shipped_from(world, order) == ["east"]
    assert held(world, "east", "S-001") == 8


def test_fractions_are_booked_as_fractions() -> None:
    order = {"items": [{"item_id": 1, "sku": "CLOTH", "product_type": "simple"}]}
    left = stock.deduct("east: CLOTH=4", "east", order, [(order["items"][0], Decimal("2.5"))])

    assert left == "east: CLOTH=1.5"


def test_readiness_is_amber_with_several_sources_and_no_entry(world: World) -> None:
    assert finding(world).state == "green"
    world.stand_in.change_settings({"stock": SEVERAL})
    assert (finding(world).state, "east" in finding(world).detail) == ("amber", True)
    mapped(world, "nowhere", shipping_point=POINT)
    assert (finding(world).state, "nowhere" in finding(world).detail) == ("amber", True)
    SourceMapping.objects.update(source_code="east")
    assert finding(world).state == "green"


def test_sources_that_cannot_be_read_are_unknown_and_not_red(world: World) -> None:
    rights = "Magento_Sales::actions_view,Magento_Backend::store"
    world.stand_in.change_settings({"stock": SEVERAL, "integration_rights": rights})

    assert finding(world).state == "amber"
    assert "Stores > Inventory > Sources" not in finding(world).detail
    world.shop.refresh_from_db()
    assert not world.shop.has_several_sources


@pytest.mark.parametrize("action", ["ship", "invoice"])
def test_readiness_names_the_right_to_ship_or_invoice_and_writes_nothing(
    world: World, action: str
) -> None:
    order = world.into_sap()
    before = world.shop_books(order)
    assert finding(world, f"May {action}").state == "green"

    rights = "Magento_Sales::actions_view,Magento_Backend::store"
    world.stand_in.change_settings({"integration_rights": rights})
    found = finding(world, f"May {action}")

    assert (found.state, f"Magento_Sales::{action}" in found.detail) == ("red", True)
    assert f"Sales > Operations > Orders > Actions > {action.title()}" in found.remedy
    assert world.shop_books(order) == before
