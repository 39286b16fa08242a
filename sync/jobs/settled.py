"""Failures that later work has cleared close themselves."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from sync.models import Invoice, RemoteHealth, SalesOrder, Shipment, Step, SyncTask, clock
from sync.steps.unwanted_goods import GONE_ANYWAY

CLEARED = "Cleared by a later run."


def close_settled() -> int:
    """Close every stopped task whose work is done or no longer wanted; how many were closed."""
    return sum(
        stopped.update(
            state=SyncTask.State.DONE,
            outcome=CLEARED,
            error_class="",
            error_message="",
            cause_key="",
            finished_at=clock.now(),
        )
        for stopped in (_orders(), _confirmations(), _shipments(), _invoices(), _tests())
    )


def _stopped(step: Step) -> QuerySet[SyncTask]:
    return SyncTask.objects.filter(step=step, state=SyncTask.State.NEEDS_ATTENTION)


def _orders() -> QuerySet[SyncTask]:
    unwanted = Q(
        sales_order__stage__in=[SalesOrder.Stage.NOT_TAKEN, SalesOrder.Stage.CANCELED],
        facts__create_began_at__isnull=True,  # otherwise SAP may hold it all the same
    )
    return _stopped(Step.PUSH_ORDER).filter(unwanted | Q(sales_order__sap_read_at__isnull=False))


def _confirmations() -> QuerySet[SyncTask]:
    return _stopped(Step.CONFIRM_ORDER).filter(sales_order__confirmed_at__isnull=False)


def _tests() -> QuerySet[SyncTask]:
    """A connection that failed its test, and has been of use since."""
    useful = RemoteHealth.objects.filter(
        system=OuterRef("reference"), last_good_at__gt=OuterRef("finished_at")
    )
    return _stopped(Step.TEST_CONNECTION).filter(Exists(useful))


def _shipments() -> QuerySet[SyncTask]:
    """Linked by now and still gone, or back in the warehouse where nobody wanted them gone."""
    shipped = Exists(
        Shipment.objects.filter(
            sales_order=OuterRef("sales_order"),
            delivery=OuterRef("delivery"),
            read_at__gt=OuterRef("finished_at"),
        )
    )
    has_left = Q(delivery__goods_movement_status="C")
    return _stopped(Step.PUSH_SHIPMENT).filter(
        Q(shipped, has_left) | Q(~has_left, cause_key=GONE_ANYWAY)
    )


def _invoices() -> QuerySet[SyncTask]:
    invoiced = Exists(
        Invoice.objects.filter(
            sales_order=OuterRef("sales_order"),
            billing_document=OuterRef("billing_document"),
            read_at__gt=OuterRef("finished_at"),
        )
    )
    return _stopped(Step.PUSH_INVOICE).filter(invoiced, billing_document__is_cancelled=False)
