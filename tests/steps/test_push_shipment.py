"""Each delivery that has left is one shipment in the shop, with its parcels and one notice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync.jobs import schedule, work
from sync.models import CarrierMapping, SalesOrder, Shipment, SyncTask
from sync.sandbox.sap import warehouse
from tests.steps.spoilt import wired
from tests.world import World


def shipped(world: World, order: SalesOrder) -> dict[str, float]:
    items = world.shop_books(order)["order"]["items"]
    return {item["sku"]: item.get("qty_shipped", 0) for item in items}


def made_by_hand(world: World, order: SalesOrder, **more: Any) -> dict[str, Any]:
    """Somebody ships everything in the shop's admin."""
    world.stand_in.ship(order.entity_id, more)
    shipment: dict[str, Any] = world.shop_books(order)["shipments"][0]
    return shipment


def test_a_delivery_becomes_a_shipment_with_parcels_and_a_notice(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=["1Z1", "1Z2"])

    world.ship(order, number)

    (held,) = world.shop_books(order)["shipments"]
    assert [(t["carrier_code"], t["track_number"]) for t in held["tracks"]] == [
        ("dhl", "1Z1"),
        ("dhl", "1Z2"),
    ]
    assert shipped(world, order) == {"S-001": 2, "S-002": 1}
    assert len(world.mails(order, "shipment")) == 1
    mirror = Shipment.objects.get()
    assert (mirror.entity_id, mirror.is_customer_told) == (held["entity_id"], True)
    assert not mirror.is_made_by_hand


def test_p0_11_the_same_delivery_synced_ten_times_is_one_shipment(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)

    for _ in range(10):
        task = world.ship(order, number)

    assert task.outcome == "Shipment 000000001 already there."
    assert len(world.shop_books(order)["shipments"]) == 1
    assert Shipment.objects.count() == 1


@pytest.mark.slow
def test_p0_12_ten_runs_send_one_shipment_mail(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)

    for _ in range(10):
        world.ship(order, number)

    assert len(world.mails(order, "shipment")) == 1


