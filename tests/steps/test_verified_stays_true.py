"""Both sides agreed once; what becomes of that is seen, told to its team, and ends by itself."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from sync.jobs import work
from sync.jobs.sweep import sweep
from sync.models import SalesOrder, Step, SyncTask
from sync.sandbox.sap import sales_desk, warehouse
from sync.sandbox.sap.documents import SalesOrder as SapOrder
from sync.sandbox.sap.pricing import price_order
from tests.world import World

pytestmark = pytest.mark.slow

State, Stage = SyncTask.State, SalesOrder.Stage
Verification = SalesOrder.Verification
OTHER_PLACE = {"street": ["Elsewhere 9"], "city": "Leipzig"}


def told(order: SalesOrder) -> list[tuple[str, str, str]]:
    """Step, cause and team of each row about the order."""
    stopped = SyncTask.objects.filter(sales_order=order, state=State.NEEDS_ATTENTION)
    return [(one.step, one.cause, one.owner or "") for one in stopped.order_by("id")]


def causes(order: SalesOrder) -> list[str]:
    return [cause for _step, cause, _owner in told(order)]


def in_sap(world: World, order: SalesOrder) -> SapOrder:
    held = world.sap.store.get(SapOrder, order.sap_sales_order_number)
    assert held is not None
    return held


def changed_in_sap(
    world: World, order: SalesOrder, change: Callable[[SapOrder], object]
) -> SyncTask:
    """SAP's clerks change the order; the portal reads it and compares."""
    held = in_sap(world, order)
    change(held)
    price_order(held, world.sap.customising)
    world.sap.store.save(held)
    return heard(world, order)


def heard(world: World, order: SalesOrder) -> SyncTask:
    """Both sides are read, and what is due is compared."""
    world.run(work.pull_orders(world.shop))
    world.run(work.pull_deliveries(order))
    sweep()
    task = world.run(work.push_order(order))
    order.refresh_from_db()
    return task


def moved(web: Any) -> None:
    """The shop's staff correct the addresses."""
    assignments = web["extension_attributes"]["shipping_assignments"]
    for address in (web["billing_address"], assignments[0]["shipping"]["address"]):
        address.update(OTHER_PLACE)


def edited(world: World, order: SalesOrder, change: Callable[[Any], Any]) -> SyncTask:
    def changed(web: Any) -> None:
        change(web)
        web["updated_at"] = world.stand_in.now

    world.edit_web_order(order.entity_id, changed)
    return heard(world, order)


def paid_in_sap(world: World) -> SalesOrder:
    entity_id = world.place_only("simple")
    world.stand_in.invoice(entity_id, {})
    world.run(work.pull_orders(world.shop))
    order = SalesOrder.objects.get(entity_id=entity_id)
    world.run(work.push_order(order))
    order.refresh_from_db()
    return order


# ---- the order is gone
def test_an_order_deleted_in_sap_is_told_and_never_created_again(world: World) -> None:
    order = world.into_sap()
    held = in_sap(world, order)
    world.sap.store.delete_order(order.sap_sales_order_number)

    world.run(work.pull_deliveries(order))
    order.refresh_from_db()
    sweep()

    assert causes(order) == ["sap:order-gone"]
    assert order.verification != Verification.VERIFIED
    (row,) = SyncTask.objects.filter(state=State.NEEDS_ATTENTION)
    assert world.retry(row).state == State.NEEDS_ATTENTION
    assert world.sap_books(order) == []

    world.sap.store.save(held)
    heard(world, order)

    assert told(order) == []
    assert order.verification == Verification.VERIFIED
    assert order.sap_missing_since is None


def test_one_answer_without_the_order_is_not_believed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.into_sap()
    sap = type(world.remotes.sap())
    real, answers = sap.get_sales_orders, iter([True])

    def once_without(self: Any, numbers: Any, **more: Any) -> Any:
        return real(self, [] if next(answers, False) else numbers, **more)

    monkeypatch.setattr(sap, "get_sales_orders", once_without)
    world.run(work.pull_deliveries())

    order.refresh_from_db()
    assert (order.sap_missing_since, told(order)) == (None, [])


