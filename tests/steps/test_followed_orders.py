"""A complete order is followed for a while: SAP may still add, correct or cancel."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from sync.jobs import work
from sync.mirrors.followed import followed_orders, schedule_next_read
from sync.models import SalesOrder, StepSchedule
from sync.sandbox.sap import billing
from tests.world import World

pytestmark = pytest.mark.slow

AUTOMATIC = ("push_shipment", "push_invoice")


@pytest.fixture
def complete(world: World) -> SalesOrder:
    """An order whose goods left without a parcel number, and which is complete."""
    for step in AUTOMATIC:
        StepSchedule.objects.create(step=step)
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=[])
    world.run(work.pull_deliveries())
    world.work_off()
    world.bill(number)
    world.run(work.pull_billing())
    world.work_off()
    order.refresh_from_db()
    assert order.stage == SalesOrder.Stage.COMPLETE
    return order


def test_p0_13_a_parcel_number_added_when_the_order_was_complete_is_sent_once(
    world: World, complete: SalesOrder
) -> None:
    delivery = complete.shipments.get().delivery
    assert delivery is not None
    world.track(delivery.delivery_number, "1Z1")

    for _ in range(3):
        world.run(work.pull_deliveries())
        world.work_off()

    (held,) = world.shop_books(complete)["shipments"]
    assert [track["track_number"] for track in held["tracks"]] == ["1Z1"]
    assert len(world.mails(complete, "shipment")) == 1


def test_an_invoice_cancelled_when_the_order_was_complete_is_noticed(
    world: World, complete: SalesOrder
) -> None:
    document = complete.invoices.get().billing_document
    assert document is not None
    billing.cancel(world.sap, document.billing_document_number)

    world.run(work.pull_billing())

    complete.refresh_from_db()
    document.refresh_from_db()
    assert document.is_cancelled
    assert complete.stage != SalesOrder.Stage.COMPLETE


def test_a_complete_order_is_asked_about_soon_at_first(world: World, complete: SalesOrder) -> None:
    ten_minutes_ago = timezone.now() - timedelta(minutes=10)
    SalesOrder.objects.update(completed_at=ten_minutes_ago)

    world.run(work.pull_deliveries())

    complete.refresh_from_db()
    assert followed_orders(9) == []
    assert complete.deliveries_due_at is not None
    assert complete.deliveries_due_at < timezone.now() + timedelta(minutes=3)


def test_a_complete_order_is_asked_about_every_hour_later(
    world: World, complete: SalesOrder
) -> None:
    SalesOrder.objects.update(completed_at=timezone.now() - timedelta(days=2))

    world.run(work.pull_deliveries())

    complete.refresh_from_db()
    assert complete.deliveries_due_at is not None
    assert complete.deliveries_due_at > timezone.now() + timedelta(minutes=59)


def test_after_its_time_a_complete_order_is_asked_about_once_more_and_no_longer(
    world: World, complete: SalesOrder
) -> None:
    long_ago = timezone.now() - timedelta(days=15)  # nothing ran meanwhile
    SalesOrder.objects.update(completed_at=long_ago, deliveries_due_at=long_ago)
    assert followed_orders(9) == [complete]

    world.run(work.pull_deliveries())

    complete.refresh_from_db()
    assert complete.deliveries_due_at is None


def test_an_order_that_becomes_complete_while_sap_answers_is_looked_at_again(
    world: World, complete: SalesOrder
) -> None:
    SalesOrder.objects.update(
        stage="shipped", sap_delivery_status="B", deliveries_due_at=None, completed_at=None
    )

    world.run(work.pull_deliveries())

    complete.refresh_from_db()
    assert complete.stage == SalesOrder.Stage.COMPLETE
    assert followed_orders(9) == [complete]


def test_what_became_due_while_sap_answered_stays_due(world: World, complete: SalesOrder) -> None:
    stale = SalesOrder.objects.get(pk=complete.pk)
    just_now = timezone.now()
    SalesOrder.objects.update(deliveries_due_at=just_now)  # complete once more, meanwhile

    schedule_next_read([stale], world.remotes.policy)

    complete.refresh_from_db()
    assert complete.deliveries_due_at == just_now
