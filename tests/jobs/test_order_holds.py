"""Holds in the ledger: who is held, what waits, and that a release wakes it, whatever happens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sync.causes.cause import Kind
from sync.causes.portal import PortalCause
from sync.jobs import order_holds, work
from sync.jobs.ask import ask_all
from sync.jobs.schedule import create_missing_schedules, tick
from sync.jobs.sweep import sweep
from sync.models import OrderHold, SalesOrder, Step, StepSchedule, SyncAttempt, SyncTask, clock
from sync.models.order_holds import is_held as held_order
from tests.builders import a_sales_order, a_shop, a_task, a_user, an_order_in_sap
from tests.claiming import claim
from tests.world import World

pytestmark = pytest.mark.django_db
State = SyncTask.State
HELD = PortalCause.HELD.code
ORDERS = 30
LEASE = timedelta(minutes=1)


def hold(held: OrderHold) -> OrderHold:
    assert order_holds.hold(held, a_user(), "Unpaid bills")
    return held


def let_go(held: OrderHold) -> None:
    assert order_holds.release(held, a_user(), "Paid")


def is_held(order: SalesOrder) -> bool:
    """As claims and writes ask it, which must agree."""
    on_claim = OrderHold.objects.standing().on(order).exists()
    on_write = not SalesOrder.objects.filter(~held_order(), pk=order.pk).exists()
    assert on_claim == on_write
    return on_claim


def waiting() -> dict[str, int]:
    """How many tasks wait, by what for."""
    found = SyncTask.objects.filter(state=State.WAITING, step=Step.PUSH_ORDER)
    causes = list(found.values_list("cause", flat=True))
    return {cause: causes.count(cause) for cause in set(causes)}


def test_a_customer_held_while_30_orders_wait_gets_none_and_after_the_release_each_once(
    world: World,
) -> None:
    for number in range(ORDERS):
        world.place_only(email="big@example.com" if number % 3 else "Big@Example.com")
    world.place_only(email="other@example.com")
    world.run(work.pull_orders(world.shop))
    orders = list(SalesOrder.objects.select_related("shop").order_by("pk"))
    person = a_user("Sales")
    ask_all(map(work.push_order, orders), origin=SyncTask.Origin.CLICK, asked_by=person)
    held = hold(OrderHold.of_customer(orders[0]))

    world.work_off()
    create_missing_schedules()
    StepSchedule.objects.update(next_run_at=clock.now())
    tick()
    ask_all(map(work.push_order, orders), origin=SyncTask.Origin.CLICK, asked_by=person)
    world.work_off()

    in_sap = [order for order in orders if world.sap_books(order)]
    assert [order.customer_email for order in in_sap] == ["other@example.com"]
    assert waiting() == {HELD: ORDERS}
    let_go(held)
    assert waiting() == {"": ORDERS}
    world.work_off()
    assert {len(world.sap_books(order)) for order in orders} == {1}
    assert waiting() == {}
    pushes = SyncAttempt.objects.filter(task__step=Step.PUSH_ORDER)
    of_the_customer = pushes.exclude(task__sales_order=in_sap[0])
    assert of_the_customer.count() == ORDERS  # what is held back opens no attempt


def test_an_order_that_comes_while_its_customer_is_held_waits_too(world: World) -> None:
    hold(OrderHold.of_customer(world.place(email="big@example.com")))

    late = world.place(email="big@example.com")

    assert world.run(work.push_order(late)).cause == HELD


def test_an_e_mail_address_is_one_customer_everywhere_and_a_number_only_in_its_shop() -> None:
    other_shop = a_shop("other", name="Other")
    first = a_sales_order(customer_email="Jane@Example.com", magento_customer_id=7)
    hold(OrderHold.of_customer(first))

    assert is_held(first)
    assert is_held(a_sales_order(customer_email="jane@example.com"))
    assert is_held(a_sales_order(customer_email="JANE@example.com", shop=other_shop))
    assert is_held(a_sales_order(customer_email="new@example.com", magento_customer_id=7))
    other = {"customer_email": "else@example.com", "shop": other_shop}
    assert not is_held(a_sales_order(**other, magento_customer_id=7))
    assert not is_held(a_sales_order(customer_email=""))
    assert not is_held(a_sales_order())


def test_a_customer_without_an_address_is_held_by_number_and_holds_no_guest() -> None:
    first = a_sales_order(customer_email="", magento_customer_id=7)
    hold(OrderHold.of_customer(first))

    assert is_held(first)
    assert not is_held(a_sales_order(customer_email="", magento_customer_id=None))


def test_what_is_held_twice_waits_for_both_releases() -> None:
    order = a_sales_order()
    by_order, by_customer = hold(OrderHold.of_order(order)), hold(OrderHold.of_customer(order))
    task = a_task(Step.PUSH_ORDER, order, not_before=clock.now())
    order_holds.held_back(task)
    SyncTask.objects.update(cause=HELD, error_class=Kind.HELD)

    let_go(by_order)
    assert SyncTask.objects.get().cause == HELD
    assert is_held(order)

    let_go(by_customer)
    assert SyncTask.objects.get().cause == ""
    assert not is_held(order)


def test_of_two_who_hold_or_release_at_once_one_is_told_so() -> None:
    order, person = a_sales_order(), a_user()
    held = hold(OrderHold.of_order(order))

    assert not order_holds.hold(OrderHold.of_order(order), person, "Me too")
    let_go(held)
    assert not order_holds.release(held, person, "Me too")
    kept = OrderHold.objects.get()
    assert (kept.reason, kept.release_reason) == ("Unpaid bills", "Paid")
    assert kept.held_by_name != kept.released_by_name
    assert kept.released_at is not None
    hold(OrderHold.of_order(order))  # once more, and both are kept
    assert OrderHold.objects.on(order).count() == 2


def test_what_was_put_back_just_as_it_was_released_is_woken_by_the_sweep() -> None:
    held_task, free_task = (
        a_task(Step.PUSH_ORDER, a_sales_order(), cause=HELD, not_before=clock.now() + later)
        for later in [order_holds.LOOK_AGAIN_AFTER] * 2
    )
    assert held_task.sales_order is not None
    hold(OrderHold.of_order(held_task.sales_order))

    sweep()

    held_task.refresh_from_db()
    free_task.refresh_from_db()
    assert held_task.not_before > clock.now()
    assert free_task.not_before <= clock.now()
    assert free_task.cause == ""


@pytest.mark.parametrize(
    "columns",
    [
        {"sap_unsettled_until": "2026-03-02T09:30Z"},
        {"shop_unsettled_until": "2026-03-02T09:30Z"},
        {"sap_sales_order_number": "0000004711"},
    ],
)
def test_what_may_have_been_written_is_let_through_to_be_looked_up(columns: Any) -> None:
    order = a_sales_order(**columns)
    hold(OrderHold.of_order(order))
    task = a_task(Step.PUSH_ORDER, SalesOrder.objects.get())

    assert order_holds.held_back(task) is None


def test_work_that_writes_nothing_is_never_held() -> None:
    order = an_order_in_sap()
    hold(OrderHold.of_order(order))

    for step in (Step.PULL_DELIVERIES, Step.PULL_BILLING, Step.DRY_RUN):
        assert order_holds.held_back(a_task(step, order)) is None
    assert order_holds.held_back(a_task(Step.CONFIRM_ORDER, order)) is not None


def test_a_claim_asks_for_holds_only_while_something_is_held() -> None:
    claim(a_task(order=a_sales_order()).pk, owner="worker", lease=LEASE)  # what is compiled once
    hold(OrderHold.of_order(a_sales_order()))
    OrderHold.objects.update(released_at=clock.now())

    with CaptureQueriesContext(connection) as made:
        claim(a_task(order=a_sales_order()).pk, owner="worker", lease=LEASE)
    separate = [one["sql"] for one in made if 'FROM "sync_orderhold"' in one["sql"]]

    assert len(separate) == 1
    assert "EXISTS" in separate[0]


def test_a_release_of_many_takes_as_many_statements_as_of_one() -> None:
    def of(count: int) -> int:
        first, *_rest = [
            a_sales_order(customer_email=f"c{count}@example.com") for _ in range(count)
        ]
        held = hold(OrderHold.of_customer(first))
        for order in SalesOrder.objects.filter(customer_email=first.customer_email):
            a_task(Step.PUSH_ORDER, order, cause=HELD)
        with CaptureQueriesContext(connection) as made:
            let_go(held)
        assert not SyncTask.objects.filter(cause=HELD).exists()
        return len(made)

    assert of(100) == of(1)
