"""Completeness: nothing on either side goes unnoticed."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sync.jobs import work
from sync.models import (
    CompletenessFinding,
    CompletenessRun,
    CustomerMapping,
    Decision,
    PullWatermark,
    RemoteCall,
    SalesArea,
    SalesOrder,
    Step,
    StepSchedule,
    SyncTask,
)
from sync.sandbox.sap.documents import SalesOrder as SapOrder
from sync.sap.functions import READ_ORDERS
from sync.steps.completeness.in_sap import _sold_to
from sync.steps.completeness.reasons import ReadInSap, missing
from tests.builders import a_sales_order, a_user, an_order_in_sap
from tests.world import World

Kind = CompletenessFinding.Kind


def _compare(world: World) -> CompletenessRun:
    task = world.run(work.check_completeness(world.shop))
    assert task.state == "done", task.error_message
    found = CompletenessRun.objects.first()
    assert found is not None
    return found


def test_p0_05_orders_behind_the_portals_back_are_all_listed(world: World) -> None:
    behind = [world.place_only("simple") for _ in range(5)]

    run = _compare(world)

    listed = run.findings.filter(kind=Kind.NOT_IN_SAP, sales_order__entity_id__in=behind)
    assert listed.count() == 5
    assert {one.reason for one in listed} == {"Unexplained"}


def test_orders_are_explained_while_the_first_fetch_goes_on(world: World) -> None:
    StepSchedule.objects.create(step=Step.PULL_ORDERS)
    entity_id = world.place_only("simple")

    finding = _compare(world).findings.get(sales_order__entity_id=entity_id)

    assert finding.is_explained
    assert finding.reason == "On its way: the first fetch is not over"


def test_an_order_every_fetch_has_missed_is_not_explained_by_the_first(world: World) -> None:
    StepSchedule.objects.create(step=Step.PULL_ORDERS)
    entity_id = world.place_only("simple")
    PullWatermark.objects.create(shop=world.shop, polled_at=timezone.now() + timedelta(hours=1))

    finding = _compare(world).findings.get(sales_order__entity_id=entity_id)

    assert finding.reason == "Unexplained"


def test_before_the_release_an_order_waits_for_it(world: World) -> None:
    world.remotes.policy = replace(world.remotes.policy, needs_release=True)
    order = world.place()
    StepSchedule.objects.create(step=Step.PUSH_ORDER)
    SalesOrder.objects.update(first_read_at=timezone.now() - timedelta(hours=1))

    finding = _compare(world).findings.get(sales_order=order)

    assert finding.is_explained
    assert finding.reason.startswith("Waiting for the release")


def test_an_order_placed_since_the_last_fetch_is_explained(world: World) -> None:
    world.place()
    before = timezone.now() - timedelta(hours=1)
    PullWatermark.objects.update(polled_at=before)

    entity_id = world.place_only("simple")

    finding = _compare(world).findings.get(sales_order__entity_id=entity_id)
    assert finding.is_explained
    assert finding.reason == "Placed since the last fetch"


@pytest.mark.parametrize(
    ("minutes", "reason"), [(5, "Waiting for SAP: its turn comes next"), (20, "Unexplained")]
)
def test_an_order_nobody_has_asked_for_yet_waits_its_turn_and_not_for_ever(
    world: World, minutes: int, reason: str
) -> None:
    order = world.place()
    StepSchedule.objects.create(step=Step.PUSH_ORDER, is_enabled=True)
    SalesOrder.objects.update(first_read_at=timezone.now() - timedelta(minutes=minutes))

    finding = _compare(world).findings.get(sales_order=order)

    assert finding.reason == reason
    assert finding.is_explained == (reason != "Unexplained")


def test_an_order_that_only_a_person_sends_waits_for_that_person(world: World) -> None:
    order = world.place()
    StepSchedule.objects.create(step=Step.PUSH_ORDER, is_enabled=False)

    finding = _compare(world).findings.get(sales_order=order)

    assert finding.is_explained
    assert finding.reason == "Waiting for a person: orders are not sent to SAP by themselves"


def test_an_order_in_sap_is_no_finding(world: World) -> None:
    order = world.into_sap()

    run = _compare(world)

    assert run.in_sap == 1
    assert not run.findings.filter(sales_order=order).exists()


def test_an_order_a_rule_has_stopped_is_explained(world: World) -> None:
    order = world.place()
    world.stand_in.move(order.entity_id, "hold")

    run = _compare(world)

    finding = run.findings.get(sales_order=order)
    assert finding.is_explained
    assert finding.reason == "On hold in the shop"


def test_an_order_that_waits_for_a_mapping_is_explained_by_it(world: World) -> None:
    order = world.into_sap("unknown-sku")

    run = _compare(world)

    finding = run.findings.get(sales_order=order)
    assert "NO-SUCH-SKU" in finding.reason


def test_an_order_the_portal_believes_in_but_sap_has_not_is_unexplained(world: World) -> None:
    order = world.into_sap()
    SalesOrder.objects.filter(pk=order.pk).update(sap_sales_order_number="0009999999")

    run = _compare(world)

    assert not run.findings.get(sales_order=order).is_explained


def test_an_order_sap_holds_under_another_reference_is_unexplained(world: World) -> None:
    order, other = world.into_sap(), world.into_sap()
    SalesOrder.objects.filter(pk=other.pk).update(sap_sales_order_number="")
    SalesOrder.objects.filter(pk=order.pk).update(
        sap_sales_order_number=other.sap_sales_order_number
    )

    run = _compare(world)

    finding = run.findings.get(sales_order=order)
    assert not finding.is_explained
    assert f"carries the reference '{other.increment_id}'" in finding.reason


def test_sap_writes_references_in_capitals_and_they_are_the_same(world: World) -> None:
    world.shop.reference_prefix = "web-"
    world.shop.save()
    world.into_sap()

    run = _compare(world)

    assert run.in_sap == 1
    assert not run.findings.exists()


def test_an_order_of_sap_the_shop_does_not_know_is_listed(world: World) -> None:
    order = world.into_sap()
    world.forget_in_shop(order)

    run = _compare(world)

    finding = run.findings.get(kind=Kind.NOT_IN_SHOP)
    assert finding.increment_id == order.increment_id
    assert finding.sap_sales_order_number == order.sap_sales_order_number


def test_a_web_order_that_cannot_be_read_is_listed_and_has_a_task(world: World) -> None:
    entity_id = world.place_only("simple")
    world.edit_web_order(entity_id, lambda order: order.update(grand_total="a lot"))

    run = _compare(world)

    finding = run.findings.get(kind=Kind.NOT_IN_SAP)
    assert finding.is_explained
    assert finding.reason.startswith("Cannot be read: ")
    assert run.in_shop == 1
    assert SyncTask.objects.filter(
        state="needs_attention", reference__endswith=str(entity_id)
    ).exists()


def _own_customer(world: World, order: SalesOrder) -> None:
    """From now on SAP has the order under an account of the customer's own."""
    area = SalesArea.objects.get(shop=world.shop, store_id=order.store_id)
    CustomerMapping.objects.create(
        sales_area=area, customer_email="b2b@example.com", customer_number="0000100001"
    )
    held = world.sap.store.get(SapOrder, order.sap_sales_order_number)
    assert held is not None
    held.sold_to = "0000100001"
    world.sap.store.save(held)


