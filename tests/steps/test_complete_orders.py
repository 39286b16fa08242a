"""Complete means what SAP means and what the shop's quantities say: not too early, not never."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sync.jobs import work
from sync.mirrors import progress
from sync.mirrors.followed import followed_orders, open_orders
from sync.mirrors.order_documents import Documents, documents_of
from sync.mirrors.progress import left_open, refresh_stages
from sync.models import BillingDocument, OutboundDelivery, SalesOrder, SapSalesOrderLine
from sync.reading import Read
from sync.sandbox.sap import billing, warehouse
from sync.sandbox.sap.documents import SalesOrder as SapOrder
from sync.sap.client import SapClient
from sync.sap.records import SapDelivery
from tests.world import World

pytestmark = pytest.mark.slow

Stage = SalesOrder.Stage


def stage_of(order: SalesOrder) -> Stage:
    """The stage, with every column read afresh."""
    order.refresh_from_db()
    return Stage(order.stage)


def shipped(world: World, shape: str = "simple") -> tuple[SalesOrder, str]:
    """An order whose one delivery has left and is shipped; with the delivery's number."""
    order = world.into_sap(shape)
    (number,) = world.dispatch(order)
    world.ship(order, number)
    return order, number


def change_in_sap(world: World, order: SalesOrder, item: int, **values: object) -> None:
    """Somebody changes a line of the SAP order."""
    held = world.sap.store.get(SapOrder, order.sap_sales_order_number)
    assert held is not None
    changed = [replace(one, **values) if one.item_number == item else one for one in held.items]  # type: ignore[arg-type]
    held.items[:] = changed
    world.sap.store.save(held)


# ---- billed by the delivery, by the order, by both
def test_an_order_billed_by_its_delivery_is_complete_while_its_own_billing_status_stays_blank(
    world: World,
) -> None:
    order, delivery = shipped(world)
    assert stage_of(order) == Stage.SHIPPED

    world.invoice(order, world.bill(delivery))

    assert stage_of(order) == Stage.COMPLETE
    assert (order.sap_billing_status, order.sap_delivery_status) == ("", "C")
    assert set(order.sap_lines.values_list("billed_from", flat=True)) == {"delivery"}


def test_a_complete_order_is_asked_about_no_longer_once_it_was_followed(world: World) -> None:
    order, delivery = shipped(world)
    assert open_orders(0, 9) == [order]

    world.invoice(order, world.bill(delivery))
    assert followed_orders(9) == [order]
    SalesOrder.objects.update(deliveries_due_at=None)

    assert open_orders(0, 9) == followed_orders(9) == []


def test_an_order_without_goods_is_complete_by_its_own_billing_status(world: World) -> None:
    order = world.into_sap("virtual")
    assert stage_of(order) == Stage.IN_SAP
    assert "billed without a delivery" in str(left_open(order))

    world.invoice(order, world.bill(orders=[order]))

    assert stage_of(order) == Stage.COMPLETE
    assert (order.sap_billing_status, order.sap_delivery_status) == ("C", "")


@pytest.mark.parametrize("first", ["goods", "download"])
def test_goods_and_downloads_of_one_order_are_both_billed_before_it_is_complete(
    world: World, first: str
) -> None:
    order, delivery = shipped(world, "mixed")

    for what in (first, "download" if first == "goods" else "goods"):
        assert stage_of(order) == Stage.SHIPPED
        goods, services = ([delivery], []) if what == "goods" else ([], [order])
        world.invoice(order, world.bill(*goods, orders=services))

    assert stage_of(order) == Stage.COMPLETE


def test_a_delivery_billed_in_two_parts_is_billed_with_the_second(world: World) -> None:
    order, delivery = shipped(world)

    world.invoice(order, world.bill(delivery, quantities={10: 1}))
    assert stage_of(order) == Stage.SHIPPED
    assert "not billed all of delivery" in str(left_open(order))
    world.invoice(order, world.bill(delivery))

    assert stage_of(order) == Stage.COMPLETE


