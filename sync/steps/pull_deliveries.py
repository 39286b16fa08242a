"""Deliveries from SAP into the mirror, driven by the portal's own open orders, in bulk calls."""

from __future__ import annotations

from collections.abc import Iterator

from sync.models import SalesOrder, Step
from sync.sap.records import SapDelivery
from sync.steps.progress import open_orders, refresh_stages
from sync.steps.sap_mirrors import store_delivery, store_sap_status
from sync.steps.step_run import StepRun
from sync.steps.unreadable_documents import Spoilt

BATCH = 50


def pull_deliveries(run: StepRun) -> str:
    """Read status and deliveries of one order, or of every order from which more is to come."""
    spoilt = Spoilt(run.task, Step.PULL_DELIVERIES)
    found: set[str] = set()
    for batch in batches_of_open_orders(run):
        run.task.hold_lease(run.policy.lease)
        numbers = [order.sap_sales_order_number for order in batch]
        read_status(run, numbers, spoilt)
        deliveries = run.remotes.sap().search_deliveries(
            sap_sales_order_numbers=numbers, unreadable=spoilt.found
        )
        for record in deliveries:
            number = record.delivery_number
            with spoilt.kept_apart("delivery", number, _orders_of(record)):
                store_delivery(record, run.policy.delivery_sources)
                found.add(number)
        refresh_stages(order.pk for order in batch)
    spoilt.settle()
    read = f"{len(found)} deliveries read" if len(found) != 1 else "1 delivery read"
    return f"{read}{spoilt.words}."


def read_status(run: StepRun, numbers: list[str], spoilt: Spoilt) -> None:
    """Note what SAP says of these orders."""
    for read in run.remotes.sap().get_sales_orders(numbers, spoilt.found):
        number = read.sap_sales_order_number
        with spoilt.kept_apart("order", number, [number]):
            store_sap_status(read)


def _orders_of(record: SapDelivery) -> set[str]:
    return {item.sap_sales_order_number for item in record.items}


def batches_of_open_orders(run: StepRun) -> Iterator[list[SalesOrder]]:
    """The task's order alone, or all open ones in batches, oldest first."""
    if run.task.sales_order is not None:
        yield [run.task.sales_order] if run.task.sales_order.is_in_sap else []
        return
    last = 0
    while batch := list(open_orders().filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk
