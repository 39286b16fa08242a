"""Reads billing documents of the portal's open orders from SAP into the mirror.

Deliveries are asked first, because each tells whether it is billed (SAP sheet 13.1).
"""

from __future__ import annotations

from sync.mirrors.progress import Due, refresh_stages, schedule_next_read
from sync.mirrors.sap import store_billing_document, store_billing_statuses
from sync.mirrors.unchanged import unchanged_billing_documents
from sync.mirrors.unreadable_documents import Pulled
from sync.models import OutboundDeliveryLine, SalesOrder, Step
from sync.steps.invoicing.billing_watch import watch_complete_orders
from sync.steps.pull_deliveries import (
    batches_of_orders,
    is_about_one_order,
    read_deliveries,
    read_status,
)
from sync.steps.step_run import StepRun

DUE: Due = "billing_due_at"


def pull_billing(run: StepRun) -> str:
    pulled = Pulled(run.task, Step.PULL_BILLING)
    found: set[str] = set()
    if not is_about_one_order(run):
        watch_complete_orders(run)
    for batch in batches_of_orders(run, DUE):
        read_status(run, batch, pulled)
        _read_billing_statuses(run, batch, pulled)
        references = _references_of(batch)
        sap = run.remotes.sap()
        documents = pulled.records_of(sap.search_billing_documents(reference_documents=references))
        run.task.hold_lease(run.policy.lease)
        pulled.read |= {("reference", number) for number in references}
        known = set() if is_about_one_order(run) else unchanged_billing_documents(documents)
        found |= known
        pulled.read |= {("billing", number) for number in known}
        for record in documents:
            number = record.billing_document_number
            if number in known:
                continue
            orders = {item.sap_sales_order_number for item in record.items}
            with pulled.kept_apart("billing", number, orders):
                store_billing_document(record)
                found.add(number)
        schedule_next_read(batch, DUE, run.policy)
        refresh_stages(order.pk for order in batch)
    pulled.update_tasks()
    read = f"{len(found)} billing documents read" if len(found) != 1 else "1 document read"
    return f"{read}{pulled.outcome_suffix}."


def _read_billing_statuses(run: StepRun, batch: list[SalesOrder], pulled: Pulled) -> None:
    """The next fetch of deliveries stores whatever else changed in them."""
    if is_about_one_order(run):
        read_deliveries(run, batch, pulled)
        return
    numbers = [order.sap_sales_order_number for order in batch]
    read = run.remotes.sap().search_deliveries(sap_sales_order_numbers=numbers, with_parcels=False)
    run.task.hold_lease(run.policy.lease)
    deliveries = pulled.records_of(read)
    store_billing_statuses({one.delivery_number: one.billing_status for one in deliveries})


def _references_of(orders: list[SalesOrder]) -> list[str]:
    deliveries = OutboundDeliveryLine.objects.filter(sales_order__in=orders)
    numbers = deliveries.values_list("delivery__delivery_number", flat=True).distinct()
    return [*(order.sap_sales_order_number for order in orders), *numbers]
