"""What was refunded, canceled or shipped before SAP knew of an order is not ordered there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync.jobs import work
from sync.jobs.clicks import take_anyway
from sync.mirrors.taking_anyway import consequences
from sync.models import PaymentMapping, SalesOrder, SyncTask
from sync.sandbox.sap.documents import SalesOrder as SapOrder
from sync.sandbox.shop.versions import NEWER, OLDER
from tests.builders import a_user
from tests.world import World

pytestmark = pytest.mark.slow

Stage = SalesOrder.Stage
BY_LINE = {"shipping_amount": 0, "adjustment_positive": 0, "adjustment_negative": 0}


@pytest.fixture(params=[OLDER.name, NEWER.name])
def shop_version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def paid(world: World, shape: str = "simple") -> int:
    """An order that was paid online: Magento has invoiced it. The portal has not heard of it."""
    entity_id = world.place_only(shape)
    world.stand_in.invoice(entity_id, {})
    return entity_id


def lines_of(world: World, entity_id: int) -> list[dict[str, Any]]:
    return list(world.stand_in.get("order", entity_id)["items"])


def refund(world: World, entity_id: int, *lines: tuple[int, int], **arguments: float) -> None:
    """Refund pieces by the line's place in the order."""
    items = lines_of(world, entity_id)
    wanted = [{"order_item_id": items[at]["item_id"], "qty": count} for at, count in lines]
    world.stand_in.refund(entity_id, {"items": wanted, "arguments": {**BY_LINE, **arguments}})


def pulled(world: World, entity_id: int) -> SalesOrder:
    world.run(work.pull_orders(world.shop))
    return SalesOrder.objects.get(entity_id=entity_id)


def pushed(world: World, order: SalesOrder) -> SyncTask:
    task = world.run(work.push_order(order))
    order.refresh_from_db()
    return task


def in_sap(world: World, order: SalesOrder) -> dict[int, Decimal]:
    """SAP's quantities by item."""
    held = world.sap.store.get(SapOrder, order.sap_sales_order_number)
    assert held is not None
    return {item.item_number: item.quantity for item in held.items}


def shipped_by_hand(world: World, entity_id: int, at: int, count: int) -> None:
    item = lines_of(world, entity_id)[at]["item_id"]
    world.stand_in.ship(entity_id, {"items": [{"order_item_id": item, "qty": count}]})


# ---- refunded by line
def test_a_refunded_piece_is_not_ordered(world: World) -> None:
    entity_id = paid(world)
    refund(world, entity_id, (0, 1))
    order = pulled(world, entity_id)

    task = pushed(world, order)

    assert (task.state, order.verification) == ("done", "verified"), task.outcome
    assert in_sap(world, order) == {10: 1, 20: 1}
    held = world.sap_books(order)[0]
    document = world.stand_in.get("order", entity_id)
    kept = Decimal(str(document["grand_total"])) - Decimal(str(document["total_refunded"]))
    assert Decimal(str(held["net_value"])) + Decimal(str(held.get("tax_value", 0))) == kept


def test_a_line_refunded_whole_is_left_out_and_the_others_keep_their_items(world: World) -> None:
    entity_id = paid(world)
    refund(world, entity_id, (0, 2))
    order = pulled(world, entity_id)

    pushed(world, order)

    assert in_sap(world, order) == {20: 1}
    assert order.verification == "verified"
    assert list(order.lines.values_list("sap_item_number", flat=True)) == [None, 20]


@pytest.mark.parametrize("shape", ["bundle-dynamic", "bundle-fixed", "configurable"])
def test_of_a_bundle_or_configurable_whole_ones_are_left(world: World, shape: str) -> None:
    entity_id = paid(world, shape)
    before = {item["sku"]: item for item in lines_of(world, entity_id)}
    refund(world, entity_id, (0, 1))
    order = pulled(world, entity_id)

    task = pushed(world, order)

    assert (task.state, order.verification) == ("done", "verified"), (order.stage, task.outcome)
    number = Decimal(str(lines_of(world, entity_id)[0]["qty_ordered"]))
    for line in order.lines.exclude(sap_item_number=None):
        whole = Decimal(str(before[line.sku]["qty_ordered"]))
        touched = line.item_id in {i["item_id"] for i in family(world, entity_id)}
        asked = in_sap(world, order)[line.sap_item_number or 0]
        assert asked == (whole * (number - 1) / number if touched else whole)