def test_a_complete_order_that_sap_archives_is_no_alarm(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.ship(order, number)
    world.invoice(order, world.bill(number))
    order.refresh_from_db()
    assert order.stage == Stage.COMPLETE
    world.sap.store.delete_order(order.sap_sales_order_number)

    heard(world, order)

    assert (order.stage, told(order)) == (Stage.COMPLETE, [])


# ---- SAP's order changes
def more_pieces(held: SapOrder) -> None:
    held.items[0].quantity += 1


def less_pieces(held: SapOrder) -> None:
    held.items[0].quantity -= 1


def another_material(held: SapOrder) -> None:
    held.items[0].material = held.items[1].material


def another_price(held: SapOrder) -> None:
    held.conditions[0].value += Decimal(5)


def line_deleted(held: SapOrder) -> None:
    held.items.pop()


@pytest.mark.parametrize(
    "change", [more_pieces, less_pieces, another_material, another_price, line_deleted]
)
def test_what_sap_changes_is_told_to_sales_and_ends_when_it_is_put_right(
    world: World, change: Callable[[SapOrder], object]
) -> None:
    order = world.into_sap()
    right = in_sap(world, order)

    task = changed_in_sap(world, order, change)

    assert order.verification == Verification.DIFFERS
    assert (task.state, task.cause, task.owner) == (State.NEEDS_ATTENTION, "order:changed", "")
    heard(world, order)
    assert causes(order) == ["order:changed"]
    assert world.retry(task).state == State.NEEDS_ATTENTION
    assert len(world.sap_books(order)) == 1

    world.sap.store.save(right)
    world.run(work.pull_deliveries(order))
    sweep()
    world.work_off()
    order.refresh_from_db()

    assert told(order) == []
    assert order.verification == Verification.VERIFIED


def test_a_difference_marked_done_is_told_again_only_when_it_changes(world: World) -> None:
    from sync.jobs.marked_done import mark_done
    from tests.builders import a_user

    order = world.into_sap()
    task = changed_in_sap(world, order, more_pieces)
    assert mark_done(task, a_user("Sales"), "agreed by telephone")
    heard(world, order)
    assert told(order) == []

    changed_in_sap(world, order, another_price)

    assert causes(order) == ["order:changed"]


def test_what_sap_only_does_with_the_order_is_no_change(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.ship(order, number)
    world.invoice(order, world.bill(number))
    order.refresh_from_db()

    assert (order.comparison_due_at, order.verification) == (None, Verification.VERIFIED)


def test_an_unchanged_order_costs_no_call_more(world: World) -> None:
    order = world.into_sap()
    world.run(work.pull_deliveries())
    calls: list[str] = []
    world.line.on_call = calls.append

    world.run(work.pull_deliveries())

    assert calls == ["BAPISDORDER_GETDETAILEDLIST", "BAPI_DELIVERY_GETLIST"]
    order.refresh_from_db()
    assert order.comparison_due_at is None


# ---- the shop's order changes
def test_an_address_changed_in_the_shop_is_told_to_logistics_before_the_goods_leave(
    world: World,
) -> None:
    order = world.into_sap()

    task = edited(world, order, moved)

    assert (task.cause, task.owner) == ("order:address-changed", "")
    assert "street" in task.error_message
    assert "Elsewhere" not in task.error_message
    assert order.verification == Verification.DIFFERS
    assert {"shop": "Elsewhere 9"}.items() <= next(
        one for one in order.differences if one["field"].endswith("street")
    ).items()


def test_an_address_changed_after_the_goods_left_is_told_to_sales(world: World) -> None:
    order = world.into_sap()
    world.dispatch(order)
    world.run(work.pull_deliveries(order))

    edited(world, order, moved)

    assert causes(order) == ["order:changed"]


def test_an_address_put_right_in_sap_ends_by_itself(world: World) -> None:
    order = world.into_sap()
    edited(world, order, moved)
    held = in_sap(world, order)
    for partner in held.partners:
        if partner.address:
            partner.address.street, partner.address.city = "Elsewhere 9", "Leipzig"
    world.sap.store.save(held)

    world.run(work.pull_deliveries(order))
    sweep()
    world.work_off()

    order.refresh_from_db()
    assert (told(order), order.verification) == ([], Verification.VERIFIED)


def test_a_refund_of_what_sap_has_billed_is_told_to_finance(world: World) -> None:
    order = paid_in_sap(world)
    (number,) = world.dispatch(order)
    world.ship(order, number)
    world.invoice(order, world.bill(number))
    item = world.stand_in.get("order", order.entity_id)["items"][0]["item_id"]
    world.stand_in.refund(order.entity_id, {"items": [{"order_item_id": item, "qty": 1}]})

    task = heard(world, order)

    assert task.cause == "order:refunded-after-billing"
    assert world.retry(task).cause == "order:refunded-after-billing"
    assert told(order) == [(Step.PUSH_ORDER, "order:refunded-after-billing", "")]


def test_a_refund_before_anything_was_billed_has_one_row_of_its_own(world: World) -> None:
    order = paid_in_sap(world)
    item = world.stand_in.get("order", order.entity_id)["items"][0]["item_id"]
    world.stand_in.refund(
        order.entity_id,
        {"items": [{"order_item_id": item, "qty": 1}], "arguments": {"shipping_amount": 0}},
    )

    task = heard(world, order)

    assert (task.state, told(order)) == (State.DONE, [])
    assert "take it off there" in order.not_taken_reason
    assert order.verification == Verification.VERIFIED


# ---- open quantities nobody moves
def rejected(world: World, order: SalesOrder, at: int = 1) -> None:
    held = in_sap(world, order)
    sales_desk.reject_line(world.sap, order.sap_sales_order_number, held.items[at].item_number)


def test_a_line_rejected_in_sap_is_told_and_the_rest_completes(world: World) -> None:
    order = world.into_sap()
    rejected(world, order)
    (number,) = world.dispatch(order)
    world.ship(order, number)
    assert world.invoice(order, world.bill(number)).state == State.DONE
    heard(world, order)

    assert order.stage == Stage.ONE_SIDED
    assert "rejected in SAP, but" in order.not_taken_reason
    assert (told(order), order.verification) == ([], Verification.VERIFIED)
    books = world.shop_books(order)
    assert (len(books["shipments"]), len(books["invoices"])) == (1, 1)

    world.cancel(order)
    heard(world, order)

    assert (order.stage, order.not_taken_reason) == (Stage.COMPLETE, "")


def test_a_line_both_sides_have_given_up_is_no_difference(world: World) -> None:
    order = paid_in_sap(world)
    items = world.stand_in.get("order", order.entity_id)["items"]
    whole = {"order_item_id": items[1]["item_id"], "qty": items[1]["qty_ordered"]}
    world.stand_in.refund(order.entity_id, {"items": [whole], "arguments": {"shipping_amount": 0}})
    rejected(world, order)

    heard(world, order)

    assert (order.not_taken_reason, told(order)) == ("", [])
    assert order.verification == Verification.VERIFIED


def test_an_order_put_on_hold_after_sap_took_it_is_told_and_goes_on_when_released(
    world: World,
) -> None:
    order = world.into_sap()
    world.stand_in.move(order.entity_id, "hold")
    heard(world, order)
    assert order.stage == Stage.ONE_SIDED
    assert "On hold in the shop, but SAP order" in order.not_taken_reason

    (number,) = world.dispatch(order)
    task = world.ship(order, number)
    order.refresh_from_db()
    assert (task.state, task.cause) == (State.NEEDS_ATTENTION, "magento:on-hold")
    assert order.not_taken_reason == ""
    sweep()
    assert causes(order) == ["magento:on-hold"]

    world.stand_in.move(order.entity_id, "unhold")
    world.run(work.pull_orders(world.shop))
    sweep()
    world.work_off()
    world.invoice(order, world.bill(number))
    order.refresh_from_db()

    assert (order.stage, told(order)) == (Stage.COMPLETE, [])
    assert len(world.shop_books(order)["shipments"]) == 1


# ---- what stopped goes on
def test_a_goods_issue_taken_back_and_posted_again_goes_on(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.ship(order, number)
    warehouse.reverse_goods_issue(world.sap, number)
    assert world.ship(order, number).cause == "sap:goods-issue-reversed"
    sweep()
    assert causes(order) == ["sap:goods-issue-reversed"]

    world.goods_issue(number, ["1Z1"])
    world.run(work.pull_deliveries(order))
    sweep()
    world.work_off()

    assert told(order) == []
    assert len(world.shop_books(order)["shipments"]) == 1


def test_a_shipment_that_stopped_goes_on_when_its_delivery_is_corrected(world: World) -> None:
    order = world.into_sap()
    item = world.stand_in.get("order", order.entity_id)["items"][0]["item_id"]
    world.stand_in.ship(order.entity_id, {"items": [{"order_item_id": item, "qty": 1}]})
    (number,) = world.dispatch(order)
    task = world.ship(order, number)
    assert task.state == State.NEEDS_ATTENTION
    warehouse.reverse_goods_issue(world.sap, number)
    world.run(work.pull_deliveries(order))
    sweep()
    world.work_off()

    assert told(order) == []


def test_a_cancelled_bill_and_a_hold_end_in_one_invoice(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.ship(order, number)
    world.stand_in.move(order.entity_id, "hold")
    task = world.invoice(order, world.bill(number))
    assert task.cause == "magento:on-hold"
    world.stand_in.move(order.entity_id, "unhold")
    world.run(work.pull_orders(world.shop))
    sweep()
    world.work_off()

    assert len(world.shop_books(order)["invoices"]) == 1
