"""Deliveries from SAP into the mirror, driven by the portal's own open orders, in bulk calls."""

from __future__ import annotations

from collections.abc import Iterator

from sync.models import SalesOrder
from sync.steps.progress import Due, note_read, orders_to_read, refresh_stages
from sync.steps.sap_mirrors import store_delivery, store_sap_status
from sync.steps.step_run import StepRun

BATCH = 50
DUE: Due = "deliveries_due_at"


def pull_deliveries(run: StepRun) -> str:
    """Read status and deliveries of one order, or of every order from which more is to come."""
    found: set[str] = set()
    for batch in batches_of_orders(run, DUE):
        run.task.hold_lease(run.policy.lease)
        sap = run.remotes.sap()
        numbers = [order.sap_sales_order_number for order in batch]
        store_sap_status(sap.get_sales_orders(numbers))
        deliveries = sap.search_deliveries(sap_sales_order_numbers=numbers)
        for record in deliveries:
            store_delivery(record, run.policy.delivery_sources)
            found.add(record.delivery_number)
        note_read(batch, DUE, run.policy)
        refresh_stages(order.pk for order in batch)
    return f"{len(found)} deliveries read." if len(found) != 1 else "1 delivery read."


def batches_of_orders(run: StepRun, due: Due) -> Iterator[list[SalesOrder]]:
    """The task's order alone, or all SAP is to be asked about in batches, oldest first."""
    if run.task.sales_order is not None:
        yield [run.task.sales_order] if run.task.sales_order.is_in_sap else []
        return
    keys = orders_to_read(due)
    for start in range(0, len(keys), BATCH):
        yield list(SalesOrder.objects.filter(pk__in=keys[start : start + BATCH]).order_by("pk"))
