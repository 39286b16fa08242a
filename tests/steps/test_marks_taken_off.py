"""The mark of a write is taken off together with what the write made of its order, or with the next
commit."""

from __future__ import annotations

from typing import Any
from unittest import mock

from django.db import connection
from django.test.utils import CaptureQueriesContext

from sync.causes.portal import PortalCause
from sync.errors import RemoteUnavailable
from sync.jobs import work
from sync.mirrors.shop import store_order
from sync.models import SalesOrder, SyncTask
from tests.world import World


def updates_of_orders(world: World, wanted: work.Work) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        task = world.run(wanted)
    assert task.state == SyncTask.State.DONE, task.error_message
    told = [one["sql"] for one in queries]
    return [sql for sql in told if sql.startswith('UPDATE "sync_salesorder" ')]


def marked() -> list[int]:
    orders = SalesOrder.objects.all()
    unmarked = orders.filter(sap_unsettled_until=None, shop_unsettled_until=None)
    return [one.pk for one in orders.exclude(pk__in=unmarked)]


def test_each_write_costs_its_order_two_updates_with_the_mark(world: World) -> None:
    order = world.place()

    created = updates_of_orders(world, work.push_order(order))
    order.refresh_from_db()
    confirmed = updates_of_orders(world, work.confirm_order(order))

    assert (len(created), len(confirmed)) == (2, 2)
    assert not marked()


def test_a_mark_that_could_not_be_taken_off_with_the_order_goes_with_the_next_commit(
    world: World,
) -> None:
    order = world.into_sap()

    def fail_after_the_write(*given: Any, **more: Any) -> SalesOrder:
        if marked():
            raise RemoteUnavailable("The database is busy.", cause=PortalCause.DATABASE)
        return store_order(*given, **more)

    with mock.patch("sync.steps.confirm_order.store_order", fail_after_the_write):
        task = world.run(work.confirm_order(order))

    assert task.state == SyncTask.State.WAITING
    assert task.error_message == "The database is busy."
    assert not marked()
    assert world.run_until_done(task).state == SyncTask.State.DONE