def _copied(world: World, order: SalesOrder, **values: str) -> None:
    held = world.sap.store.get(SapOrder, order.sap_sales_order_number)
    assert held is not None
    made = copy.deepcopy(held)
    made.number = "0005009999"
    for name, value in values.items():
        setattr(made, name, value)
    world.sap.store.save(made)


def test_an_order_the_shop_lost_is_found_for_a_customer_with_an_account_of_their_own(
    world: World,
) -> None:
    kept, lost = world.into_sap(), world.into_sap()
    _own_customer(world, lost)
    world.forget_in_shop(lost)
    SalesOrder.objects.filter(pk=lost.pk).delete()

    run = _compare(world)

    (finding,) = run.findings.filter(kind=Kind.NOT_IN_SHOP)
    assert finding.sap_sales_order_number == lost.sap_sales_order_number
    assert not run.findings.filter(increment_id=kept.increment_id).exists()


def test_what_such_a_customer_orders_by_telephone_is_no_web_order(world: World) -> None:
    order = world.into_sap()
    _own_customer(world, order)
    _copied(world, order, customer_reference="PO 4711/25")

    assert not _compare(world).findings.exists()


def test_two_sap_orders_of_one_reference_are_unexplained(world: World) -> None:
    order = world.into_sap()
    _copied(world, order)

    (finding,) = _compare(world).findings.all()

    assert (finding.kind, finding.is_explained) == (Kind.DOUBLED, False)
    assert (finding.sales_order, finding.sap_sales_order_number) == (order, "0005009999")