def test_lines_nobody_bills_do_not_keep_an_order_open(world: World) -> None:
    """The parts of a set: delivered, without a price, not relevant for billing."""
    free = {**world.sap.customising.item_categories["TANN"], "billed": "none"}
    world.sap.customising.item_categories["TANN"] = free
    order, delivery = shipped(world, "bundle-fixed")

    world.invoice(order, world.bill(delivery))

    assert stage_of(order) == Stage.COMPLETE
    sources = order.sap_lines.values_list("billed_from", flat=True)
    assert set(sources) == {"delivery", "nothing"}


# ---- not too early
def test_a_delivery_that_says_billed_is_not_believed_before_its_billing_document_is_known(
    world: World,
) -> None:
    """The shop has invoiced by itself, so that nothing else keeps the order open."""
    order, delivery = shipped(world)
    world.stand_in.invoice(order.entity_id, {})
    world.run(work.pull_orders(world.shop))
    world.bill(delivery)

    world.run(work.pull_deliveries(order))
    assert (stage_of(order), order.state) == (Stage.SHIPPED, "complete")
    assert "do not add up" in str(left_open(order))
    world.run(work.pull_billing(order))

    assert stage_of(order) == Stage.COMPLETE


def test_what_is_billed_in_sap_and_not_in_the_shop_is_not_complete(world: World) -> None:
    order, delivery = shipped(world)
    world.bill(delivery)

    world.run(work.pull_billing(order))

    assert stage_of(order) == Stage.SHIPPED
    assert str(left_open(order)) == "The shop has not invoiced all of S-001 yet."


def test_an_order_whose_billing_document_is_cancelled_waits_for_the_next_one(world: World) -> None:
    order, delivery = shipped(world)
    number = world.bill(delivery)
    world.invoice(order, number)
    billing.cancel(world.sap, number)

    world.run(work.pull_billing())
    assert stage_of(order) == Stage.SHIPPED
    world.bill(delivery)
    world.run(work.pull_billing())

    assert stage_of(order) == Stage.COMPLETE  # whether the shop's papers agree, a person is told


@pytest.mark.parametrize("changed", [{"is_cancelled": True}, {"category": "U"}])
def test_a_cancelled_document_or_a_pro_forma_bills_nothing(
    world: World, changed: dict[str, object]
) -> None:
    order, delivery = shipped(world)
    world.invoice(order, world.bill(delivery))
    BillingDocument.objects.update(**changed)  # the delivery's own status is not read again yet

    refresh_stages([order.pk])

    assert stage_of(order) == Stage.SHIPPED


def test_goods_that_came_back_are_not_shipped(world: World) -> None:
    order, delivery = shipped(world)
    assert stage_of(order) == Stage.SHIPPED

    warehouse.reverse_goods_issue(world.sap, delivery)
    world.run(work.pull_deliveries(order))

    assert stage_of(order) == Stage.PICKING
    assert f"Goods issue of delivery {delivery} is not posted" in str(left_open(order))


def test_half_an_order_delivered_and_billed_is_not_complete(world: World) -> None:
    order = world.into_sap()
    (delivery,) = world.deliver(order, quantities={10: 1})
    world.goods_issue(delivery, ["1Z1"])
    world.ship(order, delivery)

    world.invoice(order, world.bill(delivery))

    assert stage_of(order) == Stage.DISPATCHED
    assert str(left_open(order)) == "SAP has not delivered everything yet."


@pytest.mark.parametrize("status", ["", "C"])
def test_what_the_shop_finished_by_hand_is_not_complete_while_no_delivery_is_known(
    world: World, status: str
) -> None:
    """A release that fills no status, or a delivery that could not be read."""
    order = world.into_sap()
    world.stand_in.invoice(order.entity_id, {})
    world.stand_in.ship(order.entity_id, {})
    world.run(work.pull_orders(world.shop))
    SalesOrder.objects.update(sap_delivery_status=status)

    refresh_stages([order.pk])

    assert (stage_of(order), order.state) == (Stage.IN_SAP, "complete")
    assert str(left_open(order)) == "SAP has not delivered everything yet."


def test_an_order_of_which_sap_fills_no_status_is_complete_by_its_quantities(world: World) -> None:
    order, delivery = shipped(world)
    world.invoice(order, world.bill(delivery))
    SalesOrder.objects.update(sap_delivery_status="", stage=Stage.SHIPPED)
    OutboundDelivery.objects.update(billing_status="", goods_movement_status="")

    refresh_stages([order.pk])

    assert stage_of(order) == Stage.COMPLETE


