"""Completeness: nothing on either side goes unnoticed."""

from __future__ import annotations

from sync.jobs import work
from sync.models import CompletenessFinding, CompletenessRun, SalesOrder
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


def test_an_order_of_sap_the_shop_does_not_know_is_listed(world: World) -> None:
    order = world.into_sap()
    world.forget_in_shop(order)

    run = _compare(world)

    finding = run.findings.get(kind=Kind.NOT_IN_SHOP)
    assert finding.increment_id == order.increment_id
    assert finding.sap_sales_order_number == order.sap_sales_order_number
