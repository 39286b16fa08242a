"""A web order's number is one thing in SAP, however it is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sync.causes.orders import OrderCause
from sync.jobs import work
from sync.models import CompletenessRun, RemoteHealth, SalesOrder, SyncTask
from sync.sandbox.sap.documents import SalesOrder as SapOrder
from tests.steps.test_unreadable_pages import KINDS, spoil
from tests.world import World, add_shop, place_in

pytestmark = pytest.mark.slow

State = SyncTask.State


def placed(world: World, increment_id: str) -> SalesOrder:
    """A web order of that number, pulled."""
    entity_id = world.place_only("simple")
    world.edit_web_order(entity_id, lambda web: web.update(increment_id=increment_id))
    world.run(work.pull_orders(world.shop))
    return SalesOrder.objects.get(shop=world.shop, entity_id=entity_id)


def pushed(world: World, order: SalesOrder) -> SyncTask:
    """Into SAP, once; the order as it then stands."""
    task = world.run(work.push_order(order))
    order.refresh_from_db()
    return task


def in_sap(world: World) -> list[str]:
    """The references of SAP's orders."""
    return sorted(world.sap.store.references().values())


NUMBERS = ["de-000000123", "De-1", "DE-1", " de-7 ", "b2b_en-17"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_web_order_number_with_small_letters_is_recognised(world: World, number: str) -> None:
    order = placed(world, number)
    task = pushed(world, order)

    assert (task.state, order.verification) == ("done", "verified")
    assert in_sap(world) == [number.strip().upper()]


@pytest.mark.parametrize("number", NUMBERS)
def test_it_is_found_again_by_whoever_forgot_it(world: World, number: str) -> None:
    order = placed(world, number)
    pushed(world, order)
    SalesOrder.objects.update(sap_sales_order_number="", verification="", sap_read_at=None)

    task = pushed(world, order)

    assert "adopted" in task.outcome
    assert len(in_sap(world)) == 1


def test_a_lost_commit_of_it_is_looked_up_and_adopted(world: World) -> None:
    order = placed(world, "de-1")
    world.sap_fails("lost_commit_answer")
    task = world.run_until_done(pushed(world, order))

    assert task.state == State.DONE
    assert in_sap(world) == ["DE-1"]


def test_what_a_person_keyed_in_with_small_letters_is_recognised_by_its_number(
    world: World,
) -> None:
    order = placed(world, "de-1")
    pushed(world, order)
    held = world.sap.store.get(SapOrder, order.sap_sales_order_number)
    assert held is not None
    held.customer_reference = "de-1"
    world.sap.store.save(held)
    SalesOrder.objects.update(verification="sent")

    assert pushed(world, order).state == State.DONE
    assert order.verification == "verified"


@pytest.mark.parametrize("prefix", ["", "s-", "S-"])
def test_completeness_finds_it_on_both_sides(world: World, prefix: str) -> None:
    world.shop.reference_prefix = prefix
    world.shop.save()
    pushed(world, placed(world, "de-000000123"))

    world.run(work.check_completeness(world.shop))

    run = CompletenessRun.objects.get()
    assert (run.in_sap, list(run.findings.all())) == (1, [])


def test_a_dry_run_shows_the_form_sap_keeps(world: World) -> None:
    order = placed(world, "de-1")

    task = world.run(work.dry_run(order))

    assert task.state == State.DONE
    assert "DE-1" in str(order.dry_runs.get().request)


# ---- two that differ in case only ---------------------------------------------------------------
PAIRS = [("de-1", "DE-1"), ("DE-1", "de-1"), ("De-1", "dE-1")]


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_two_that_differ_in_case_only_go_to_a_person(world: World, pair: tuple[str, str]) -> None:
    orders = [placed(world, number) for number in pair]

    tasks = [pushed(world, order) for order in orders]

    assert {(one.state, one.cause_key) for one in tasks} == {
        (State.NEEDS_ATTENTION, "sap:shared-reference")
    }
    assert in_sap(world) == []
    assert all(number in tasks[0].error_message for number in pair)


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_the_second_is_never_taken_for_the_first(world: World, pair: tuple[str, str]) -> None:
    first = placed(world, pair[0])
    pushed(world, first)
    second = placed(world, pair[1])

    task = pushed(world, second)

    assert (task.state, second.is_in_sap) == (State.NEEDS_ATTENTION, False)
    assert pushed(world, first).state == State.DONE
    assert in_sap(world) == ["DE-1"]


@pytest.mark.parametrize("number", ["de-1", " de-1", "DE-1 "])
def test_nor_while_it_is_not_known_what_became_of_the_first(world: World, number: str) -> None:
    first = placed(world, number)
    world.sap_fails("lost_commit_answer")
    began = pushed(world, first)
    second = placed(world, "De-1")

    assert pushed(world, second).state == State.NEEDS_ATTENTION
    assert world.run_until_done(began).state == State.DONE
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_in_sap, second.is_in_sap) == (True, False)


