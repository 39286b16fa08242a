"""Stopped work that later work has cleared closes itself."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from sync.causes.papers import PaperCause
from sync.mirrors.cancelled_billing import is_dealt_with
from sync.mirrors.link_choices import ASKED_OF_PEOPLE
from sync.models import Invoice, RemoteHealth, SalesOrder, Shipment, Step, SyncTask, clock
from sync.models.failures import NO_FAILURE

CLEARED = "Cleared by a later run."
# What a later reading of the invoice does not answer: money and quantities stay as they are.
OPEN_STILL = frozenset(
    cause.code
    for cause in (PaperCause.SUMS_DIFFER, PaperCause.NOTHING_COLLECTED, PaperCause.QUANTITIES_CUT)
)


def close_cleared() -> int:
    """Close every stopped task whose work is done, or no longer wanted; how many those are."""
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
        facts__create_began_at__isnull=True,  # otherwise SAP may hold it all the same
    ) & ~Q(cause__in=ASKED_OF_PEOPLE)
    return _stopped(Step.PUSH_ORDER).filter(unwanted | Q(sales_order__sap_read_at__isnull=False))


def _confirmations() -> QuerySet[SyncTask]:
    return _stopped(Step.CONFIRM_ORDER).filter(sales_order__confirmed_at__isnull=False)


def _tests() -> QuerySet[SyncTask]:
    """A connection that failed its test, and has been of use since."""
    useful = RemoteHealth.objects.filter(
        system=OuterRef("reference"), last_good_at__gt=OuterRef("finished_at")
    )
    return _stopped(Step.TRY_CONNECTION).filter(Exists(useful))


def _shipments() -> QuerySet[SyncTask]:
    """Linked by now and still gone, or back in the warehouse where nobody wanted them gone."""
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
    """Linked by now; where only the sums were in doubt, finance closes it."""
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
    """Cancelled in SAP, and taken over by another document, or credited in the shop."""
    stopped = _stopped(Step.PUSH_INVOICE).filter(billing_document__is_cancelled=True)
    settled = [
        task.pk
        for task in stopped.select_related("sales_order", "billing_document")
        if task.sales_order and task.billing_document
        if is_dealt_with(task.sales_order, task.billing_document)
    ]
    return stopped.filter(pk__in=settled)
