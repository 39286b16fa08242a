"""Billing documents from SAP into the mirror, driven by the portal's own open orders."""

from __future__ import annotations

from sync.models import OutboundDeliveryLine, SalesOrder
from sync.steps.progress import Due, note_read, refresh_stages
from sync.steps.pull_deliveries import batches_of_orders
from sync.steps.sap_mirrors import store_billing_document, store_sap_status
from sync.steps.step_run import StepRun

DUE: Due = "billing_due_at"


def pull_billing(run: StepRun) -> str:
    """Read the billing documents of one order, or of every order from which more is to come."""
    found: set[str] = set()
    for batch in batches_of_orders(run, DUE):
        run.task.hold_lease(run.policy.lease)
        sap = run.remotes.sap()
        store_sap_status(sap.get_sales_orders([order.sap_sales_order_number for order in batch]))
        for record in sap.search_billing_documents(reference_documents=_references_of(batch)):
            store_billing_document(record)
            found.add(record.billing_document_number)
        note_read(batch, DUE, run.policy)
        refresh_stages(order.pk for order in batch)
    return f"{len(found)} billing documents read." if len(found) != 1 else "1 document read."


def _references_of(orders: list[SalesOrder]) -> list[str]:
    """What billing documents refer to: the deliveries, or the orders themselves."""
    deliveries = OutboundDeliveryLine.objects.filter(sales_order__in=orders)
    numbers = deliveries.values_list("delivery__delivery_number", flat=True).distinct()
    return [*(order.sap_sales_order_number for order in orders), *numbers]