# ---- not never
def test_a_partly_refunded_order_is_complete_although_the_shop_says_processing(
    world: World,
) -> None:
    """Magento 2.4.8 waits for the refunded piece to be "shipped" too (README "Versions" 10)."""
    order = world.into_sap("bank-transfer")
    line = order.lines.filter(qty_ordered__gt=1).first()
    assert line is not None
    assert line.sap_item_number is not None
    world.stand_in.invoice(order.entity_id, {})
    world.stand_in.refund(order.entity_id, {"items": [{"order_item_id": line.item_id, "qty": 1}]})
    change_in_sap(world, order, line.sap_item_number, quantity=line.qty_ordered - 1)
    (delivery,) = world.dispatch(order)
    world.ship(order, delivery)
    world.edit_web_order(order.entity_id, lambda held: held.update(state="processing"))
    world.run(work.pull_orders(world.shop))
    assert stage_of(order) == Stage.SHIPPED

    world.bill(delivery)
    world.run(work.pull_billing(order))

    assert (stage_of(order), order.state) == (Stage.COMPLETE, "processing")


def test_refunded_pieces_that_sap_delivered_all_the_same_are_still_to_ship(world: World) -> None:
    order = world.into_sap("bank-transfer")
    line = order.lines.filter(qty_ordered__gt=1).first()
    assert line is not None
    item = {"order_item_id": line.item_id, "qty": int(line.qty_ordered) - 1}
    world.stand_in.invoice(order.entity_id, {})
    world.stand_in.ship(order.entity_id, {"items": [{**item, "qty": 1}]})
    world.stand_in.refund(order.entity_id, {"items": [item]})
    (delivery,) = world.dispatch(order)

    world.ship(order, delivery)
    world.run(work.pull_orders(world.shop))

    assert stage_of(order) == Stage.DISPATCHED
    assert "The shop has not shipped all of" in str(left_open(order))


def test_a_line_rejected_in_sap_is_done_with_when_the_shop_has_canceled_it(world: World) -> None:
    order = world.into_sap()
    change_in_sap(world, order, 20, rejection_reason="50")
    (delivery,) = world.dispatch(order)
    world.ship(order, delivery)
    world.invoice(order, world.bill(delivery))
    assert stage_of(order) == Stage.ONE_SIDED
    assert "S-002 was rejected in SAP, but is open in the shop" in order.not_taken_reason

    world.stand_in.move(order.entity_id, "cancel")
    world.run(work.pull_orders(world.shop))

    assert stage_of(order) == Stage.COMPLETE


def test_less_delivered_than_ordered_is_billed_as_delivered(world: World) -> None:
    """SAP closes a line by its tolerance; the shop cancels the rest."""
    order = world.into_sap()
    (delivery,) = world.deliver(order, quantities={10: 1, 20: 1})
    world.goods_issue(delivery, ["1Z1"])
    world.ship(order, delivery)
    world.invoice(order, world.bill(delivery))
    world.stand_in.move(order.entity_id, "cancel")
    world.run(work.pull_orders(world.shop))
    SalesOrder.objects.update(sap_delivery_status="C")

    refresh_stages([order.pk])

    assert stage_of(order) == Stage.COMPLETE


def test_a_delivery_deleted_in_sap_does_not_keep_its_order_open(world: World) -> None:
    order, other = world.into_sap(), world.into_sap()
    (deleted,), (kept,) = world.deliver(order), world.deliver(other)
    world.run(work.pull_deliveries())
    assert stage_of(order) == Stage.PICKING

    warehouse.delete_delivery(world.sap, deleted)
    world.run(work.pull_deliveries())
    assert (stage_of(order), stage_of(other)) == (Stage.IN_SAP, Stage.PICKING)
    assert list(OutboundDelivery.objects.values_list("delivery_number", flat=True)) == [kept]
    (delivery,) = world.dispatch(order)
    world.ship(order, delivery)
    world.invoice(order, world.bill(delivery))

    assert stage_of(order) == Stage.COMPLETE


