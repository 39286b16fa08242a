"""Reads deliveries of the portal's open orders from SAP into the mirror, in bulk calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sync.mirrors.compared import note_missing, note_sap_order, unlisted_orders
from sync.mirrors.deleted_deliveries import forget_deliveries, unlisted_deliveries
from sync.mirrors.progress import Due, orders_to_read, refresh_stages, schedule_next_read
from sync.mirrors.sap import store_delivery, store_sap_status
from sync.mirrors.unchanged import unchanged_deliveries, unchanged_orders
from sync.mirrors.unreadable_documents import Pulled
from sync.models import SalesOrder, Step
from sync.sap.records import SapDelivery, SapSalesOrder
from sync.steps.step_run import StepRun

BATCH = 50
DUE: Due = "deliveries_due_at"


def pull_deliveries(run: StepRun) -> str:
    pulled = Pulled(run.task, Step.PULL_DELIVERIES)
    found: set[str] = set()
    for batch in batches_of_orders(run, DUE):
        read_status(run, batch, pulled)
        found |= read_deliveries(run, batch, pulled)
        schedule_next_read(batch, DUE, run.policy)
        refresh_stages(order.pk for order in batch)
    pulled.update_tasks()
    read = f"{len(found)} deliveries read" if len(found) != 1 else "1 delivery read"
    return f"{read}{pulled.outcome_suffix}."


def is_about_one_order(run: StepRun) -> bool:
    """Whether the task is about one order; then unchanged records are stored again as well."""
    return run.task.sales_order is not None


def read_status(run: StepRun, batch: list[SalesOrder], pulled: Pulled) -> None:
    numbers = [order.sap_sales_order_number for order in batch]
    orders = pulled.records_of(run.remotes.sap().get_sales_orders(numbers, with_addresses=True))
    orders += _asked_once_more(run, batch, orders, pulled)
    run.task.hold_lease(run.policy.lease)
    _note_comparisons(batch, orders)
    known = set() if is_about_one_order(run) else unchanged_orders(batch, orders)
    pulled.read |= {("order", number) for number in known}
    for read in orders:
        number = read.sap_sales_order_number
        if number in known:
            continue
        with pulled.kept_apart("order", number, [number]):
            store_sap_status(read)


def _asked_once_more(
    run: StepRun, batch: list[SalesOrder], listed: Iterable[SapSalesOrder], pulled: Pulled
) -> tuple[SapSalesOrder, ...]:
    """SAP simply lists nothing for an order it does not have. One that it showed before is asked
    for once more before anybody is told."""
    seen = {one.sap_sales_order_number for one in listed}
    missing = {
        order.sap_sales_order_number: order
        for order in unlisted_orders(batch, seen)
        if not pulled.is_unreadable("order", order.sap_sales_order_number)
    }
    if not missing:
        return ()
    read = run.remotes.sap().get_sales_orders(list(missing), with_addresses=True)
    found = pulled.records_of(read)
    run.task.hold_lease(run.policy.lease)
    for number in missing.keys() - {one.sap_sales_order_number for one in found}:
        if not pulled.is_unreadable("order", number):
            note_missing(missing[number])
    return found


def _note_comparisons(batch: list[SalesOrder], read: Iterable[SapSalesOrder]) -> None:
    orders = {order.sap_sales_order_number: order for order in batch}
    for one in read:
        if one.sap_sales_order_number in orders:
            note_sap_order(orders[one.sap_sales_order_number], one)


def read_deliveries(run: StepRun, batch: list[SalesOrder], pulled: Pulled) -> set[str]:
    """Returns the numbers of the deliveries that could be read.

    Read the status first: what it says about the deliveries must not be newer than they are. A
    delivery that SAP no longer lists is asked for by its number before it is forgotten.
    """
    sap = run.remotes.sap()
    numbers = [order.sap_sales_order_number for order in batch]
    deliveries = pulled.records_of(sap.search_deliveries(sap_sales_order_numbers=numbers))
    unlisted = unlisted_deliveries(batch, deliveries)
    if unlisted:
        deliveries += pulled.records_of(sap.search_deliveries(delivery_numbers=unlisted))
    run.task.hold_lease(run.policy.lease)  # who stalled meanwhile stores nothing old
    sources = run.policy.delivery_sources
    found = set() if is_about_one_order(run) else unchanged_deliveries(deliveries, sources)
    pulled.read |= {("delivery", number) for number in found}
    carried: set[str] = set()
    for record in deliveries:
        number = record.delivery_number
        if number in found:
            continue
        with pulled.kept_apart("delivery", number, _orders_of(record)):
            store_delivery(record, sources)
            found.add(number)
            carried |= _orders_of(record)
    _refresh_others(carried.difference(numbers))
    gone = set(unlisted) - {record.delivery_number for record in deliveries}
    deleted = {number for number in gone if not pulled.is_unreadable("delivery", number)}
    forget_deliveries(deleted)
    pulled.read |= {("delivery", number) for number in deleted}
    return found


def _refresh_others(sap_numbers: set[str]) -> None:
    """A delivery may carry goods of orders that were not asked about."""
    if sap_numbers:
        others = SalesOrder.objects.filter(sap_sales_order_number__in=sap_numbers)
        refresh_stages(others.values_list("pk", flat=True))


def _orders_of(record: SapDelivery) -> set[str]:
    return {item.sap_sales_order_number for item in record.items}


def batches_of_orders(run: StepRun, due: Due) -> Iterator[list[SalesOrder]]:
    if run.task.sales_order is not None:
        yield [run.task.sales_order] if run.task.sales_order.is_in_sap else []
        return
    keys = orders_to_read(due)
    for start in range(0, len(keys), BATCH):
        yield list(SalesOrder.objects.filter(pk__in=keys[start : start + BATCH]).order_by("pk"))