def family(world: World, entity_id: int) -> list[dict[str, Any]]:
    """The first line with the lines below it."""
    first, *more = lines_of(world, entity_id)
    return [first, *(one for one in more if one.get("parent_item_id") == first["item_id"])]


def test_a_bundle_of_which_one_part_was_refunded_is_entered_by_hand(world: World) -> None:
    entity_id = paid(world, "bundle-dynamic")
    refund(world, entity_id, (1, 1))
    order = pulled(world, entity_id)

    pushed(world, order)

    assert world.sap_books(order) == []
    assert order.not_taken_reason.startswith("Parts of a bundle were shipped or refunded")


def test_an_order_with_a_piece_refunded_before_sap_ends_complete(world: World) -> None:
    entity_id = paid(world)
    refund(world, entity_id, (0, 1))
    order = pulled(world, entity_id)
    pushed(world, order)
    (delivery,) = world.dispatch(order)

    assert world.ship(order, delivery).state == "done"
    world.bill(delivery)
    world.run(work.pull_billing(order))

    order.refresh_from_db()
    assert order.stage == Stage.COMPLETE
    (shipment,) = world.shop_books(order)["shipments"]
    assert sum(item["qty"] for item in shipment["items"]) == 2


@pytest.mark.parametrize("shape", ["bundle-dynamic", "bundle-dynamic-together", "bundle-fixed"])
def test_the_bundles_that_are_left_are_shipped_and_the_order_ends_complete(
    world: World, shape: str
) -> None:
    entity_id = paid(world, shape)
    refund(world, entity_id, (0, 1))
    order = pulled(world, entity_id)
    pushed(world, order)
    (delivery,) = world.dispatch(order)

    task = world.ship(order, delivery)
    world.bill(delivery)
    world.run(work.pull_billing(order))

    order.refresh_from_db()
    assert (task.state, order.stage) == ("done", Stage.COMPLETE), task.error_message
    assert not order.not_taken_reason


def test_what_is_refunded_after_sap_was_asked_is_no_difference(world: World) -> None:
    entity_id = paid(world)
    refund(world, entity_id, (0, 1))
    order = pulled(world, entity_id)
    world.sap_fails("lost_commit_answer")
    task = pushed(world, order)
    refund(world, entity_id, (1, 1))

    task = world.recover(task)

    order.refresh_from_db()
    assert (task.state, order.verification) == ("done", "verified")
    assert in_sap(world, order) == {10: 1, 20: 1}


# ---- for a person
@pytest.mark.parametrize(
    "arguments", [{"shipping_amount": 2}, {"adjustment_positive": 3}, {"adjustment_negative": 1}]
)
def test_a_refund_beside_the_lines_goes_to_a_person(
    world: World, arguments: dict[str, float]
) -> None:
    entity_id = paid(world)
    refund(world, entity_id, (0, 1), **arguments)
    order = pulled(world, entity_id)

    pushed(world, order)

    assert world.sap_books(order) == []
    assert order.stage == Stage.NOT_TAKEN
    assert order.not_taken_reason.startswith("Partly refunded with freight or an adjustment")


def test_a_refund_whose_sums_do_not_fit_goes_to_a_person(world: World) -> None:
    entity_id = paid(world)
    refund(world, entity_id, (0, 1))
    world.edit_web_order(
        entity_id, lambda web: web.update(total_refunded=web["total_refunded"] + 4)
    )
    order = pulled(world, entity_id)

    pushed(world, order)

    assert world.sap_books(order) == []
    assert "does not add up" in order.not_taken_reason


def test_a_piece_refunded_with_all_the_freight_is_not_ordered_as_if_it_had_not_been(
    world: World,
) -> None:
    """What the shop does with a refund that does not name the freight."""
    entity_id = paid(world)
    item = lines_of(world, entity_id)[0]["item_id"]
    world.stand_in.refund(entity_id, {"items": [{"order_item_id": item, "qty": 1}]})
    order = pulled(world, entity_id)

    pushed(world, order)

    assert world.sap_books(order) == []
    assert order.not_taken_reason.startswith("Partly refunded with freight")


def test_an_order_refunded_whole_does_not_go(world: World) -> None:
    entity_id = paid(world)
    world.stand_in.refund(entity_id, {})
    order = pulled(world, entity_id)

    pushed(world, order)

    assert world.sap_books(order) == []
    assert (order.stage, order.not_taken_reason) == (Stage.NOT_TAKEN, "Closed in the shop")