def test_a_delivery_that_sap_only_does_not_list_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one the answer of which could not be taken apart: it is asked for by its number."""
    order = world.into_sap()
    world.deliver(order)
    world.run(work.pull_deliveries())
    search = SapClient.search_deliveries

    def by_number_only(client: SapClient, **wanted: Any) -> Read[SapDelivery]:
        return search(client, **{**wanted, "sap_sales_order_numbers": ()})

    monkeypatch.setattr(SapClient, "search_deliveries", by_number_only)
    world.run(work.pull_deliveries())

    assert stage_of(order) == Stage.PICKING
    assert OutboundDelivery.objects.get().lines.count() == 2


def test_a_bundle_delivered_part_by_part_is_complete_although_one_delivery_has_no_shipment(
    world: World,
) -> None:
    order = world.into_sap("bundle-fixed")
    parent, *parts = order.lines.exclude(sap_item_number=None).order_by("position")
    for some in ([parent, parts[0]], parts[1:]):
        wanted = {one.sap_item_number or 0: int(one.qty_ordered) for one in some}
        (delivery,) = world.deliver(order, quantities=wanted)
        world.goods_issue(delivery, [f"1Z{delivery}"])
        world.ship(order, delivery)
        world.invoice(order, world.bill(delivery))

    assert stage_of(order) == Stage.COMPLETE
    assert order.shipments.exclude(delivery=None).count() == 1


# ---- what is kept of SAP's lines
def test_lines_sap_changed_or_added_are_kept_as_they_are_now(world: World) -> None:
    order = world.into_sap()
    assert order.sap_lines.count() == 2
    change_in_sap(world, order, 10, quantity=Decimal(1))
    change_in_sap(world, order, 20, rejection_reason="50")

    world.run(work.pull_deliveries())

    kept = SapSalesOrderLine.objects.values_list(
        "sap_item_number", "ordered_quantity", "is_rejected"
    )
    assert list(kept) == [
        (10, Decimal(1), False),
        (20, order.lines.get(sku="S-002").qty_ordered, True),
    ]


def test_an_order_read_before_its_lines_were_kept_is_read_with_them_next(world: World) -> None:
    order = world.into_sap()
    order.sap_lines.all().delete()

    world.run(work.pull_billing())

    assert order.sap_lines.count() == 2


def test_an_order_that_is_complete_or_not_in_sap_has_nothing_open(world: World) -> None:
    waiting = world.place()
    order, delivery = shipped(world)
    world.invoice(order, world.bill(delivery))
    order.refresh_from_db()

    assert (str(left_open(waiting)), str(left_open(order))) == ("", "")


# ---- two who work out a stage at once
def test_a_stage_worked_out_from_older_documents_does_not_replace_a_newer_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL one may read the documents just before the other stores the goods issue."""
    order = world.into_sap()
    (delivery,) = world.deliver(order)
    world.run(work.pull_deliveries(order))
    slow = SalesOrder.objects.select_related("shop").get(pk=order.pk)
    SalesOrder.objects.filter(pk=order.pk).update(stage=Stage.IN_SAP)
    slow.stage = Stage.IN_SAP
    older = documents_of([slow])  # nothing has left: it will say "In the warehouse"
    world.goods_issue(delivery, ("1Z1",))
    world.run(work.pull_deliveries(order))
    order.refresh_from_db()
    assert order.stage == Stage.DISPATCHED

    answers = [older]
    monkeypatch.setattr(
        progress, "documents_of", lambda *given: answers.pop() if answers else documents_of(*given)
    )
    progress.stage_orders([slow])

    order.refresh_from_db()
    assert (order.stage, slow.stage) == (Stage.DISPATCHED, Stage.DISPATCHED)


def test_a_stage_stored_with_other_columns_gives_way_to_a_newer_one(world: World) -> None:
    order = world.into_sap()
    world.dispatch(order)
    slow = SalesOrder.objects.select_related("shop").get(pk=order.pk)
    world.run(work.pull_deliveries(order))

    progress.store_stage(slow, Documents(deliveries={1}), text_cuts=[{"field": "note"}])

    order.refresh_from_db()
    assert (order.stage, slow.stage) == (Stage.DISPATCHED, Stage.DISPATCHED)
    assert order.text_cuts == [{"field": "note"}]
