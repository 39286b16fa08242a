"""What has become of a click on many documents, and what of it can still be cancelled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sync.jobs import cancelling, prune, taking_up, work
from sync.jobs.ask import ask, ask_all
from sync.jobs.cancelling import cancel
from sync.jobs.clicks import sync_all_new_orders
from sync.jobs.ends import end_of
from sync.jobs.mass_clicks import retry_causes, sync_many
from sync.jobs.run import ask_follow_ups, run_one
from sync.jobs.run_results import keep_results, tallies
from sync.models import Click, SalesOrder, Step, SyncTask
from sync.remotes import remotes_of_this_thread
from sync.roles import SALES
from sync.views.run_words import sentence
from tests.builders import (
    a_done_task,
    a_sales_order,
    a_shop,
    a_stopped_task,
    a_user,
    an_order_in_sap,
)
from tests.clicked import queue_clicks

pytestmark = pytest.mark.django_db
State, Origin = SyncTask.State, SyncTask.Origin


def a_run(orders: list[SalesOrder], user: User | None = None) -> Click:
    """A click on these orders whose work is queued."""
    clicked = sync_many(Click.Kind.ORDERS, [one.pk for one in orders], user or a_user(SALES))
    queue_clicks()
    assert clicked.click is not None
    clicked.click.refresh_from_db()
    return clicked.click


def end(order: SalesOrder, state: str = State.DONE) -> None:
    """As a worker ends all work of an order; done means that SAP's order was read back."""
    order.tasks.update(state=state, finished_at=timezone.now(), attempts=1)
    if state == State.DONE:
        SalesOrder.objects.filter(pk=order.pk).update(
            sap_sales_order_number=f"{order.pk:010}", sap_read_at=timezone.now()
        )


def said(click: Click) -> str:
    click.refresh_from_db()
    return sentence(click, tallies([click])[click.pk])


# ---- how far it is and what it came to
def test_p1_19_a_run_counts_its_orders_while_it_runs_and_says_what_it_came_to() -> None:
    orders = [a_sales_order() for _ in range(14)]
    click = a_run(orders)
    for order in orders[:4]:
        end(order)
    end(orders[4], State.NEEDS_ATTENTION)

    assert said(click) == "Sync now, 14 orders: 5 of 14 finished, 1 of them stopped."
    for order in orders[5:]:
        end(order)
    assert said(click) == "Sync now, 14 orders: 13 in SAP, 1 stopped."


def test_p0_15_only_what_was_read_back_counts_as_in_sap() -> None:
    orders = [a_sales_order(), a_sales_order()]
    click = a_run(orders)
    end(orders[0])
    orders[1].tasks.update(state=State.DONE)  # a rule has kept it out

    assert said(click) == "Sync now, 2 orders: 1 in SAP, 1 not sent to SAP."


def test_what_follows_from_a_run_belongs_to_it() -> None:
    order = a_sales_order()
    click = a_run([order, a_sales_order()])
    end(order)
    pushed = order.tasks.get()
    pushed.sales_order = SalesOrder.objects.get(pk=order.pk)

    ask_follow_ups(pushed)

    confirms = SyncTask.objects.get(step=Step.CONFIRM_ORDER)
    assert confirms.click_id == click.pk
    assert said(click) == "Sync now, 2 orders: 0 of 2 finished."


def test_new_orders_found_by_a_run_are_counted_with_it() -> None:
    shop = a_shop()
    clicked = sync_all_new_orders(a_user(SALES)).click
    queue_clicks()
    assert clicked is not None
    assert said(clicked) == "Sync now, all new orders: looking into the shop."
    fetch = SyncTask.objects.get(step=Step.PULL_ORDERS)
    order = a_sales_order(shop=shop)  # which the fetch has found
    ask_follow_ups(fetch)
    SyncTask.objects.filter(pk=fetch.pk).update(state=State.DONE)

    assert said(clicked) == "Sync now, all new orders: 0 of 1 finished."
    end(order)
    assert said(clicked) == "Sync now, all new orders: 1 in SAP."


