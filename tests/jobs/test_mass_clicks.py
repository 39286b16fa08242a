"""Clicks on many documents: recorded in one row, and nothing of them left out or done twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sync.jobs import taking_up, work
from sync.jobs.ask import ask, follow_up_urgency, retry
from sync.jobs.bell import heard_here
from sync.jobs.clicks import become_of, sync_all_new_orders
from sync.jobs.mass_clicks import (
    NOT_HEARD,
    MassClicked,
    retry_causes,
    sync_many,
)
from sync.jobs.run import run_one
from sync.jobs.sweep import sweep
from sync.models import Click, SalesOrder, Step, SyncTask
from sync.remotes import remotes_of_this_thread
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_done_task,
    a_sales_order,
    a_shop,
    a_stopped_task,
    a_task,
    a_user,
    an_invoice,
    an_order_in_sap,
)
from tests.clicked import carried_out, queue_clicks

pytestmark = pytest.mark.django_db
Kind = Click.Kind
State, Priority = SyncTask.State, SyncTask.Priority


@pytest.fixture
def in_chunks_of_two() -> Iterator[None]:
    with mock.patch.object(taking_up, "AT_ONCE", 2):
        yield


@pytest.fixture
def in_slices_of_one_chunk(in_chunks_of_two: None) -> Iterator[None]:
    with mock.patch.object(taking_up, "SLICE_SECONDS", 0):
        yield


def click_on(orders: list[SalesOrder], user: User | None = None) -> MassClicked:
    return sync_many(Kind.ORDERS, [order.pk for order in orders], user or a_user(SALES))


def pushed() -> list[int | None]:
    """Orders that have a task, by the task's age."""
    tasks = SyncTask.objects.filter(step=Step.PUSH_ORDER).order_by("pk")
    return list(tasks.values_list("sales_order", flat=True))


# ---- what is recorded
def test_a_click_on_many_is_one_row_and_one_ring() -> None:
    orders, person = [a_sales_order() for _ in range(3)], a_user(SALES)

    with mock.patch("sync.jobs.mass_clicks.ring", return_value=True) as ring:
        clicked = click_on(orders, person)

    click = Click.objects.get()
    task = SyncTask.objects.get()
    assert (click.asked_by, click.documents) == (person, sorted(order.pk for order in orders))
    assert (task.step, task.reference) == (Step.TAKE_UP_CLICK, f"click:{click.pk}")
    assert (task.priority, task.asked_by) == (Priority.INTERACTIVE, person)
    assert ring.call_args_list == [mock.call([task])]
    assert clicked.message == "Sync now: 3 orders asked for."


def test_while_redis_is_away_a_click_is_recorded_and_the_page_says_that_it_waits() -> None:
    clicked = click_on([a_sales_order(), a_sales_order()])

    assert clicked.message == f"Sync now: 2 orders asked for. {NOT_HEARD}"
    with mock.patch("sync.jobs.sweep.ring", return_value=True) as ring:
        sweep()
    assert [task.step for task in ring.call_args.args[0]] == [Step.TAKE_UP_CLICK]


# ---- what a worker makes of it
def test_a_worker_queues_all_of_it_and_the_answers_are_counted() -> None:
    orders, person = [a_sales_order() for _ in range(4)], a_user(SALES)
    a_task(Step.PUSH_ORDER, orders[0], state=State.RUNNING, **work_of(orders[0]))
    ask(work.push_order(orders[1]), origin=SyncTask.Origin.SCHEDULE)
    a_stopped_task(Step.PUSH_ORDER, orders[2])

    answer = carried_out(click_on(orders, person))

    assert answer == (
        "Sync now, 4 orders: 1 queued, 1 tried again, 1 already waiting, 1 already running."
    )
    assert sorted(map(str, pushed())) == sorted(str(order.pk) for order in orders)
    assert Click.objects.get().finished_at is not None
    assert SyncTask.objects.get(step=Step.TAKE_UP_CLICK).outcome == answer


def work_of(order: SalesOrder) -> dict[str, Any]:
    wanted = work.push_order(order)
    return {"reference": wanted.reference, "lock": wanted.lock}


