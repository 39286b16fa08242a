"""Fetches of everything come in short slices, cost few calls, and leave no trace where nothing is
new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sync.causes.sap import SapCause
from sync.errors import RemoteRejected, UnexpectedRecord
from sync.jobs import work
from sync.jobs.ask import ask
from sync.jobs.run import run_one
from sync.mirrors.followed import open_orders
from sync.mirrors.sap import store_billing_document
from sync.models import (
    BillingDocument,
    FetchHealth,
    OutboundDelivery,
    PullWatermark,
    RemoteCall,
    SalesOrder,
    StepSchedule,
    SyncAttempt,
    SyncTask,
)
from sync.models.order_groups import keys_in
from sync.reading import Read
from sync.sandbox.sap import billing
from sync.sandbox.sap.documents import SalesOrder as SapOrder
from sync.sap.client import SapClient
from sync.sap.records import SapBillingDocument, SapDelivery
from sync.steps.from_sap.answers import PARCELS_AT_ONCE
from sync.steps.pull_billing import ORDERS_AT_ONCE
from sync.steps.step_run import StepRun
from tests.builders import a_user
from tests.wire import Killed
from tests.world import World

STATUS, DELIVERIES, BILLS = (
    "BAPISDORDER_GETDETAILEDLIST",
    "BAPI_DELIVERY_GETLIST",
    "BAPI_BILLINGDOC_GETLIST",
)
State, SCHEDULE = SyncTask.State, SyncTask.Origin.SCHEDULE
MIRRORS = ("salesorder", "outbounddelivery", "billingdocument", "deliverytrack", "sapsalesorder")


@pytest.fixture
def sparing(world: World) -> World:
    """Billing goes by the statuses that the fetch of deliveries has just read, as in production."""
    world.remotes.policy = replace(world.remotes.policy, statuses_for=timedelta(minutes=2))
    return world


def in_slices(world: World, orders: int) -> None:
    """The next worker reads so many orders in one slice."""
    world.documents_per_read = orders
    world.new_worker()


def calls_of(world: World, action: Callable[[], Any]) -> list[str]:
    made: list[str] = []
    world.line.on_call = made.append
    action()
    world.line.on_call = lambda name: None
    return made


def alike(world: World, order: SalesOrder, count: int) -> list[SalesOrder]:
    """So many further orders of the same kind, on both sides."""
    held = world.sap.store.get(SapOrder, order.sap_sales_order_number)
    assert held is not None
    made = []
    for at in range(1, count + 1):
        number = f"{int(held.number) + 1000 + at:010}"
        world.sap.store.save(replace(held, number=number))
        made.append(SalesOrder.objects.get(pk=order.pk))
        made[-1].pk, made[-1].entity_id = None, order.entity_id + 1000 + at
        made[-1].increment_id, made[-1].sap_sales_order_number = f"A{at}", number
        made[-1].save()
    return made


def rows() -> dict[str, int]:
    models = [*apps.get_app_config("sync").get_models()]
    return {model.__name__: model._default_manager.count() for model in models}


def a_round(world: World) -> None:
    """Both fetches of SAP, and all their slices."""
    for wanted in (work.pull_deliveries(), work.pull_billing()):
        ask(wanted, origin=SCHEDULE)
        world.work_off()


@pytest.mark.slow
def test_a_round_of_200_open_orders_without_news_costs_ten_calls_and_stores_no_row(
    sparing: World,
) -> None:
    world, first = sparing, sparing.into_sap()
    orders = [first, *alike(sparing, first, 199)]
    for order in orders[:20]:
        for number in world.deliver(order):
            if order.pk % 2:
                world.goods_issue(number, ["1Z1"])
    for _ in range(3):
        a_round(world)
    before, ended_at = rows(), timezone.now()

    with CaptureQueriesContext(connection) as queries:
        calls = calls_of(world, lambda: a_round(world))

    assert len(calls) <= 0.05 * len(orders), calls
    assert calls.count(STATUS) == 1
    assert BILLS not in calls
    assert rows() == before
    assert _writes(queries) <= {"sync_outbounddelivery"}  # when its parcels are due again
    assert FetchHealth.objects.filter(last_good_at__gt=ended_at).count() == 2


def _writes(queries: CaptureQueriesContext) -> set[str]:
    """The mirrors that were written."""
    found = [query["sql"].split('"')[1] for query in queries if query["sql"].startswith(
        ("UPDATE", "INSERT", "DELETE"))]  # fmt: skip
    return {name for name in found if name.startswith(tuple(f"sync_{one}" for one in MIRRORS))}


def test_a_round_without_news_leaves_its_row_to_the_next_one(world: World) -> None:
    world.into_sap()
    a_round(world)
    first = world.run(work.pull_deliveries())

    second = world.run(work.pull_deliveries())

    assert second.state == State.DONE
    assert not SyncTask.objects.filter(pk=first.pk).exists()
    assert not SyncAttempt.objects.filter(task=second).exists()


def test_a_round_that_fails_leaves_its_attempt_and_its_calls(world: World) -> None:
    world.into_sap()
    world.sap_fails("dump", DELIVERIES)

    task = world.run(work.pull_deliveries())
    task = world.run_until_done(task)

    assert task.state == State.DONE
    failed = SyncAttempt.objects.get(task=task)
    assert failed.outcome == SyncAttempt.Outcome.RETRY
    assert RemoteCall.objects.filter(attempt=failed).count() == 2


def test_who_asks_for_a_round_finds_its_row_again(world: World) -> None:
    world.into_sap()
    a_round(world)

    asked = world.run(work.pull_deliveries(), asked_by=a_user("Logistics"))
    world.run(work.pull_deliveries())
    world.run(work.pull_deliveries())

    assert SyncTask.objects.get(pk=asked.pk).state == State.DONE


def test_one_goods_issue_costs_one_call_more(sparing: World) -> None:
    world = sparing
    order, _other = world.into_sap(), world.into_sap()
    (number,) = world.deliver(order)
    a_round(world)
    world.goods_issue(number, ["1Z1"])

    calls = calls_of(world, lambda: a_round(world))

    assert calls == [STATUS, DELIVERIES, DELIVERIES]
    assert OutboundDelivery.objects.get().tracks.get().track_number == "1Z1"


def test_one_bill_costs_the_calls_of_its_order_only(sparing: World) -> None:
    world = sparing
    orders = [world.into_sap() for _ in range(3)]
    deliveries = [number for order in orders for number in world.dispatch(order)]
    a_round(world)
    OutboundDelivery.objects.update(parcels_due_at=None)
    document = world.bill(deliveries[0])

    calls = calls_of(world, lambda: a_round(world))

    assert calls[:2] == [STATUS, DELIVERIES]
    assert calls.count(BILLS) == 2  # of the order, and of its delivery
    assert len(calls) <= 7
    assert BillingDocument.objects.get().billing_document_number == document
    assert BILLS not in calls_of(world, lambda: a_round(world))


@pytest.mark.parametrize("what", ["cancelled", "renewed", "credited"])
def test_what_happens_to_a_bill_of_an_open_order_is_read(sparing: World, what: str) -> None:
    world = sparing
    order = world.into_sap("mixed")
    (number,) = world.dispatch(order)
    document = world.bill(number)
    a_round(world)
    assert BillingDocument.objects.count() == 1

    if what == "credited":
        billing.bill(world.sap, billing.BillingRequest([number], billing_type="G2"))
    else:
        billing.cancel(world.sap, document)
    if what == "renewed":  # the status is as it was before
        world.bill(number)
    a_round(world)

    found = set(BillingDocument.objects.values_list("category", "is_cancelled"))
    assert (
        found
        == {
            "cancelled": {("M", True), ("N", False)},
            "renewed": {("M", True), ("N", False), ("M", False)},
            "credited": {("M", False), ("O", False)},
        }[what]
    )


def test_billing_reads_the_statuses_itself_where_nobody_else_does(sparing: World) -> None:
    world = sparing
    order = world.into_sap("virtual")
    a_round(world)
    FetchHealth.objects.filter(step="pull_deliveries").update(
        last_good_at=timezone.now() - timedelta(minutes=3)
    )
    world.bill(orders=[order])

    world.run(work.pull_billing())

    assert BillingDocument.objects.count() == 1


def test_who_asks_for_bills_gets_those_of_this_moment(sparing: World) -> None:
    order = sparing.into_sap("virtual")
    a_round(sparing)
    sparing.bill(orders=[order])

    sparing.run(work.pull_billing(), asked_by=a_user("Finance"))

    assert BillingDocument.objects.count() == 1


# ---- groups
def billed(world: World, count: int) -> list[SalesOrder]:
    """So many orders of which SAP has bills that nobody has read."""
    first = world.into_sap("virtual")
    orders = [first, *(world.into_sap("virtual") for _ in range(count - 1))]
    a_round(world)
    for order in orders:
        world.bill(orders=[order])
    world.run(work.pull_deliveries())
    return orders


def groups(step: str) -> list[SyncTask]:
    """Those that wait, by key."""
    waiting = SyncTask.objects.due(timezone.now()).filter(step=step, sales_order=None)
    return sorted(waiting, key=lambda task: keys_in(task.reference))


def test_25_orders_billed_at_once_become_three_tasks(sparing: World) -> None:
    orders = billed(sparing, 25)

    sparing.run(work.pull_billing())

    waiting = groups("pull_billing")
    assert BillingDocument.objects.count() == ORDERS_AT_ONCE
    assert [one.subject for one in waiting] == ["8 orders", "8 orders", "6 orders"]
    assert len({one.lock for one in waiting}) == 3
    read = [key for one in waiting for key in keys_in(one.reference)]
    assert read == [order.pk for order in orders[ORDERS_AT_ONCE:]]
    sparing.run(work.pull_billing())  # the next round leaves them to their tasks
    assert groups("pull_billing") == waiting
    calls = calls_of(sparing, sparing.work_off)
    assert calls.count(BILLS) == 22
    assert len(calls) == 2 * 22 + 2 * 3  # two for each bill, and two for each group
    assert BillingDocument.objects.count() == len(orders)
    assert not SalesOrder.objects.exclude(billing_due_at=None).exists()
    assert SyncTask.objects.filter(step="pull_billing").exclude(sales_order=None).count() == 0


def test_a_group_is_stored_in_one_transaction(sparing: World) -> None:
    billed(sparing, ORDERS_AT_ONCE + 8)
    sparing.run(work.pull_billing())
    (group,) = groups("pull_billing")

    with mock.patch.object(
        StepRun, "storing", autospec=True, side_effect=StepRun.storing
    ) as stored:
        run_one(group.pk, sparing.remotes)

    assert stored.call_count == 1
    assert BillingDocument.objects.count() == ORDERS_AT_ONCE + 8


def test_a_group_read_again_reads_nothing_twice(sparing: World) -> None:
    billed(sparing, ORDERS_AT_ONCE + 4)
    sparing.run(work.pull_billing())
    (group,) = groups("pull_billing")
    sparing.work_off()

    SyncTask.objects.filter(pk=group.pk).update(state=State.WAITING)
    calls = calls_of(sparing, lambda: run_one(group.pk, sparing.remotes))

    assert calls == []
    group.refresh_from_db()
    assert (group.state, group.outcome) == (State.DONE, "0 billing documents read.")


def test_a_bill_that_cannot_be_stored_holds_up_its_own_order_only(sparing: World) -> None:
    orders = billed(sparing, ORDERS_AT_ONCE + 4)
    sparing.run(work.pull_billing())
    spoilt = orders[-1]

    def store(record: SapBillingDocument, *at_hand: Any) -> None:
        if spoilt.sap_sales_order_number in {one.sap_sales_order_number for one in record.items}:
            raise UnexpectedRecord("It is odd.", cause=SapCause.DOES_NOT_FIT)
        store_billing_document(record, *at_hand)

    with mock.patch("sync.steps.pull_billing.store_billing_document", store):
        sparing.work_off()

    due = SalesOrder.objects.exclude(billing_due_at=None)
    assert [one.pk for one in due] == [spoilt.pk]
    assert BillingDocument.objects.count() == len(orders) - 1
    stopped = SyncTask.objects.get(state=State.NEEDS_ATTENTION)
    assert stopped.sales_order == spoilt
    a_round(sparing)
    assert BillingDocument.objects.count() == len(orders)
    stopped.refresh_from_db()
    assert stopped.state == State.DONE


@pytest.mark.parametrize("ends", [State.CANCELLED, State.NEEDS_ATTENTION])
def test_what_a_group_left_unread_is_asked_for_in_the_next_round(
    sparing: World, ends: SyncTask.State
) -> None:
    orders = billed(sparing, 2 * ORDERS_AT_ONCE)
    sparing.run(work.pull_billing())
    SyncTask.objects.filter(pk=groups("pull_billing")[0].pk).update(state=ends)

    a_round(sparing)

    assert BillingDocument.objects.count() == len(orders)


def test_a_group_that_fails_is_no_failed_round_and_is_tried_again(sparing: World) -> None:
    orders = billed(sparing, ORDERS_AT_ONCE + 4)
    sparing.run(work.pull_billing())
    (group,) = groups("pull_billing")

    with mock.patch.object(
        SapClient,
        "search_billing_documents",
        side_effect=RemoteRejected("No.", cause=SapCause.DOES_NOT_FIT),
    ):
        run_one(group.pk, sparing.remotes)

    group.refresh_from_db()
    assert (group.state, group.is_put_off) == (State.WAITING, True)
    assert not FetchHealth.objects.filter(consecutive_failures__gt=0).exists()
    assert set(FetchHealth.objects.values_list("reference", flat=True)) <= {"sap", "shop:demo"}
    a_round(sparing)  # its orders are read at the next turn at the latest
    assert BillingDocument.objects.count() > ORDERS_AT_ONCE
    SyncTask.objects.filter(pk=group.pk).update(not_before=timezone.now())
    sparing.work_off()
    assert BillingDocument.objects.count() == len(orders)


# ---- parcels
def test_p0_13_a_parcel_number_corrected_later_is_read_ever_more_slowly(world: World) -> None:
    (number,) = world.dispatch(world.into_sap())
    world.run(work.pull_deliveries())
    a_day_ago = timezone.now() - timedelta(days=1)
    OutboundDelivery.objects.update(changed_at=a_day_ago)
    world.track(number, "1Z2")

    world.run(work.pull_deliveries())

    delivery = OutboundDelivery.objects.get()
    assert delivery.tracks.get().track_number == "1Z2"
    OutboundDelivery.objects.update(changed_at=a_day_ago, parcels_due_at=timezone.now())
    world.run(work.pull_deliveries())
    delivery.refresh_from_db()
    assert delivery.parcels_due_at is not None
    in_an_hour = timezone.now() + timedelta(hours=1)  # the order is open
    assert abs(delivery.parcels_due_at - in_an_hour) < timedelta(minutes=1)
    SalesOrder.objects.update(stage="complete", completed_at=a_day_ago)
    OutboundDelivery.objects.update(parcels_due_at=timezone.now())
    world.run(work.pull_deliveries())
    delivery.refresh_from_db()
    assert delivery.parcels_due_at > timezone.now() + timedelta(hours=23)


def test_parcels_of_a_complete_order_are_read_for_so_long(world: World) -> None:
    world.dispatch(world.into_sap())
    world.run(work.pull_deliveries())
    long_ago = timezone.now() - timedelta(days=15)
    SalesOrder.objects.update(stage="complete", completed_at=long_ago)
    OutboundDelivery.objects.update(changed_at=long_ago, parcels_due_at=timezone.now())

    world.run(work.pull_deliveries())

    assert OutboundDelivery.objects.get().parcels_due_at is None


@pytest.mark.slow
def test_only_a_few_parcels_are_read_again_in_one_slice(world: World) -> None:
    world.dispatch(*[world.into_sap() for _ in range(2)])
    for _ in range(PARCELS_AT_ONCE):
        world.dispatch(world.into_sap())
    a_round(world)
    world.work_off()

    calls = calls_of(world, lambda: world.run(work.pull_deliveries()))

    assert calls.count(DELIVERIES) <= 1 + PARCELS_AT_ONCE


@pytest.mark.slow
def test_goods_that_leave_together_are_read_side_by_side_with_their_parcels(
    sparing: World,
) -> None:
    world = sparing
    StepSchedule.objects.create(step="push_shipment")
    orders = [world.into_sap() for _ in range(PARCELS_AT_ONCE + 3)]
    for order in orders:
        world.dispatch(order)

    world.run(work.pull_deliveries())

    assert OutboundDelivery.objects.count() == PARCELS_AT_ONCE
    (group,) = groups("pull_deliveries")
    assert group.subject == "3 orders"
    calls = calls_of(world, lambda: run_one(group.pk, world.remotes))
    assert STATUS not in calls
    assert calls.count(DELIVERIES) <= 1 + 3
    SyncTask.objects.filter(pk=group.pk).update(state=State.WAITING)
    assert calls_of(world, lambda: run_one(group.pk, world.remotes)) == [DELIVERIES]
    world.work_off()
    for order in orders:
        (shipment,) = world.shop_books(order)["shipments"]
        assert [one["track_number"] for one in shipment["tracks"]] == ["1Z1"]


def test_parcels_that_cannot_be_read_now_stay_as_they_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = world.dispatch(world.into_sap())
    world.run(work.pull_deliveries())
    world.track(number, "1Z2")
    search = SapClient.search_deliveries

    def of_orders_only(client: SapClient, **wanted: Any) -> Read[SapDelivery]:
        return search(client, **{**wanted, "delivery_numbers": ()})

    monkeypatch.setattr(SapClient, "search_deliveries", of_orders_only)
    world.run(work.pull_deliveries())
    delivery = OutboundDelivery.objects.get()
    assert delivery.tracks.get().track_number == "1Z1"
    monkeypatch.undo()
    OutboundDelivery.objects.update(parcels_due_at=timezone.now() + timedelta(days=1))

    world.run(work.pull_deliveries())

    assert delivery.tracks.get().track_number == "1Z2"


def test_a_click_on_one_order_reads_its_parcels_whenever_they_are_due(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.run(work.pull_deliveries())
    OutboundDelivery.objects.update(parcels_due_at=timezone.now() + timedelta(days=1))
    world.track(number, "1Z2")

    world.run(work.pull_deliveries(order), asked_by=a_user("Logistics"))

    assert OutboundDelivery.objects.get().tracks.get().track_number == "1Z2"


def test_where_no_parcel_stands_in_a_handling_unit_none_is_asked_for(world: World) -> None:
    sources = replace(world.remotes.policy.delivery_sources, tracking=("bill_of_lading",))
    world.remotes.policy = replace(world.remotes.policy, delivery_sources=sources)
    world.dispatch(world.into_sap())

    assert calls_of(world, lambda: world.run(work.pull_deliveries())) == [STATUS, DELIVERIES]
    assert OutboundDelivery.objects.get().parcels_due_at is None


# ---- slices
@pytest.fixture
def five(world: World) -> list[SalesOrder]:
    """Open orders with a delivery each that nobody has read, to be read two at a time."""
    orders = [world.into_sap() for _ in range(5)]
    for order in orders:
        world.deliver(order)
    in_slices(world, 2)
    return orders


def a_slice(world: World) -> SyncTask:
    task = ask(work.pull_deliveries(), origin=SCHEDULE).task
    run_one(task.pk, world.remotes)
    task.refresh_from_db()
    return task


def known() -> int:
    return OutboundDelivery.objects.count()


def test_a_slice_reads_some_orders_and_goes_back_into_the_queue(
    world: World, five: list[SalesOrder]
) -> None:
    found = []
    for _ in range(3):
        task = a_slice(world)
        found.append((task.state, task.attempts, known()))

    assert found == [(State.WAITING, 0, 2), (State.WAITING, 0, 4), (State.DONE, 1, 5)]
    assert task.outcome == "5 deliveries read."


def test_a_click_overtakes_between_two_slices(world: World, five: list[SalesOrder]) -> None:
    task = ask(work.pull_deliveries(), origin=SCHEDULE).task

    behind = run_one(task.pk, world.remotes)

    clicked = ask(work.pull_billing(five[0]), origin=SCHEDULE, asked_by=a_user("Finance")).task
    assert behind is None  # the worker is free
    due = SyncTask.objects.due(timezone.now()).order_by("priority", "id")
    assert [one.pk for one in due] == [clicked.pk, task.pk]


@pytest.mark.parametrize("is_answered", [True, False])
def test_a_kill_costs_one_slice(world: World, five: list[SalesOrder], is_answered: bool) -> None:
    a_slice(world)
    world.line.kill(2, is_answered=is_answered)
    with pytest.raises(Killed):
        a_slice(world)
    assert known() == 2

    calls = []
    lost = SyncTask.objects.get(state=State.RUNNING)
    recovered = world.recover
    with mock.patch.object(world, "run_until_done", lambda task: task):
        recovered(lost)
    calls = calls_of(world, lambda: [run_one(lost.pk, world.remotes) for _ in range(2)])

    assert known() == 5
    assert calls.count(STATUS) == 2


def test_who_asks_between_two_slices_has_everything_read_from_then_on(
    world: World, five: list[SalesOrder]
) -> None:
    task = a_slice(world)
    world.pick(OutboundDelivery.objects.earliest("pk").delivery_number)
    ask(work.pull_deliveries(), origin=SCHEDULE, asked_by=a_user("Logistics"))

    world.work_off()

    assert OutboundDelivery.objects.earliest("pk").picking_status == "C"
    task.refresh_from_db()
    assert (task.state, task.outcome) == (State.DONE, "5 deliveries read.")


def test_who_asks_while_a_slice_runs_has_everything_read_from_then_on(
    world: World, five: list[SalesOrder]
) -> None:
    a_slice(world)
    person = a_user("Logistics")

    def asked(name: str) -> None:
        if name == STATUS and not SyncTask.objects.filter(asked_by=person).exists():
            world.pick(OutboundDelivery.objects.earliest("pk").delivery_number)
            ask(work.pull_deliveries(), origin=SCHEDULE, asked_by=person)

    world.line.on_call = asked
    world.work_off()

    assert OutboundDelivery.objects.earliest("pk").picking_status == "C"
    assert not SyncTask.objects.unfinished().exists()


def test_a_round_under_way_is_told_as_good_and_ends_trouble_only_at_its_end(
    world: World, five: list[SalesOrder]
) -> None:
    a_while_ago = timezone.now() - timedelta(minutes=9)
    health = FetchHealth.objects.create(
        step="pull_deliveries", reference="sap", last_good_at=a_while_ago
    )
    a_slice(world)
    health.refresh_from_db()
    assert health.last_good_at is not None
    assert health.last_good_at > a_while_ago
    FetchHealth.objects.update(consecutive_failures=3, opened_at=timezone.now())

    a_slice(world)
    health.refresh_from_db()
    assert health.is_in_trouble
    a_slice(world)
    health.refresh_from_db()
    assert not health.is_in_trouble


def test_orders_are_taken_by_key_and_never_all_at_once(
    world: World, five: list[SalesOrder]
) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert open_orders(five[1].pk, 2) == five[2:4]

    (query,) = queries
    assert "LIMIT 2" in query["sql"]
    assert '"sync_salesorder"."payload"' not in query["sql"]


# ---- web orders
def test_web_orders_are_read_in_slices_and_none_is_missed(world: World) -> None:
    for _ in range(5):
        world.place_only()
    found = []
    with mock.patch.multiple("sync.steps.ordering.pace", USUAL=2, MOST_PAGES=1):
        task = ask(work.pull_orders(world.shop), origin=SCHEDULE).task
        for at in range(4):
            run_one(task.pk, world.remotes)
            task.refresh_from_db()
            found.append((task.state, SalesOrder.objects.count()))
            if not at:  # it moves to the end
                world.cancel(SalesOrder.objects.earliest("entity_id"))
            if task.state == State.DONE:
                break

    assert found[0] == (State.WAITING, 2)
    assert found[-1] == (State.DONE, 5)
    world.run(work.pull_orders(world.shop))
    assert SalesOrder.objects.earliest("entity_id").state == "canceled"


def _first_slice(world: World, page: int, pages: int) -> int:
    """Queries of a slice of so many pages of web orders, all of them new."""
    SalesOrder.objects.all().delete()
    PullWatermark.objects.all().delete()
    SyncTask.objects.all().delete()
    limits: dict[str, Any] = {"USUAL": page, "MOST_PAGES": pages, "SECONDS": 600}
    with mock.patch.multiple("sync.steps.ordering.pace", **limits):
        task = ask(work.pull_orders(world.shop), origin=SCHEDULE).task
        with CaptureQueriesContext(connection) as queries:
            run_one(task.pk, world.remotes)
    assert SalesOrder.objects.count() == page * pages
    frame = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(frame) for query in queries)


@pytest.mark.parametrize("page", [2, 4])
def test_a_further_page_of_web_orders_costs_seven_queries_however_many_are_on_it(
    world: World, page: int
) -> None:
    for _ in range(3 * page + 1):
        world.place_only()
    _first_slice(world, page, 1)  # fills what is held in memory

    counted = [_first_slice(world, page, pages) for pages in (1, 2, 3)]

    assert counted == [counted[0], counted[0] + 7, counted[0] + 14]
    assert counted[0] <= 20


def test_a_poll_without_news_stores_no_row(world: World) -> None:
    world.place()
    for _ in range(2):
        world.run(work.pull_orders(world.shop))
    before = rows()

    task = world.run(work.pull_orders(world.shop))

    assert (task.state, rows()) == (State.DONE, before)