def test_a_run_that_found_nothing_says_so() -> None:
    a_shop()
    clicked = sync_all_new_orders(a_user(SALES)).click
    queue_clicks()
    SyncTask.objects.filter(step=Step.PULL_ORDERS).update(state=State.DONE)

    assert clicked is not None
    assert said(clicked) == "Sync now, all new orders: nothing new in the shop."


def test_a_task_joined_while_it_runs_belongs_to_the_click_once_it_ends() -> None:
    order = a_sales_order()
    task = ask(work.push_order(order), origin=Origin.SCHEDULE).task
    SyncTask.objects.filter(pk=task.pk).update(state=State.RUNNING)
    click = a_run([order, a_sales_order()])

    end_of(task)  # as its worker, who had read it before

    assert (task.click_id, Click.objects.get().elsewhere) == (click.pk, 0)


def test_p0_03_what_an_earlier_run_has_under_way_stays_with_it_and_the_later_one_says_so() -> None:
    orders = [a_sales_order() for _ in range(3)]
    first = a_run(orders[:2])

    second = a_run(orders)

    assert said(first) == "Sync now, 2 orders: 0 of 2 finished."
    assert (second.elsewhere, said(second)) == (2, "Sync now, 3 orders: 0 of 1 finished.")
    end(orders[2])
    assert said(second) == "Sync now, 3 orders: 1 in SAP, 2 in an earlier run."


def test_what_is_over_is_kept_and_changes_no_more() -> None:
    order = a_sales_order()
    click = a_run([order, a_sales_order()])
    assert keep_results() == 0
    for one in SalesOrder.objects.all():
        end(one)

    assert keep_results() == 1
    order.tasks.update(state=State.NEEDS_ATTENTION)
    assert said(click) == "Sync now, 2 orders: 2 in SAP."
    assert keep_results() == 0


def test_counting_takes_as_many_queries_for_three_runs_of_many_orders_as_for_one() -> None:
    def cost(clicks: list[Click]) -> int:
        with CaptureQueriesContext(connection) as queries:
            tallies(clicks)
        return len(queries)

    one = [a_run([a_sales_order(), a_sales_order()])]
    three = [a_run([a_sales_order() for _ in range(20)]) for _ in range(3)]

    assert cost(one) == cost(three) == 1
    for order in SalesOrder.objects.all():
        end(order)
    assert cost(three) == 2


# ---- cancelled
def test_what_has_not_begun_is_cancelled_and_what_has_begun_goes_on() -> None:
    orders = [a_sales_order() for _ in range(4)]
    click = a_run(orders)
    end(orders[0])
    orders[1].tasks.update(state=State.RUNNING, attempts=1)
    orders[2].tasks.update(attempts=1)  # in SAP perhaps: the look before the next try tells

    assert cancel(click, a_user(SALES))

    states = [order.tasks.get().state for order in orders]
    assert states == [State.DONE, State.RUNNING, State.WAITING, State.CANCELLED]
    end(orders[1])
    end(orders[2])
    assert said(click) == "Sync now, 4 orders: 3 in SAP, 1 cancelled before it began."


def test_a_run_that_is_cancelled_while_it_is_queued_queues_nothing_more() -> None:
    orders, person = [a_sales_order() for _ in range(5)], a_user(SALES)
    clicked = sync_many(Click.Kind.ORDERS, [one.pk for one in orders], person).click
    assert clicked is not None
    queue = taking_up._queue

    def then_cancelled(*arguments: Any) -> None:
        queue(*arguments)
        cancel(clicked, person)

    with (
        mock.patch.object(taking_up, "AT_ONCE", 2),
        mock.patch.object(taking_up, "_queue", then_cancelled),
    ):
        queue_clicks()

    assert (
        list(SyncTask.objects.filter(step=Step.PUSH_ORDER).values_list("state", flat=True))
        == [State.CANCELLED] * 2
    )
    assert said(clicked) == "Sync now, 5 orders: 5 cancelled before they began."
    clicked.refresh_from_db()
    assert clicked.documents == []