def test_once_the_other_is_canceled_the_way_is_free(world: World) -> None:
    orders = [placed(world, number) for number in ("de-1", "DE-1")]
    stopped = pushed(world, orders[0])
    world.cancel(orders[1])
    world.run(work.pull_orders(world.shop))

    assert world.retry(stopped).state == State.DONE


def test_two_shops_are_told_to_use_a_prefix(world: World, tmp_path: Path) -> None:
    south = add_shop(world, tmp_path, "south", reference_prefix="s")
    theirs = place_in(world, south)
    order = placed(world, f"S{theirs.increment_id}")

    task = pushed(world, order)

    assert task.cause == OrderCause.SAME_NUMBERS_OF_SHOPS.code


def test_what_a_twin_of_another_shop_may_have_sent_is_not_adopted(
    world: World, tmp_path: Path
) -> None:
    ours = world.into_sap()
    south = add_shop(world, tmp_path, "south")
    theirs = place_in(world, south)
    SalesOrder.objects.update(sap_sales_order_number="", verification="", sap_read_at=None)

    task = pushed(world, theirs)

    assert ours.increment_id == theirs.increment_id
    assert (task.state, theirs.is_in_sap) == (State.NEEDS_ATTENTION, False)


# ---- trouble with one document is no incident ---------------------------------------------------
def four(world: World) -> list[SalesOrder]:
    """Four web orders, pulled."""
    return [world.place("simple") for _ in range(4)]


def no_incident() -> bool:
    return not RemoteHealth.objects.filter(consecutive_failures__gt=0).exists()


CREATE, READ = "BAPI_SALESORDER_CREATEFROMDAT2", "BAPISDORDER_GETDETAILEDLIST"


@pytest.mark.parametrize(
    ("fault", "operation"),
    [
        ("dump", CREATE),
        ("dump", READ),
        ("abort", CREATE),
        ("abort", READ),
        ("locked", CREATE),
        ("commit_error", ""),
    ],
)
def test_documents_sap_breaks_off_on_are_no_incident(
    world: World, fault: str, operation: str
) -> None:
    orders = four(world)
    world.sap_fails(fault, operation, times=0)

    for order in orders:
        pushed(world, order)

    assert no_incident()


def test_orders_that_come_back_under_another_reference_are_no_incident(world: World) -> None:
    orders = four(world)
    real = world.sap.store.save

    def renamed(document: Any) -> None:
        if isinstance(document, SapOrder):
            document.customer_reference = "SOMETHING ELSE"
        real(document)

    world.sap.store.save = renamed  # type: ignore[method-assign]

    tasks = [pushed(world, order) for order in orders]

    assert {one.state for one in tasks} == {State.WAITING}
    assert no_incident()


@pytest.mark.parametrize("name", ["500", "200 that is not whole", "200 with a message", "404"])
def test_orders_the_shop_cannot_show_are_no_incident(world: World, name: str) -> None:
    orders = four(world)
    spoil(world, [order.entity_id for order in orders], KINDS[name])

    for order in orders:
        pushed(world, order)

    assert no_incident()


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_a_remote_that_is_away_still_is_one(world: World, fault: str) -> None:
    orders = four(world)
    world.sap_fails(fault, times=0)

    for order in orders:
        pushed(world, order)

    assert RemoteHealth.objects.get().is_in_trouble
