"""Closes stopped tasks whose problem later work has solved."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from sync.causes.orders import OrderCause
from sync.causes.papers import PaperCause
from sync.mirrors import news
from sync.mirrors.cancelled_billing import is_dealt_with
from sync.mirrors.link_choices import ASKED_OF_PEOPLE
from sync.models import (
    BillingDocument,
    Invoice,
    OutboundDelivery,
    RemoteHealth,
    SalesOrder,
    Shipment,
    Step,
    SyncTask,
    clock,
)
from sync.models.failures import NO_FAILURE
from sync.told import told

Tasks = QuerySet[SyncTask]

CLEARED = told("Cleared by a later run.")
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


def close_cleared(turn: Collection[int] | None = None) -> int:
    """Close every stopped task whose work is done or no longer wanted, of these keys or of all;
    returns how many."""
    stopped = SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION).order_by()
    if turn is not None:
        stopped = stopped.filter(pk__in=turn)
    steps = set(stopped.values_list("step", flat=True).distinct())
    return sum(
        _close(ended(stopped))
        for step, all_ended in CLEARED_BY.items()
        if step in steps
        for ended in all_ended
    )


def _close(cleared: QuerySet[SyncTask]) -> int:
    """What a document says may be newer than the task, which did not run again."""
    columns = ("pk", "delivery", "billing_document")
    with transaction.atomic():
        if not (found := list(cleared.values_list(*columns))):
            return 0
        keys, deliveries, documents = (
            [key for key in column if key] for column in zip(*found, strict=True)
        )
        news.look_again(OutboundDelivery, deliveries)
        news.look_again(BillingDocument, documents)
        return cleared.filter(pk__in=keys).update(
            state=SyncTask.State.DONE,
            outcome=CLEARED,
            finished_at=clock.now(),
            **NO_FAILURE,
        )


def _orders(stopped: Tasks) -> Tasks:
    unwanted = Q(
        sales_order__stage__in=SalesOrder.KEPT_OUT,
        facts__create_began_at__isnull=True,  # otherwise SAP may have the order anyway
    ) & ~Q(cause__in=ASKED_OF_PEOPLE)
    in_sap = Q(sales_order__sap_read_at__isnull=False)
    shown = Q(sales_order__sap_missing_since=None)
    compared = in_sap & shown & Q(sales_order__comparison_due_at=None) & ~Q(cause__in=TOLD_LATER)
    seen_again = in_sap & shown & Q(cause=OrderCause.GONE.code)
    return stopped.filter(unwanted | compared | seen_again, step=Step.PUSH_ORDER)


def _confirmations(stopped: Tasks) -> Tasks:
    return stopped.filter(step=Step.CONFIRM_ORDER, sales_order__confirmed_at__isnull=False)


def _tests(stopped: Tasks) -> Tasks:
    """Failed connection tests of remotes that have worked since."""
    useful = RemoteHealth.objects.filter(
        system=OuterRef("reference"), last_good_at__gt=OuterRef("finished_at")
    )
    return stopped.filter(Exists(useful), step=Step.TRY_CONNECTION)


def _shipments(stopped: Tasks) -> Tasks:
    """Linked by now and still issued, issued again after a reversal, or returned to the warehouse
    where nobody wanted them issued."""
    shipped = Exists(
        Shipment.objects.filter(
            Q(delivery=OuterRef("delivery")) | Q(further_deliveries=OuterRef("delivery")),
            sales_order=OuterRef("sales_order"),
            read_at__gt=OuterRef("finished_at"),
        )
    )
    has_left = Q(delivery__goods_movement_status="C")
    left_again = Q(has_left, cause=PaperCause.GOODS_ISSUE_REVERSED.code)
    gone_anyway = Q(~has_left, cause=PaperCause.GONE_ANYWAY.code)
    ended = Q(shipped, has_left) | left_again | gone_anyway
    return stopped.filter(ended, step=Step.PUSH_SHIPMENT)


def _invoices(stopped: Tasks) -> Tasks:
    """Linked by now; where only the amounts were in doubt, finance closes it."""
    document = OuterRef("billing_document")
    invoiced = Exists(
        Invoice.objects.filter(
            Q(billing_document=document) | Q(further_documents=document),
            sales_order=OuterRef("sales_order"),
            read_at__gt=OuterRef("finished_at"),
        )
    )
    ending = stopped.filter(step=Step.PUSH_INVOICE).exclude(cause__in=OPEN_STILL)
    return ending.filter(invoiced, billing_document__is_cancelled=False)


def _cancelled_billing(stopped: Tasks) -> Tasks:
    """Cancelled in SAP, and replaced by another document or credited in the shop."""
    cancelled = stopped.filter(step=Step.PUSH_INVOICE, billing_document__is_cancelled=True)
    tasks = cancelled.select_related("sales_order", "billing_document")
    settled = [
        task.pk
        for task in tasks.defer("sales_order__payload")
        if task.sales_order and task.billing_document
        if is_dealt_with(task.sales_order, task.billing_document)
    ]
    return stopped.filter(pk__in=settled)


CLEARED_BY: dict[Step, tuple[Callable[[Tasks], Tasks], ...]] = {
    Step.PUSH_ORDER: (_orders,),
    Step.CONFIRM_ORDER: (_confirmations,),
    Step.PUSH_SHIPMENT: (_shipments,),
    Step.PUSH_INVOICE: (_invoices, _cancelled_billing),
    Step.TRY_CONNECTION: (_tests,),
}