def test_what_others_want_as_well_is_not_cancelled() -> None:
    orders = [a_sales_order() for _ in range(3)]
    by_schedule = ask(work.push_order(orders[0]), origin=Origin.SCHEDULE).task
    click = a_run(orders)
    ask_all([work.push_order(orders[1])], origin=Origin.CLICK, asked_by=a_user(SALES))

    cancel(click, a_user(SALES))

    states = [order.tasks.get().state for order in orders]
    assert states == [State.WAITING, State.WAITING, State.CANCELLED]
    assert by_schedule.pk == orders[0].tasks.get().pk


def test_work_that_had_stopped_stops_again_with_its_reason() -> None:
    task = a_stopped_task(Step.PUSH_ORDER, a_sales_order())
    clicked = retry_causes([{"cause_key": task.cause_key}], a_user(SALES)).click
    queue_clicks()
    assert clicked is not None

    cancel(clicked, a_user(SALES))

    again = SyncTask.objects.get(pk=task.pk)
    assert (again.state, again.error_message) == (State.NEEDS_ATTENTION, task.error_message)
    assert again.finished_at is not None


def test_a_run_is_cancelled_in_short_transactions_and_only_once() -> None:
    click = a_run([a_sales_order() for _ in range(5)])

    with mock.patch.object(cancelling, "AT_ONCE", 2):
        assert cancel(click, a_user(SALES))

    assert set(SyncTask.objects.exclude(sales_order=None).values_list("state", flat=True)) == {
        State.CANCELLED
    }
    assert not cancel(click, a_user(SALES))


def test_a_cancelled_order_can_be_asked_for_again() -> None:
    order = a_sales_order()
    click = a_run([order, a_sales_order()])
    cancel(click, a_user(SALES))

    ask(work.push_order(order), origin=Origin.CLICK, asked_by=a_user(SALES))

    assert order.tasks.filter(state=State.WAITING).count() == 1
    assert said(click) == "Sync now, 2 orders: 2 cancelled before they began."


def test_a_worker_finds_nothing_to_do_for_a_run_cancelled_before_it_was_queued() -> None:
    click = sync_many(Click.Kind.ORDERS, [a_sales_order().pk], a_user(SALES)).click
    assert click is not None
    cancel(click, a_user(SALES))
    task = SyncTask.objects.get(step=Step.TAKE_UP_CLICK)

    run_one(task.pk, remotes_of_this_thread())

    task.refresh_from_db()
    assert (task.state, SyncTask.objects.count()) == (State.DONE, 1)


# ---- pruned
def test_the_keys_of_what_was_ticked_go_once_all_of_it_is_queued() -> None:
    assert a_run([a_sales_order(), a_sales_order()]).documents == []


def test_what_a_run_came_to_goes_after_some_days_and_its_tasks_stay(settings: Any) -> None:
    settings.LEDGER_CLICK_DAYS = 14
    order = an_order_in_sap()
    old, recent = (
        Click.objects.create(
            kind=Click.Kind.ORDERS,
            asked_at=timezone.now() - timedelta(days=days),
            ended_at=timezone.now(),
            result={},
        )
        for days in (15, 13)
    )
    task = a_done_task(Step.PUSH_ORDER, order, click=old)

    dict(prune.prune_all())

    assert list(Click.objects.all()) == [recent]
    assert SyncTask.objects.get().pk == task.pk


def test_a_run_that_is_not_over_stays_whatever_its_age(settings: Any) -> None:
    settings.LEDGER_CLICK_DAYS = 14
    long_ago = timezone.now() - timedelta(days=100)
    Click.objects.create(kind=Click.Kind.ORDERS, asked_at=long_ago)

    dict(prune.prune_all())

    assert Click.objects.exists()
