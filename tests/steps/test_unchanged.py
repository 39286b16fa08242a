"""A fetch of all open orders stores what is new, and leaves the rest as it is."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sync.jobs import work
from sync.mirrors import unchanged
from sync.models import (
    BillingDocument,
    OutboundDelivery,
    OutboundDeliveryLine,
    SalesOrder,
)
from tests.world import World

LONG_AGO = timezone.now() - timedelta(hours=5)


@pytest.fixture
def order(world: World) -> SalesOrder:
    """An order with a delivery and a billing document the portal has read."""
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.bill(number)
    world.run(work.pull_deliveries())
    world.run(work.pull_billing())
    OutboundDelivery.objects.update(read_at=LONG_AGO, changed_at=LONG_AGO)
    BillingDocument.objects.update(read_at=LONG_AGO, changed_at=LONG_AGO)
    SalesOrder.objects.update(sap_read_at=LONG_AGO)
    return order


def test_what_says_the_same_is_left_as_it_is(world: World, order: SalesOrder) -> None:
    deliveries, bills = world.run(work.pull_deliveries()), world.run(work.pull_billing())

    order.refresh_from_db()
    delivery, document = OutboundDelivery.objects.get(), BillingDocument.objects.get()
    said = ("1 delivery read.", "0 billing documents read.")
    assert (deliveries.outcome, bills.outcome) == said
    assert {delivery.changed_at, document.changed_at} == {LONG_AGO}
    assert {delivery.read_at, document.read_at, order.sap_read_at} == {LONG_AGO}


def test_what_says_something_new_is_stored(world: World, order: SalesOrder) -> None:
    delivery = OutboundDelivery.objects.get()
    world.track(delivery.delivery_number, "1Z9")

    world.run(work.pull_deliveries())

    delivery.refresh_from_db()
    assert delivery.changed_at > LONG_AGO
    assert list(delivery.tracks.values_list("track_number", flat=True)) == ["1Z9"]


def test_unchanged_deliveries_are_noted_together(world: World, order: SalesOrder) -> None:
    for _ in range(5):
        world.dispatch(world.into_sap())
    world.run(work.pull_deliveries())
    world.run(work.pull_deliveries())

    with CaptureQueriesContext(connection) as six:
        world.run(work.pull_deliveries())

    asked = [query["sql"] for query in six if "sync_remotecall" not in query["sql"]]
    assert not [sql for sql in asked if "sync_outbounddeliveryline" in sql and "DELETE" in sql]
    assert len(asked) <= 46  # eight of them forget the round before


def test_a_line_whose_order_has_become_known_is_linked(world: World, order: SalesOrder) -> None:
    OutboundDeliveryLine.objects.update(sales_order=None)

    world.run(work.pull_deliveries())

    assert set(OutboundDeliveryLine.objects.values_list("sales_order", flat=True)) == {order.pk}


def test_sync_now_of_one_order_stores_everything_afresh(world: World, order: SalesOrder) -> None:
    OutboundDelivery.objects.update(carrier="spoilt")
    world.run(work.pull_deliveries())
    assert OutboundDelivery.objects.get().carrier == "spoilt"

    world.run(work.pull_deliveries(order))

    assert OutboundDelivery.objects.get().carrier == "0000070001"


def test_another_form_of_the_mirrors_stores_everything_again(
    world: World, order: SalesOrder
) -> None:
    OutboundDelivery.objects.update(carrier="of an older portal")

    with mock.patch.object(unchanged, "FORM", unchanged.FORM + 1):
        world.run(work.pull_deliveries())

    assert OutboundDelivery.objects.get().carrier == "0000070001"