@pytest.mark.usefixtures("in_chunks_of_two")
def test_many_more_than_a_chunk_are_queued_oldest_first() -> None:
    orders = [a_sales_order() for _ in range(5)]

    answer = carried_out(click_on(orders[::-1]))

    assert answer == "Sync now, 5 orders: 5 queued."
    assert pushed() == [order.pk for order in orders]


@pytest.mark.usefixtures("in_slices_of_one_chunk")
def test_between_two_slices_a_worker_hears_other_rings() -> None:
    orders = [a_sales_order() for _ in range(5)]
    clicked = click_on(orders)

    behind = run_one(SyncTask.objects.get().pk, remotes_of_this_thread())

    assert (behind, len(pushed())) == (None, 2)
    rest = SyncTask.objects.get(step=Step.TAKE_UP_CLICK, state=State.WAITING)
    assert rest.priority == Priority.INTERACTIVE  # before the work queued so far
    assert (
        become_of(Click.objects.get())
        == "Sync now: 5 orders asked for. 2 of them are queued so far."
    )
    assert carried_out(clicked) == "Sync now, 5 orders: 5 queued."
    assert pushed() == [order.pk for order in orders]


@pytest.mark.usefixtures("in_chunks_of_two")
def test_whoever_goes_on_after_a_killed_worker_leaves_nothing_out_and_doubles_nothing() -> None:
    """Killed in the third chunk, before it was stored."""
    orders = [a_sales_order() for _ in range(6)]
    clicked = click_on(orders)
    chunks = iter([taking_up._queue, taking_up._queue])

    def until_killed(*arguments: Any) -> None:
        queue = next(chunks, None)
        if queue is None:
            raise KeyboardInterrupt
        queue(*arguments)

    task = SyncTask.objects.get()
    with (
        mock.patch.object(taking_up, "_queue", until_killed),
        pytest.raises(KeyboardInterrupt),
    ):
        run_one(task.pk, remotes_of_this_thread())
    assert (len(pushed()), Click.objects.get().reached) == (4, 4)
    SyncTask.objects.filter(pk=task.pk).update(lease_until=timezone.now())
    sweep()

    assert carried_out(clicked) == "Sync now, 6 orders: 6 queued."
    assert pushed() == [order.pk for order in orders]


@pytest.mark.usefixtures("in_chunks_of_two")
def test_a_chunk_and_how_far_it_came_are_stored_together() -> None:
    clicked = click_on([a_sales_order() for _ in range(2)])
    with mock.patch.object(Click, "save", side_effect=ZeroDivisionError):
        run_one(SyncTask.objects.get().pk, remotes_of_this_thread())

    assert pushed() == []
    assert clicked.click is not None
    clicked.click.refresh_from_db()
    assert (clicked.click.reached, clicked.click.position) == (0, 0)


def test_a_worker_that_has_lost_its_lease_queues_nothing() -> None:
    click_on([a_sales_order(), a_sales_order()])
    planned = taking_up._next

    def taken_over(*arguments: Any) -> taking_up.Chunk:
        SyncTask.objects.update(lease_owner="another", attempts=7)
        return planned(*arguments)

    with mock.patch.object(taking_up, "_next", taken_over):
        run_one(SyncTask.objects.get().pk, remotes_of_this_thread())

    assert (pushed(), Click.objects.get().reached) == ([], 0)


def test_p0_03_a_second_click_on_the_same_orders_makes_nothing_twice() -> None:
    orders = [a_sales_order() for _ in range(3)]
    carried_out(click_on(orders))

    assert carried_out(click_on(orders)) == "Sync now, 3 orders: 3 already waiting."
    assert len(pushed()) == 3


def test_documents_that_are_no_longer_there_are_passed_over() -> None:
    order = a_sales_order()

    clicked = sync_many(Kind.ORDERS, [order.pk, order.pk + 1, order.pk + 2], a_user(SALES))

    assert carried_out(clicked) == "Sync now, 3 orders: 1 queued."


@pytest.mark.parametrize("in_sap", [False, True])
def test_queueing_a_chunk_takes_as_many_queries_for_40_orders_as_for_4(in_sap: bool) -> None:
    person = a_user(SALES)

    def cost(number: int) -> int:
        an_order = an_order_in_sap if in_sap else a_sales_order
        click_on([an_order() for _ in range(number)], person)
        with CaptureQueriesContext(connection) as queries:
            queue_clicks()
        return len(queries)

    assert cost(40) == cost(4)


