"""Deliveries from SAP into the mirror, driven by the portal's own open orders, in bulk calls."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from django.db.models import QuerySet

from sync.models import SalesOrder
from sync.steps.progress import complete_without_parcel, open_orders, refresh_stages
from sync.steps.sap_mirrors import store_delivery, store_sap_status
from sync.steps.step_run import StepRun

BATCH = 50


def pull_deliveries(run: StepRun) -> str:
    """Read status and deliveries of one order, or of every order from which more is to come."""
    found: set[str] = set()
    for batch in chain(batches_of_open_orders(run), _batches_without_parcel(run)):
        run.task.hold_lease(run.policy.lease)
        sap = run.remotes.sap()
        numbers = [order.sap_sales_order_number for order in batch]
        store_sap_status(sap.get_sales_orders(numbers))
        deliveries = sap.search_deliveries(sap_sales_order_numbers=numbers)
        for record in deliveries:
            store_delivery(record, run.policy.delivery_sources)
            found.add(record.delivery_number)
        refresh_stages(order.pk for order in batch)
    return f"{len(found)} deliveries read." if len(found) != 1 else "1 delivery read."


def batches_of_open_orders(run: StepRun) -> Iterator[list[SalesOrder]]:
    """The task's order alone, or all open ones in batches, oldest first."""
    if run.task.sales_order is not None:
        yield [run.task.sales_order] if run.task.sales_order.is_in_sap else []
    else:
        yield from _batches(open_orders())


def _batches_without_parcel(run: StepRun) -> Iterator[list[SalesOrder]]:
    """Orders that became complete before their parcel number was known."""
    if run.task.sales_order is None:
        yield from _batches(complete_without_parcel())


def _batches(orders: QuerySet[SalesOrder]) -> Iterator[list[SalesOrder]]:
    last = 0
    while batch := list(orders.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk
