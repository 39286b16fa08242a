"""Closes stopped tasks whose problem later work has solved."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from sync.causes.orders import OrderCause
from sync.causes.papers import PaperCause
from sync.mirrors.cancelled_billing import is_dealt_with
from sync.mirrors.link_choices import ASKED_OF_PEOPLE
from sync.models import Invoice, RemoteHealth, SalesOrder, Shipment, Step, SyncTask, clock
from sync.models.failures import NO_FAILURE

CLEARED = "Cleared by a later run."
# Differences found in an order that SAP has: they end when both sides agree again.
TOLD_LATER = frozenset(
    cause.code
    for cause in (
        OrderCause.ADDRESS_CHANGED, OrderCause.CHANGED, OrderCause.REFUNDED_AFTER_BILLING,
    )
)  # fmt: skip
# Causes that reading the invoice again does not remove: amounts and quantities stay as they are.
OPEN_STILL = frozenset(
    cause.code
    for cause in (PaperCause.SUMS_DIFFER, PaperCause.NOTHING_COLLECTED, PaperCause.QUANTITIES_CUT)
)


def close_cleared() -> int:
    """Close every stopped task whose work is done or no longer wanted; returns how many."""
    return sum(
        stopped.update(
            state=SyncTask.State.DONE,
            outcome=CLEARED,
            finished_at=clock.now(),
            **NO_FAILURE,
        )
        for stopped in (
            _orders(),
            _confirmations(),
            _shipments(),
            _invoices(),
            _cancelled_billing(),
            _tests(),
        )
    )


def _stopped(step: Step) -> QuerySet[SyncTask]:
    return SyncTask.objects.filter(step=step, state=SyncTask.State.NEEDS_ATTENTION)


def _orders() -> QuerySet[SyncTask]:
    unwanted = Q(
        sales_order__stage__in=SalesOrder.KEPT_OUT,
        facts__create_began_at__isnull=True,  # otherwise SAP may have the order anyway
    ) & ~Q(cause__in=ASKED_OF_PEOPLE)
    in_sap = Q(sales_order__sap_read_at__isnull=False)
    shown = Q(sales_order__sap_missing_since=None)
    compared = in_sap & shown & Q(sales_order__comparison_due_at=None) & ~Q(cause__in=TOLD_LATER)
    seen_again = in_sap & shown & Q(cause=OrderCause.GONE.code)
    return _stopped(Step.PUSH_ORDER).filter(unwanted | compared | seen_again)


def _confirmations() -> QuerySet[SyncTask]:
    return _stopped(Step.CONFIRM_ORDER).filter(sales_order__confirmed_at__isnull=False)


def _tests() -> QuerySet[SyncTask]:
    """Failed connection tests of remotes that have worked since."""
    useful = RemoteHealth.objects.filter(
        system=OuterRef("reference"), last_good_at__gt=OuterRef("finished_at")
    )
    return _stopped(Step.TRY_CONNECTION).filter(Exists(useful))


def _shipments() -> QuerySet[SyncTask]:
    """Linked by now and still issued, or returned to the warehouse where nobody wanted them
    issued."""
    shipped = Exists(
        Shipment.objects.filter(
            Q(delivery=OuterRef("delivery")) | Q(further_deliveries=OuterRef("delivery")),
            sales_order=OuterRef("sales_order"),
            read_at__gt=OuterRef("finished_at"),
        )
    )
    has_left = Q(delivery__goods_movement_status="C")
    return _stopped(Step.PUSH_SHIPMENT).filter(
        Q(shipped, has_left) | Q(~has_left, cause=PaperCause.GONE_ANYWAY.code)
    )


def _invoices() -> QuerySet[SyncTask]:
    """Linked by now; where only the amounts were in doubt, finance closes it."""
    document = OuterRef("billing_document")
    invoiced = Exists(
        Invoice.objects.filter(
            Q(billing_document=document) | Q(further_documents=document),
            sales_order=OuterRef("sales_order"),
            read_at__gt=OuterRef("finished_at"),
        )
    )
    stopped = _stopped(Step.PUSH_INVOICE).exclude(cause__in=OPEN_STILL)
    return stopped.filter(invoiced, billing_document__is_cancelled=False)


def _cancelled_billing() -> QuerySet[SyncTask]:
    """Cancelled in SAP, and replaced by another document or credited in the shop."""
    stopped = _stopped(Step.PUSH_INVOICE).filter(billing_document__is_cancelled=True)
    settled = [
        task.pk
        for task in stopped.select_related("sales_order", "billing_document")
        if task.sales_order and task.billing_document
        if is_dealt_with(task.sales_order, task.billing_document)
    ]
    return stopped.filter(pk__in=settled)
