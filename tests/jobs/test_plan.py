"""The plan: what a document needs next, read from the mirrors alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.utils import timezone

from sync.jobs import plan, work
from sync.models import SalesOrder, Step, SyncTask
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_dispatched_delivery,
    a_sales_order,
    a_shop,
    a_task,
    an_order_in_sap,
)

pytestmark = pytest.mark.django_db
Stage, State = SalesOrder.Stage, SyncTask.State


def steps(wanted: Iterable[work.Work]) -> list[str]:
    return [one.step.value for one in wanted]


def as_done(wanted: work.Work) -> SyncTask:
    """The work, carried out just now."""
    return SyncTask.objects.create(
        **wanted.columns(), origin="schedule", state=State.DONE, started_at=timezone.now()
    )


def test_a_waiting_order_needs_to_go_to_sap() -> None:
    assert steps(plan.for_order(a_sales_order())) == ["push_order"]


def test_an_order_in_sap_needs_confirming_and_what_followed() -> None:
    assert steps(plan.for_order(an_order_in_sap())) == [
        "confirm_order",
        "pull_deliveries",
        "pull_billing",
    ]


def test_a_confirmed_order_needs_only_what_followed() -> None:
    order = an_order_in_sap(confirmed_at=timezone.now())

    assert steps(plan.for_order(order)) == ["pull_deliveries", "pull_billing"]


def test_a_canceled_order_needs_nothing() -> None:
    assert steps(plan.for_order(a_sales_order(stage=Stage.CANCELED))) == []


def test_an_order_a_rule_has_stopped_is_looked_at_again() -> None:
    assert steps(plan.for_order(a_sales_order(stage=Stage.NOT_TAKEN))) == ["push_order"]


def test_orders_that_wait_are_open_work_oldest_first() -> None:
    orders = [a_sales_order(), a_sales_order(), a_sales_order(stage=Stage.NOT_TAKEN)]

    wanted = list(plan.open_work(Step.PUSH_ORDER))

    assert [one.sales_order for one in wanted] == orders[:2]


def test_orders_of_a_shop_switched_off_are_left() -> None:
    a_sales_order(shop=a_shop("off", is_active=False))

    assert list(plan.open_work(Step.PUSH_ORDER)) == []


def test_only_a_delivery_that_has_left_is_to_be_shipped() -> None:
    order = an_order_in_sap()
    a_delivery(order)
    left = a_dispatched_delivery(order)

    (wanted,) = plan.open_work(Step.PUSH_SHIPMENT)

    assert (wanted.delivery, wanted.sales_order) == (left, order)


def test_a_delivery_of_two_orders_is_two_pieces_of_work() -> None:
    first, second = an_order_in_sap(), an_order_in_sap()
    a_dispatched_delivery(first, second)

    wanted = plan.open_work(Step.PUSH_SHIPMENT)

    assert [one.sales_order for one in wanted] == [first, second]


def test_a_delivery_just_shipped_is_not_shipped_again() -> None:
    order = an_order_in_sap()
    as_done(work.push_shipment(a_dispatched_delivery(order), order))

    assert list(plan.open_work(Step.PUSH_SHIPMENT)) == []


def test_p0_13_a_delivery_that_changed_since_is_looked_at_again() -> None:
    order = an_order_in_sap()
    delivery = a_dispatched_delivery(order)
    as_done(work.push_shipment(delivery, order))
    delivery.changed_at = timezone.now() + timedelta(seconds=1)
    delivery.save()

    assert steps(plan.open_work(Step.PUSH_SHIPMENT)) == ["push_shipment"]


@pytest.mark.parametrize("state", SyncTask.OPEN_STATES)
def test_a_delivery_with_an_open_task_is_not_asked_for_again(state: str) -> None:
    order = an_order_in_sap()
    wanted = work.push_shipment(a_dispatched_delivery(order), order)
    SyncTask.objects.create(**wanted.columns(), origin="schedule", state=state)

    assert list(plan.open_work(Step.PUSH_SHIPMENT)) == []


def test_an_invoice_of_sap_is_to_be_invoiced_until_it_was() -> None:
    order = an_order_in_sap()
    document = a_billing_document(order)
    assert steps(plan.open_work(Step.PUSH_INVOICE)) == ["push_invoice"]
    as_done(work.push_invoice(document, order))

    assert list(plan.open_work(Step.PUSH_INVOICE)) == []


@pytest.mark.parametrize("values", [{"is_cancelled": True}, {"category": "U"}, {"category": "N"}])
def test_what_is_no_valid_invoice_is_not_invoiced(values: dict[str, object]) -> None:
    a_billing_document(an_order_in_sap(), **values)

    assert list(plan.open_work(Step.PUSH_INVOICE)) == []


def test_p0_12_a_mail_is_never_open_work() -> None:
    assert Step.SEND_INVOICE not in plan.OPEN_WORK


def test_after_a_pull_for_one_order_only_its_shipments_follow() -> None:
    first, second = an_order_in_sap(), an_order_in_sap()
    a_dispatched_delivery(first)
    a_dispatched_delivery(second)
    task = a_task(Step.PULL_DELIVERIES, first)

    assert [one.sales_order for one in plan.follow_ups(task)] == [first]


def test_a_delivery_clicked_is_read_again_through_its_orders() -> None:
    first, second = an_order_in_sap(), an_order_in_sap()

    wanted = list(plan.for_deliveries([a_dispatched_delivery(first, second).pk]))

    assert {one.sales_order for one in wanted} == {first, second}
    assert set(steps(wanted)) == {"pull_deliveries"}


def test_a_billing_document_clicked_is_read_again_through_its_orders() -> None:
    order = an_order_in_sap()

    assert steps(plan.for_billing_documents([a_billing_document(order).pk])) == ["pull_billing"]


def test_an_order_of_which_pieces_were_refunded_is_confirmed_and_one_that_is_over_is_not() -> None:
    going_on = an_order_in_sap(stage=Stage.ONE_SIDED)
    an_order_in_sap(stage=Stage.ONE_SIDED, state="closed")
    an_order_in_sap(stage=Stage.ONE_SIDED, sap_is_rejected=True)

    wanted = [one.sales_order for one in plan.open_work(Step.CONFIRM_ORDER)]

    assert wanted == [going_on]