def test_an_order_of_which_only_the_freight_is_left_does_not_go(world: World) -> None:
    entity_id = paid(world)
    refund(world, entity_id, (0, 2), (1, 1))
    order = pulled(world, entity_id)

    pushed(world, order)

    assert world.sap_books(order) == []
    assert (order.stage, order.not_taken_reason) == (
        Stage.NOT_TAKEN,
        "Already complete in the shop",
    )


def test_an_order_of_which_every_piece_is_refunded_does_not_go(world: World) -> None:
    entity_id = paid(world)
    refund(world, entity_id, (0, 2), (1, 1))
    world.edit_web_order(entity_id, lambda web: web.update(state="processing"))
    order = pulled(world, entity_id)

    pushed(world, order)

    assert world.sap_books(order) == []
    assert order.not_taken_reason == "Refunded in the shop before it went to SAP"


@pytest.mark.parametrize("status", ["fraud", "paypal_reversed"])
def test_an_order_under_suspicion_does_not_go(world: World, status: str) -> None:
    entity_id = world.place_only()
    world.edit_web_order(entity_id, lambda web: web.update(state="processing", status=status))
    order = pulled(world, entity_id)

    task = pushed(world, order)

    assert task.outcome.startswith("Not taken: ")
    assert world.sap_books(order) == []


# ---- taken anyway
@pytest.mark.parametrize("state", ["canceled", "closed", "complete", "processing"])
def test_nobody_takes_what_is_shipped_whole_complete_closed_or_canceled(
    world: World, state: str
) -> None:
    entity_id = world.place_only()
    world.stand_in.ship(entity_id, {})
    world.edit_web_order(entity_id, lambda web: web.update(state=state, status=state))
    order = pulled(world, entity_id)

    clicked = take_anyway(order, a_user("Sales"), "I want it")
    world.work_off()

    assert not clicked.tasks
    assert world.sap_books(order) == []


def test_the_step_refuses_what_was_taken_before_it_was_shipped(world: World) -> None:
    PaymentMapping.objects.filter(method="checkmo").update(release="paid")
    entity_id = world.place_only()
    order = pulled(world, entity_id)
    SalesOrder.objects.update(is_taken_anyway=True)
    world.stand_in.ship(entity_id, {})

    task = pushed(world, order)

    assert task.outcome == "Not taken: Already shipped from the shop, in full."
    assert world.sap_books(order) == []


def test_of_a_partly_shipped_order_only_the_open_pieces_are_taken(world: World) -> None:
    entity_id = world.place_only()
    shipped_by_hand(world, entity_id, 0, 1)
    order = pulled(world, entity_id)
    assert order.not_taken_reason == "Already shipped from the shop, at least in part"

    take_anyway(order, a_user("Sales"), "The rest is still to go")
    world.work_off()

    order.refresh_from_db()
    assert in_sap(world, order) == {10: 1, 20: 1}
    assert order.verification == "verified"
    (number,) = world.dispatch(order)
    assert world.ship(order, number).state == "done"


def test_the_question_names_what_is_ordered_and_what_is_not(world: World) -> None:
    entity_id = world.place_only()
    shipped_by_hand(world, entity_id, 0, 1)
    order = pulled(world, entity_id)

    told = " ".join(consequences(order))

    assert "SAP gets an order of 2 pieces (1 × S-001, 1 × S-002)" in told
    assert "49.95 USD in all" in told
    assert "shipped, refunded or canceled in the shop: 1 piece (1 × S-001)" in told


def test_the_question_names_what_was_refunded_beside_the_lines(world: World) -> None:
    entity_id = paid(world)
    refund(world, entity_id, (0, 1), adjustment_positive=3)
    order = pulled(world, entity_id)

    told = " ".join(consequences(order))

    assert "credit it in SAP" in told
    assert "After its refunds the shop still has 46.95 USD to get." in told


def test_what_was_canceled_need_not_be_paid(world: World) -> None:
    """One of three pieces was invoiced and paid, the rest canceled."""
    PaymentMapping.objects.filter(method="checkmo").update(release="paid")
    entity_id = world.place_only()
    item = lines_of(world, entity_id)[0]["item_id"]
    world.stand_in.invoice(entity_id, {"items": [{"order_item_id": item, "qty": 1}]})
    assert world.stand_in.move(entity_id, "cancel")
    order = pulled(world, entity_id)

    pushed(world, order)

    assert in_sap(world, order) == {10: 1}
    assert order.verification == "verified"