def test_p0_11_a_portal_that_forgot_the_shipment_finds_it_by_its_marker(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.ship(order, number)
    Shipment.objects.all().delete()

    world.ship(order, number)

    assert len(world.shop_books(order)["shipments"]) == 1
    assert not Shipment.objects.get().is_made_by_hand


def test_a_shipment_the_shop_shows_under_another_key_stays_one_in_the_portal(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.ship(order, number)
    key = Shipment.objects.get().entity_id
    Shipment.objects.update(entity_id=key + 100)  # as after a restored backup

    task = world.run(world.shipment_of(order, number))

    assert task.state == "done", task.error_message
    assert [one.entity_id for one in Shipment.objects.all()] == [key]


def test_p0_11_a_shipment_made_by_hand_is_found_by_its_quantities_and_linked(
    world: World,
) -> None:
    order = world.into_sap()
    held = made_by_hand(world, order)
    (number,) = world.dispatch(order, tracking=[])

    task = world.ship(order, number)

    mirror = Shipment.objects.get()
    assert task.outcome == f"Shipment {held['increment_id']} made by hand, linked."
    assert (mirror.entity_id, mirror.is_made_by_hand) == (held["entity_id"], True)
    assert mirror.delivery is not None
    assert len(world.shop_books(order)["shipments"]) == 1


def test_p0_11_a_shipment_made_by_hand_is_found_by_its_parcel(world: World) -> None:
    order = world.into_sap()
    item = world.shop_books(order)["order"]["items"][0]["item_id"]
    made_by_hand(
        world,
        order,
        items=[{"order_item_id": item, "qty": 1}],
        tracks=[{"carrier_code": "dhl", "title": "DHL", "track_number": "1Z1"}],
    )
    (number,) = world.dispatch(order, tracking=["1Z1"])

    task = world.ship(order, number)

    assert len(world.shop_books(order)["shipments"]) == 1
    assert Shipment.objects.get().is_made_by_hand
    assert (task.state, task.cause_key) == ("needs_attention", "magento:quantities-cut")


@pytest.mark.parametrize("fault", ["drop_after_write", "drop_before", "server_error"])
def test_p0_11_after_a_lost_answer_the_shop_holds_one_shipment(world: World, fault: str) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.shop_fails(fault, "ship")

    task = world.ship(order, number)
    assert (task.state, task.error_class) == (SyncTask.State.WAITING, "OutcomeUnknown")
    task = world.run_task(task)

    assert task.state == SyncTask.State.DONE
    assert len(world.shop_books(order)["shipments"]) == 1
    assert len(world.mails(order, "shipment")) == 1


def test_p0_13_a_delivery_without_a_parcel_number_sends_no_mail(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=[])

    world.ship(order, number)

    assert len(world.shop_books(order)["shipments"]) == 1
    assert world.mails(order, "shipment") == []
    assert not Shipment.objects.get().is_customer_told


def test_p0_13_a_parcel_number_added_later_is_sent_once(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=[])
    world.ship(order, number)
    world.track(number, "1Z1")

    for _ in range(3):
        world.ship(order, number)

    (held,) = world.shop_books(order)["shipments"]
    assert [track["track_number"] for track in held["tracks"]] == ["1Z1"]
    assert len(world.mails(order, "shipment")) == 1
    assert Shipment.objects.get().is_customer_told


def test_p0_13_a_corrected_parcel_number_replaces_the_old_one(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=["1Z1"])
    world.ship(order, number)
    world.track(number, "1Z2")

    task = world.ship(order, number)

    (held,) = world.shop_books(order)["shipments"]
    assert [track["track_number"] for track in held["tracks"]] == ["1Z2"]
    assert list(Shipment.objects.get().tracks.values_list("track_number", flat=True)) == ["1Z2"]
    assert task.outcome == "Shipment 000000001: 1 parcel added, 1 parcel taken away."
    assert len(world.mails(order, "shipment")) == 1


@pytest.mark.parametrize("fault", ["drop_after_write", "drop_before"])
def test_p0_13_a_parcel_whose_answer_got_lost_is_there_once(world: World, fault: str) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=[])
    world.ship(order, number)
    world.track(number, "1Z1")
    world.shop_fails(fault, "track")

    world.run_until_done(world.ship(order, number))

    (held,) = world.shop_books(order)["shipments"]
    assert [track["track_number"] for track in held["tracks"]] == ["1Z1"]
    assert len(world.mails(order, "shipment")) == 1


def test_p0_13_a_shipment_of_ours_whose_comment_was_edited_is_still_ours(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=[])
    world.ship(order, number)
    with world.stand_in.store.writing() as found:
        (held,) = found.of_order("shipment", order.entity_id)
        held["comments"][0]["comment"] = "thank you"
        found.save("shipment", held)

    world.track(number, "1Z9")
    world.ship(order, number)

    assert len(world.shop_books(order)["shipments"]) == 1
    assert len(world.mails(order, "shipment")) == 1
    assert not Shipment.objects.get().is_made_by_hand


def test_a_parcel_of_a_shipment_made_by_hand_is_never_taken_away(world: World) -> None:
    order = world.into_sap()
    track = {"carrier_code": "ups", "title": "UPS", "track_number": "BY-HAND"}
    made_by_hand(world, order, tracks=[track])
    (number,) = world.dispatch(order, tracking=["1Z1"])

    world.ship(order, number)

    (held,) = world.shop_books(order)["shipments"]
    assert sorted(track["track_number"] for track in held["tracks"]) == ["1Z1", "BY-HAND"]


def test_one_delivery_of_several_orders_is_one_shipment_in_each(world: World) -> None:
    first, second = world.into_sap(), world.into_sap("grouped")
    (number,) = world.dispatch(first, second)

    for order in (first, second):
        assert world.ship(order, number).state == SyncTask.State.DONE

    assert shipped(world, first) == {"S-001": 2, "S-002": 1}
    assert shipped(world, second) == {"S-001": 1, "S-002": 2}
    assert Shipment.objects.count() == 2
    first.refresh_from_db()
    assert first.stage == SalesOrder.Stage.SHIPPED


def test_goods_issue_taken_back_before_the_shipment_ships_nothing(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))
    wanted = world.shipment_of(order, number)
    warehouse.reverse_goods_issue(world.sap, number)
    world.run(work.pull_deliveries(order))

    task = world.run(wanted)

    assert "was taken back: nothing to ship" in task.outcome
    assert world.shop_books(order)["shipments"] == []


def test_a_carrier_without_a_name_in_the_shop_names_the_mapping(world: World) -> None:
    CarrierMapping.objects.all().delete()
    order = world.into_sap()
    (number,) = world.dispatch(order)

    task = world.ship(order, number)

    assert (task.state, task.cause_key) == ("needs_attention", "mapping:carrier:0000070001")
    assert world.shop_books(order)["shipments"] == []


def test_more_than_is_open_in_the_shop_goes_to_a_person_and_is_not_cut(world: World) -> None:
    order = world.into_sap()
    item = world.shop_books(order)["order"]["items"][0]["item_id"]
    made_by_hand(world, order, items=[{"order_item_id": item, "qty": 1}])
    (number,) = world.dispatch(order)

    task = world.ship(order, number)

    assert (task.state, task.cause_key) == ("needs_attention", "quantities-do-not-fit")
    assert "S-001" in task.error_message
    assert len(world.shop_books(order)["shipments"]) == 1