@pytest.mark.parametrize("order_type", ["RE", "G2"])
def test_a_returns_order_or_credit_memo_request_is_no_double(world: World, order_type: str) -> None:
    order = world.into_sap()
    _copied(world, order, order_type=order_type)

    assert not _compare(world).findings.exists()


def test_an_order_in_sap_that_is_not_tied_to_its_web_order_is_unexplained(world: World) -> None:
    order = world.into_sap()
    number = order.sap_sales_order_number
    world.edit_web_order(order.entity_id, lambda web: web.update(state="complete"))
    SalesOrder.objects.filter(pk=order.pk).update(
        sap_sales_order_number="", sap_read_at=None, verification="", stage="to_sync"
    )

    (finding,) = _compare(world).findings.all()

    assert (finding.kind, finding.is_explained) == (Kind.UNTIED, False)
    assert (finding.sales_order, finding.sap_sales_order_number) == (order, number)


def test_an_order_a_person_tied_to_one_of_another_reference_is_held(world: World) -> None:
    order, other = world.place(), world.into_sap()
    _copied(world, other, customer_reference="BY PHONE")
    Decision.keep(
        Decision.Kind.SAP_ORDER_LINKED, a_user(), "Keyed in", number="0005009999", sales_order=order
    )
    world.run(work.push_order(order))

    run = _compare(world)

    assert run.in_sap == 2
    assert not run.findings.exists()


def test_an_order_that_carries_our_reference_beside_the_tied_one_is_a_double(world: World) -> None:
    order = world.into_sap()
    ours = order.sap_sales_order_number
    _copied(world, order, customer_reference="BY PHONE")
    SalesOrder.objects.filter(pk=order.pk).update(sap_sales_order_number="0005009999")
    Decision.keep(
        Decision.Kind.SAP_ORDER_LINKED, a_user(), "Keyed in", number="0005009999", sales_order=order
    )

    (finding,) = _compare(world).findings.filter(sales_order=order)

    assert (finding.kind, finding.is_explained) == (Kind.DOUBLED, False)
    assert finding.sap_sales_order_number == ours


def _reads_of_orders() -> int:
    return RemoteCall.objects.filter(operation=READ_ORDERS).count()


def test_what_saps_list_shows_under_its_reference_is_not_read_again(world: World) -> None:
    for _ in range(3):
        world.into_sap()
    before = _reads_of_orders()

    run = _compare(world)

    assert run.in_sap == 3
    assert _reads_of_orders() == before


def test_the_shops_records_are_read_by_page_and_never_again(world: World) -> None:
    orders = [world.into_sap() for _ in range(3)]
    behind = [world.place_only("simple") for _ in range(3)]
    _compare(world)

    with CaptureQueriesContext(connection) as asked:
        run = _compare(world)

    loads = [one["sql"] for one in asked if _loads_records(one["sql"])]
    assert (run.in_shop, run.in_sap) == (len(orders) + len(behind), len(orders))
    assert len(loads) == 1  # which of a page the portal knows


def _loads_records(sql: str) -> bool:
    return '"sync_salesorder"."payload"' in sql.split(" FROM ")[0] and sql.startswith("SELECT")


def test_why_orders_are_missing_takes_as_many_queries_for_many(world: World) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            orders = list(SalesOrder.objects.all())
            assert list(missing(world.shop, orders, ReadInSap({}, {}), timezone.now()))
        return len(asked)

    a_sales_order(shop=world.shop)
    one = queries()
    for _ in range(5):
        a_sales_order(shop=world.shop)

    assert queries() == one


def test_a_customer_is_found_once_however_many_orders_there_are(world: World) -> None:
    for _ in range(4):
        an_order_in_sap(shop=world.shop, sap_sold_to="0000000815")
    an_order_in_sap(shop=world.shop, sap_sold_to="0000000900")

    with CaptureQueriesContext(connection) as asked:
        found = list(_sold_to(world.shop))

    assert found == ["0000000815", "0000000900"]
    assert len(asked) == 3
