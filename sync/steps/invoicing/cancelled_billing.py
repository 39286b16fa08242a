"""A billing document that was cancelled in SAP after the shop had invoiced it.

What becomes of the shop's invoice: SAP bills anew, and the successor takes it over; or somebody
makes the credit memo in the shop, which ends it; or a person marks it done.
"""

from __future__ import annotations

from sync.errors import RecordsDisagree
from sync.mirrors.billed_anew import successor_of
from sync.mirrors.cancelled_billing import invoices_of, is_credited
from sync.mirrors.progress import refresh_stages
from sync.mirrors.shop import store_order
from sync.models import BillingDocument, SalesOrder
from sync.steps.settling import wait_for_shop
from sync.steps.step_run import StepRun

CAUSE = "sap:billing-cancelled"


def not_valid(run: StepRun, order: SalesOrder, document: BillingDocument) -> str:
    """A cancelled document is not invoiced; if the shop has invoiced it already, a person acts
    unless it is credited there, or SAP has billed the same anew."""
    invoice = invoices_of(order, document).first()
    if invoice is None:
        return f"{document} is not a valid invoice (any more): nothing to do in the shop."
    wait_for_shop(order)
    order = store_order(run.shop, run.magento().get_order(order.entity_id))
    refresh_stages([order.pk])
    if is_credited(order, document):
        return f"{document} was cancelled in SAP, and invoice {invoice} credited in the shop."
    if successor := successor_of(order, document):
        return (
            f"{document} was cancelled in SAP and billed anew as {successor}: invoice {invoice} "
            "is dealt with there."
        )
    raise RecordsDisagree(
        f"Billing document {document} was cancelled in SAP, but the shop has invoiced it (invoice "
        f"{invoice}). If SAP bills the same amounts anew, the new document takes the invoice over "
        "by itself. Otherwise make the credit memo in the shop, and this closes by itself.",
        system="sap",
        reference=order.increment_id,
        cause_key=CAUSE,
    )