def someone_ships_one_first(world: World, order: SalesOrder) -> None:
    """In the moment before the portal's own call reaches the shop."""
    item = world.shop_books(order)["order"]["items"][0]["item_id"]

    def ship(name: str) -> None:
        if name.endswith("/ship"):
            world.line.on_call = lambda name: None
            world.stand_in.ship(order.entity_id, {"items": [{"order_item_id": item, "qty": 1}]})

    world.line.on_call = ship


def test_p0_10_a_shipment_the_shop_has_cut_stays_with_a_person_until_the_rest_is_shipped(
    world: World,
) -> None:
    order = world.into_sap()
    (number,) = world.deliver(order)
    world.goods_issue(number)
    world.run(work.pull_deliveries(order))
    someone_ships_one_first(world, order)

    task = world.run(world.shipment_of(order, number))

    assert (task.state, task.cause_key) == ("needs_attention", "magento:quantities-cut")
    assert "(S-001): 1 in the shop, 2 in SAP" in task.error_message


def test_p0_10_looking_again_does_not_make_a_cut_shipment_right(world: World) -> None:
    order = world.into_sap()
    item = order.lines.get(sku="S-001").item_id
    (number,) = world.dispatch(order)
    world.ship(order, number)
    with world.stand_in.store.writing() as found:
        (held,) = found.of_order("shipment", order.entity_id)
        held["items"][0]["qty"] = 1
        found.save("shipment", held)
    world.edit_web_order(order.entity_id, lambda web: web["items"][0].update(qty_shipped=1))

    again = world.run(world.shipment_of(order, number))
    assert (again.state, again.cause_key) == ("needs_attention", "magento:quantities-cut")

    world.stand_in.ship(order.entity_id, {"items": [{"order_item_id": item, "qty": 1}]})
    assert world.retry(again).state == "done"


def test_a_parcel_missing_from_a_new_shipment_is_added_by_the_next_attempt(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=["1Z1", "1Z2"])
    world.run(work.pull_deliveries(order))
    line = wired(world)

    def forget(name: str, answer: Any) -> Any:
        if not name.endswith("/ship"):
            return answer
        with world.stand_in.store.writing() as found:
            (held,) = found.of_order("shipment", order.entity_id)
            held["tracks"] = held["tracks"][:1]
            found.save("shipment", held)
        return answer

    line.spoil = forget
    task = world.run(world.shipment_of(order, number))
    assert (task.state, "1Z2" in task.error_message) == ("waiting", True)

    task = world.run_until_done(task)

    assert task.state == "done", task.error_message
    (held,) = world.shop_books(order)["shipments"]
    assert [track["track_number"] for track in held["tracks"]] == ["1Z1", "1Z2"]
    assert len(world.mails(order, "shipment")) == 1


def test_part_deliveries_ship_their_own_quantities(world: World) -> None:
    order = world.into_sap()
    for quantities in ({10: 1}, {10: 1, 20: 1}):
        (number,) = world.deliver(order, quantities=quantities)
        world.goods_issue(number, [f"1Z{number}"])
        world.ship(order, number)

    lines = [
        {item["sku"]: item["qty"] for item in shipment["items"]}
        for shipment in world.shop_books(order)["shipments"]
    ]
    assert lines == [{"S-001": 1}, {"S-001": 1, "S-002": 1}]
    assert sum(line.shipped_quantity for s in Shipment.objects.all() for line in s.lines.all()) == (
        Decimal(3)
    )


def test_an_item_that_may_stand_for_a_line_goes_to_a_person_and_the_rest_is_shipped(
    world: World,
) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    order.lines.filter(sap_item_number=20).update(sap_item_number=None)

    task = world.ship(order, number)

    assert (task.state, task.cause_key) == ("needs_attention", "sap:item-without-line")
    (shipment,) = world.shop_books(order)["shipments"]
    assert [item["sku"] for item in shipment["items"]] == ["S-001"]


def test_p0_13_a_parcel_number_added_after_the_invoice_is_found_by_itself_and_sent_once(
    world: World,
) -> None:
    schedule.create_missing_schedules()
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=[])
    world.ship(order, number)
    world.invoice(order, world.bill(number))
    order.refresh_from_db()
    assert order.stage == SalesOrder.Stage.COMPLETE

    world.track(number, "1Z9")
    for _ in range(2):
        world.run(work.pull_deliveries())
        world.work_off()

    (held,) = world.shop_books(order)["shipments"]
    assert [track["track_number"] for track in held["tracks"]] == ["1Z9"]
    assert len(world.mails(order, "shipment")) == 1
