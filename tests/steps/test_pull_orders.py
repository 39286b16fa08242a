"""Web orders come into the mirror: complete, once, and none for ever unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from sync.jobs import work
from sync.jobs.clicks import take_anyway
from sync.mirrors.shop import store_orders
from sync.models import PaymentMapping, PullWatermark, SalesOrder, SyncTask
from tests.builders import a_user
from tests.world import World

Change = Callable[[dict[str, Any]], Any]


def test_an_order_is_stored_with_its_lines_and_amounts(world: World) -> None:
    order = world.place("coupon")

    assert (order.stage, order.currency) == (SalesOrder.Stage.TO_SYNC, "USD")
    assert order.grand_total == Decimal("87.42")
    assert [(line.sku, line.qty_ordered) for line in order.lines.all()] == [
        ("S-TAX", Decimal(3)),
        ("S-001", Decimal(1)),
    ]


def test_pulling_again_changes_nothing(world: World) -> None:
    order = world.place()

    task = world.run(work.pull_orders(world.shop))

    assert task.state == SyncTask.State.DONE
    assert SalesOrder.objects.get().pk == order.pk
    assert order.lines.count() == 2


def test_p0_04_an_order_that_commits_late_is_taken_at_the_next_poll(world: World) -> None:
    world.clock[0] = timedelta(seconds=200)
    world.place()
    world.clock[0] = timedelta(seconds=0)
    late = world.place_only()

    world.run(work.pull_orders(world.shop))

    assert SalesOrder.objects.filter(entity_id=late).exists()
    assert SalesOrder.objects.count() == 2


def test_p0_04_the_watermark_never_goes_back(world: World) -> None:
    world.clock[0] = timedelta(seconds=200)
    newest = world.place()
    before = PullWatermark.objects.get().updated_at
    with world.stand_in.store.writing() as books:
        books.delete("order", newest.entity_id)
    world.clock[0] = timedelta(seconds=0)

    world.place()

    assert PullWatermark.objects.get().updated_at == before


@pytest.mark.parametrize("shape", ["simple", "eur", "purchase-order"])
def test_p0_05_orders_of_every_store_appear(world: World, shape: str) -> None:
    order = world.place(shape)

    assert order.stage == SalesOrder.Stage.TO_SYNC


def is_held(order: dict[str, Any]) -> None:
    order.update(state="holded", status="holded")


def waits_for_payment(order: dict[str, Any]) -> None:
    order.update(state="pending_payment", status="pending_payment")


def is_under_review(order: dict[str, Any]) -> None:
    order.update(state="payment_review", status="fraud")


def is_canceled(order: dict[str, Any]) -> None:
    order.update(state="canceled", status="canceled")


def is_shipped_in_part(order: dict[str, Any]) -> None:
    order["items"][0]["qty_shipped"] = 1


def is_invoiced_in_part(order: dict[str, Any]) -> None:
    order["items"][0]["qty_invoiced"] = 1


def is_only_received(order: dict[str, Any]) -> None:
    order.update(status="received")


def is_rejected(order: dict[str, Any]) -> None:
    order.update(state="rejected", status="rejected")


def is_in_a_state_nobody_knows(order: dict[str, Any]) -> None:
    order.update(state="parked", status="parked")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (is_only_received, "Received by the shop, but not placed yet"),
        (is_rejected, "Rejected by the shop"),
        (is_in_a_state_nobody_knows, "In a state the portal does not know: parked"),
        (is_held, "On hold in the shop"),
        (waits_for_payment, "Waiting for payment in the shop"),
        (is_under_review, "Payment under review in the shop"),
        (is_shipped_in_part, "Already shipped from the shop, at least in part"),
        (is_invoiced_in_part, "Already invoiced in the shop, in part"),
    ],
)
def test_p0_06_an_order_that_is_not_taken_says_why(
    world: World, change: Change, reason: str
) -> None:
    entity_id = world.place_only()
    world.edit_web_order(entity_id, change)

    world.run(work.pull_orders(world.shop))

    order = SalesOrder.objects.get()
    assert (order.stage, order.not_taken_reason) == (SalesOrder.Stage.NOT_TAKEN, reason)


def test_p0_06_an_order_from_before_the_portal_says_so(world: World) -> None:
    world.shop.orders_from = timezone.now() + timedelta(seconds=60)
    world.shop.save()

    order = world.place()

    assert order.not_taken_reason == "Placed before the portal took over"


@pytest.mark.parametrize(
    ("release", "reason"),
    [("paid", "Not paid yet"), ("never", "Orders paid by Check / Money order are not taken")],
)
def test_p0_06_a_payment_method_decides_when(world: World, release: str, reason: str) -> None:
    PaymentMapping.objects.filter(method="checkmo").update(release=release)

    order = world.place()

    assert (order.stage, order.not_taken_reason) == (SalesOrder.Stage.NOT_TAKEN, reason)


def test_p0_06_an_order_not_taken_is_not_brought_into_sap(world: World) -> None:
    PaymentMapping.objects.filter(method="checkmo").update(release="paid")
    order = world.place()

    task = world.run(work.push_order(order))

    assert task.outcome == "Not taken: Not paid yet."
    assert world.sap_books(order) == []


def test_p0_06_a_person_takes_an_order_anyway(world: World) -> None:
    PaymentMapping.objects.filter(method="checkmo").update(release="paid")
    order = world.place()

    take_anyway(order, a_user("Sales"))
    world.work_off()

    assert len(world.sap_books(order)) == 1


def test_p0_06_the_reason_is_gone_when_its_cause_is(world: World) -> None:
    entity_id = world.place_only()
    world.edit_web_order(entity_id, is_held)
    world.run(work.pull_orders(world.shop))
    world.edit_web_order(entity_id, lambda order: order.update(state="new", status="pending"))

    world.run(work.pull_orders(world.shop))

    order = SalesOrder.objects.get()
    assert (order.stage, order.not_taken_reason) == (SalesOrder.Stage.TO_SYNC, "")


def test_p0_06_a_canceled_order_is_canceled_even_when_taken_anyway(world: World) -> None:
    entity_id = world.place_only()
    world.edit_web_order(entity_id, is_canceled)
    world.run(work.pull_orders(world.shop))
    order = SalesOrder.objects.get()

    take_anyway(order, a_user("Sales"))
    world.work_off()

    order.refresh_from_db()
    assert order.stage == SalesOrder.Stage.CANCELED
    assert world.sap_books(order) == []


def is_malformed(order: dict[str, Any]) -> None:
    order["grand_total"] = "a lot"


def is_repaired(order: dict[str, Any]) -> None:
    order["grand_total"] = 59.95


def test_p0_08_a_malformed_record_is_one_readable_task_and_the_rest_is_stored(
    world: World,
) -> None:
    bad, good = world.place_only(), [world.place_only() for _ in range(3)]
    world.edit_web_order(bad, is_malformed)

    pull = world.run(work.pull_orders(world.shop))

    assert pull.outcome == "3 orders read, 1 unreadable."
    assert sorted(SalesOrder.objects.values_list("entity_id", flat=True)) == good
    stopped = SyncTask.objects.get(state=SyncTask.State.NEEDS_ATTENTION)
    assert stopped.error_class == "UnexpectedRecord"
    assert stopped.error_message.startswith("Web order 000000001 cannot be read: ")
    assert "grand_total" in stopped.error_message


def test_p0_08_a_malformed_record_seen_again_stays_one_task(world: World) -> None:
    world.edit_web_order(world.place_only(), is_malformed)

    for _ in range(3):
        world.run(work.pull_orders(world.shop))

    assert SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION).count() == 1


def test_p1_26_a_malformed_record_closes_its_task_when_it_can_be_read(world: World) -> None:
    bad = world.place_only()
    world.edit_web_order(bad, is_malformed)
    world.run(work.pull_orders(world.shop))
    world.edit_web_order(bad, is_repaired)

    world.run(work.pull_orders(world.shop))

    assert not SyncTask.objects.unfinished().exists()
    assert SalesOrder.objects.get().entity_id == bad


def test_a_person_retries_a_malformed_record_by_itself(world: World) -> None:
    bad = world.place_only()
    world.edit_web_order(bad, is_malformed)
    world.run(work.pull_orders(world.shop))
    world.edit_web_order(bad, is_repaired)
    stopped = SyncTask.objects.get(state=SyncTask.State.NEEDS_ATTENTION)
    SyncTask.objects.filter(pk=stopped.pk).update(state=SyncTask.State.WAITING)

    task = world.run_task(stopped)

    assert task.outcome == "Read again and stored."
    assert SalesOrder.objects.get().entity_id == bad


@pytest.mark.parametrize(
    "values",
    [{"grand_total": 1e20}, {"customer_id": 2**70}, {"discount_amount": 1e30}],
    ids=str,
)
def test_p0_08_a_value_the_mirror_cannot_hold_stops_that_order_only(
    world: World, values: dict[str, Any]
) -> None:
    good = [world.place_only(), world.place_only()]
    bad = world.place_only()
    world.edit_web_order(bad, lambda order: order.update(values))

    task = world.run(work.pull_orders(world.shop))

    assert (task.state, task.outcome) == (SyncTask.State.DONE, "2 orders read, 1 unreadable.")
    assert sorted(SalesOrder.objects.values_list("entity_id", flat=True)) == good
    stopped = SyncTask.objects.get(state=SyncTask.State.NEEDS_ATTENTION)
    assert stopped.error_class == "UnexpectedRecord"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the trigger is written for SQLite")
def test_p0_08_an_order_the_database_refuses_stops_that_order_only(world: World) -> None:
    with connection.cursor() as cursor:  # goes back with the test's transaction
        cursor.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON sync_salesorder "
            "WHEN NEW.customer_email = 'refused@example.test' "
            "BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    good = [world.place_only(), world.place_only()]
    world.place_only(email="refused@example.test")

    task = world.run(work.pull_orders(world.shop))

    assert (task.state, task.outcome) == (SyncTask.State.DONE, "2 orders read, 1 unreadable.")
    assert sorted(SalesOrder.objects.values_list("entity_id", flat=True)) == good
    assert "cannot store" in SyncTask.objects.get(state="needs_attention").error_message


@pytest.mark.parametrize("fault", ["drop_before", "server_error", "drop_after_write"])
def test_a_pull_without_an_answer_is_tried_again_later(world: World, fault: str) -> None:
    world.place_only()
    world.shop_fails(fault, "orders")

    task = world.run(work.pull_orders(world.shop))

    assert (task.state, task.error_class) == (SyncTask.State.WAITING, "RemoteUnavailable")
    assert task.not_before > timezone.now()
    assert world.run_task(task).outcome == "1 order read."


def test_a_pull_interrupted_between_two_pages_is_finished_by_the_next(world: World) -> None:
    placed = [world.place_only() for _ in range(103)]
    world.shop_fails("server_error", "orders", times=1)
    task = world.run(work.pull_orders(world.shop))

    task = world.run_task(task)

    assert task.outcome == "103 orders read."
    assert SalesOrder.objects.count() == len(placed)


def test_wrong_keys_of_a_shop_are_an_administrators_task(world: World) -> None:
    world.keys = type(world.keys)(access_token="x" * 32)
    world.place_only()

    task = world.run(work.pull_orders(world.shop))

    assert task.state == SyncTask.State.NEEDS_ATTENTION
    assert task.error_class == "RemoteMisconfigured"
    assert "x" * 32 not in task.error_message


def test_what_was_read_later_is_not_overwritten_by_what_was_read_earlier(world: World) -> None:
    order = world.place()
    earlier = world.remotes.magento(world.shop).get_order(order.entity_id)
    later = replace(earlier, updated_at=earlier.updated_at + timedelta(seconds=1), status="later")
    store_orders(world.shop, [later])

    keys = store_orders(world.shop, [earlier])

    order.refresh_from_db()
    assert keys == [order.pk]
    assert order.status == "later"
