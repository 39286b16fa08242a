"""News for the shop: no change of a SAP document is lost, and what is settled is not read again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sync.jobs import plan, work
from sync.jobs.cleared import close_cleared
from sync.mirrors import news
from sync.mirrors.standing_for import tie
from sync.models import BillingDocument, OutboundDelivery, SalesOrder, Step, SyncTask
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_dispatched_delivery,
    a_shipment,
    an_invoice,
    an_order_in_sap,
)

pytestmark = pytest.mark.django_db
State = SyncTask.State
NOW = timezone.now()
BEFORE, LATER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)


def as_task(wanted: work.Work, **values: Any) -> SyncTask:
    return SyncTask.objects.create(**wanted.columns(), origin="schedule", **values)


def planned(step: Step) -> int:
    return len(list(plan.open_work(step)))


def with_news() -> int:
    documents = (OutboundDelivery, BillingDocument)
    return sum(one.objects.filter(news_at__isnull=False).count() for one in documents)


def a_left_delivery() -> tuple[OutboundDelivery, SalesOrder]:
    order = an_order_in_sap()
    return a_dispatched_delivery(order), order


@pytest.mark.parametrize("state", [State.WAITING, State.NEEDS_ATTENTION])
def test_news_ends_once_a_task_covers_it(state: str) -> None:
    delivery, order = a_left_delivery()
    assert planned(Step.PUSH_SHIPMENT) == with_news() == 1
    as_task(work.push_shipment(delivery, order), state=state)

    assert planned(Step.PUSH_SHIPMENT) == with_news() == 0


def test_a_change_while_the_work_runs_is_news_until_it_is_told() -> None:
    delivery, order = a_left_delivery()
    task = as_task(work.push_shipment(delivery, order), state=State.RUNNING, started_at=BEFORE)
    assert (planned(Step.PUSH_SHIPMENT), with_news()) == (0, 1)
    SyncTask.objects.filter(pk=task.pk).update(state=State.DONE)

    assert planned(Step.PUSH_SHIPMENT) == 1


def test_a_change_while_other_work_of_the_order_runs_stays_news() -> None:
    """It may be about to tie a paper of the shop to the document."""
    order = an_order_in_sap()
    delivery = a_delivery(order)
    other = as_task(work.push_shipment(a_dispatched_delivery(order), order), state=State.RUNNING)
    planned(Step.PUSH_SHIPMENT)
    a_shipment(order, delivery)
    SyncTask.objects.filter(pk=other.pk).update(state=State.DONE, started_at=LATER)

    assert [one.delivery for one in plan.open_work(Step.PUSH_SHIPMENT)] == [delivery]


def test_a_delivery_of_two_orders_has_news_until_both_are_told() -> None:
    first, second = an_order_in_sap(), an_order_in_sap()
    delivery = a_dispatched_delivery(first, second)
    as_task(work.push_shipment(delivery, first))

    assert [one.sales_order for one in plan.open_work(Step.PUSH_SHIPMENT)] == [second]
    assert with_news() == 1


def test_a_stopped_task_that_is_cleared_leaves_a_later_change_to_be_told() -> None:
    delivery, order = a_left_delivery()
    stopped = {"state": State.NEEDS_ATTENTION, "started_at": BEFORE, "finished_at": BEFORE}
    as_task(work.push_shipment(delivery, order), **stopped)
    assert planned(Step.PUSH_SHIPMENT) == with_news() == 0
    a_shipment(order, delivery, read_at=NOW)

    assert close_cleared() == 1

    assert planned(Step.PUSH_SHIPMENT) == 1


def test_what_has_not_left_is_no_news_until_the_shop_has_shipped_it() -> None:
    order = an_order_in_sap()
    delivery = a_delivery(order)
    assert planned(Step.PUSH_SHIPMENT) == with_news() == 0

    tie(a_shipment(order), delivery)

    assert planned(Step.PUSH_SHIPMENT) == 1


def test_what_was_cancelled_is_no_news_until_the_shop_has_invoiced_it() -> None:
    order = an_order_in_sap()
    document = a_billing_document(order, is_cancelled=True)
    assert planned(Step.PUSH_INVOICE) == with_news() == 0

    tie(an_invoice(order), document)

    assert planned(Step.PUSH_INVOICE) == 1


def test_what_a_click_on_one_order_finds_does_not_depend_on_news() -> None:
    delivery, order = a_left_delivery()
    OutboundDelivery.objects.update(news_at=None)
    task = as_task(work.pull_deliveries(order))

    assert [one.delivery for one in plan.follow_ups(task)] == [delivery]


def test_without_news_planning_reads_no_document() -> None:
    for _ in range(3):
        delivery, order = a_left_delivery()
        as_task(work.push_shipment(delivery, order))
    planned(Step.PUSH_SHIPMENT)

    with CaptureQueriesContext(connection) as asked:
        assert planned(Step.PUSH_SHIPMENT) == 0

    assert len(asked) == 1


def test_a_lot_that_is_settled_does_not_hide_what_is_not() -> None:
    for _ in range(5):
        delivery, order = a_left_delivery()
        as_task(work.push_shipment(delivery, order))
    a_left_delivery()

    with mock.patch.object(news, "AT_ONCE", 2):
        assert planned(Step.PUSH_SHIPMENT) == with_news() == 1