# ---- each kind of click
def test_deliveries_and_billing_documents_are_read_through_their_orders() -> None:
    first, second = an_order_in_sap(), an_order_in_sap()
    deliveries = [a_delivery(first), a_delivery(first, second)]
    documents = [a_billing_document(first), a_billing_document(second)]

    asked = sync_many(Kind.DELIVERIES, [one.pk for one in deliveries], a_user(LOGISTICS))
    assert carried_out(asked) == "Sync now, 2 deliveries: 2 queued."
    asked = sync_many(Kind.BILLING_DOCUMENTS, [one.pk for one in documents], a_user(FINANCE))
    assert carried_out(asked) == "Sync now, 2 billing documents: 2 queued."


def test_invoices_are_mailed_for_each_billing_document_that_has_one() -> None:
    order = an_order_in_sap()
    documents = [a_billing_document(order) for _ in range(3)]
    for document in documents[:2]:
        an_invoice(order, document)

    clicked = sync_many(Kind.INVOICES, [one.pk for one in documents], a_user(FINANCE))

    assert carried_out(clicked) == (
        "Resend invoice, the invoices of 3 billing documents: 2 queued."
    )


@pytest.mark.usefixtures("in_chunks_of_two")
def test_all_new_orders_are_queued_however_many_wait() -> None:
    shop = a_shop()
    orders = [a_sales_order(shop=shop) for _ in range(5)]
    under_way = a_sales_order(shop=shop)
    ask(work.push_order(under_way), origin=SyncTask.Origin.SCHEDULE)

    answer = carried_out(sync_all_new_orders(a_user(SALES)))

    assert answer == "Sync now, all new orders: 6 queued."
    assert set(pushed()) == {order.pk for order in [*orders, under_way]}
    fetch = SyncTask.objects.get(step=Step.PULL_ORDERS)
    assert fetch.priority == Priority.INTERACTIVE


@pytest.mark.usefixtures("in_chunks_of_two")
def test_all_that_stopped_for_a_cause_is_put_back_to_work() -> None:
    alike = [a_stopped_task(attempts=14) for _ in range(5)]
    person = a_user(SALES)
    clicked = retry_causes([{"cause_key": alike[0].cause_key}], person)
    a_stopped_task(cause_key="mapping:carrier:X")

    assert carried_out(clicked) == "Retry, 5 stopped tasks: 5 tried again."
    again = SyncTask.objects.filter(state=State.WAITING)
    assert {(one.attempts, one.origin, one.asked_by) for one in again} == {(0, "repair", person)}
    assert len(again) == 5


def test_what_stops_again_meanwhile_is_not_tried_twice() -> None:
    task = a_stopped_task()
    clicked = retry_causes([{"cause_key": task.cause_key}], a_user(SALES))
    SyncTask.objects.filter(pk=task.pk).update(state=State.WAITING)

    assert carried_out(clicked) == (
        "Retry, 1 stopped task: Nothing to do: everything is up to date."
    )


def test_a_cause_nothing_stopped_for_is_no_click() -> None:
    clicked = retry_causes([{"cause_key": "mapping:nothing"}], a_user(SALES))

    assert clicked.message == "Nothing to do: everything is up to date."
    assert not Click.objects.exists()


# ---- whose right, and when
def test_who_has_lost_the_right_meanwhile_gets_nothing_queued() -> None:
    person = a_user(SALES)
    clicked = click_on([a_sales_order(), a_sales_order()], person)
    person.groups.clear()

    assert carried_out(clicked) == f"Sync now, 2 orders: {taking_up.NO_RIGHT}"
    assert pushed() == []


def test_a_person_who_left_gets_nothing_queued() -> None:
    person = a_user(SALES)
    clicked = click_on([a_sales_order(), a_sales_order()], person)
    User.objects.filter(pk=person.pk).update(is_active=False)

    assert taking_up.NO_RIGHT in carried_out(clicked)
    assert pushed() == []


def test_nobody_retries_the_steps_of_another_team() -> None:
    a_stopped_task(Step.SEND_INVOICE, an_order_in_sap(), cause_key="alike")
    own = a_stopped_task(Step.PUSH_ORDER, a_sales_order(), cause_key="alike")

    clicked = retry_causes([{"cause_key": "alike"}], a_user(SALES))

    assert carried_out(clicked) == "Retry, 1 stopped task: 1 tried again."
    assert SyncTask.objects.get(step=Step.PUSH_ORDER).pk == own.pk
    assert SyncTask.objects.get(step=Step.SEND_INVOICE).state == State.NEEDS_ATTENTION


def test_a_portal_that_is_not_released_queues_no_new_order_whatever_was_so_at_the_click(
    settings: Any,
) -> None:
    a_sales_order()
    clicked = sync_all_new_orders(a_user(SALES))
    settings.NEEDS_RELEASE = True

    assert carried_out(clicked) == "Sync now, all new orders: 1 queued."
    assert pushed() == []


# ---- who comes first
def test_a_click_on_many_gives_way_to_a_click_on_one() -> None:
    orders = [a_sales_order() for _ in range(taking_up.FEW + 1)]
    carried_out(click_on(orders[: taking_up.FEW]))
    few = set(SyncTask.objects.filter(step=Step.PUSH_ORDER).values_list("priority", flat=True))
    SyncTask.objects.all().delete()

    carried_out(click_on(orders))

    many = set(SyncTask.objects.filter(step=Step.PUSH_ORDER).values_list("priority", flat=True))
    assert (few, many) == ({Priority.INTERACTIVE}, {Priority.CLICKED})


def test_a_click_on_many_never_puts_back_what_somebody_waits_for() -> None:
    orders = [a_sales_order() for _ in range(taking_up.FEW + 1)]
    ask(work.push_order(orders[0]), origin=SyncTask.Origin.CLICK, asked_by=a_user(SALES))
    ask(work.push_order(orders[1]), origin=SyncTask.Origin.SCHEDULE)

    carried_out(click_on(orders))

    priorities = dict(
        SyncTask.objects.filter(sales_order__in=orders[:2]).values_list("sales_order", "priority")
    )
    assert priorities == {orders[0].pk: Priority.INTERACTIVE, orders[1].pk: Priority.CLICKED}


@pytest.mark.parametrize(
    ("is_by_person", "about_one", "priority", "follows_with"),
    [
        (False, True, Priority.BULK, Priority.BULK),
        (True, True, Priority.INTERACTIVE, Priority.INTERACTIVE),
        (True, True, Priority.BULK, Priority.INTERACTIVE),  # joined while it ran
        (True, True, Priority.CLICKED, Priority.CLICKED),
        (True, False, Priority.INTERACTIVE, Priority.CLICKED),
    ],
)
def test_what_follows_is_as_urgent_as_what_was_clicked(
    is_by_person: bool, about_one: bool, priority: int, follows_with: int
) -> None:
    order = a_sales_order() if about_one else None
    person = a_user(SALES) if is_by_person else None
    task = a_done_task(Step.PULL_DELIVERIES, order, asked_by=person, priority=priority)

    assert follow_up_urgency(task) == follows_with


def test_the_worker_that_queues_it_hears_of_its_tasks_and_of_nothing_else(
    django_capture_on_commit_callbacks: Any,
) -> None:
    """A ring for no task at all stopped a worker in the middle of a click."""
    clicked = click_on([a_sales_order(), a_sales_order()])
    heard: list[list[SyncTask]] = []

    with heard_here(heard.append), django_capture_on_commit_callbacks(execute=True):
        answer = carried_out(clicked)

    assert answer == "Sync now, 2 orders: 2 queued."
    assert [[task.step for task in tasks] for tasks in heard] == [[Step.PUSH_ORDER] * 2]


def test_a_click_that_stopped_goes_on_where_it_was_when_it_is_retried() -> None:
    orders = [a_sales_order() for _ in range(3)]
    clicked = click_on(orders)
    with mock.patch.object(taking_up, "_next", side_effect=ZeroDivisionError):
        run_one(SyncTask.objects.get().pk, remotes_of_this_thread())
    task = SyncTask.objects.get()
    assert task.state == State.NEEDS_ATTENTION

    retry(task, asked_by=a_user(ADMINISTRATORS))

    assert carried_out(clicked) == "Sync now, 3 orders: 3 queued."
