"""The task each document of a page shows: the most urgent open one, or else the last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Max, Q, QuerySet

from sync.models import BillingDocument, OutboundDelivery, SalesOrder, Step, SyncTask
from sync.tables.documents import orders_of

_URGENCY = {
    SyncTask.State.RUNNING: 3,
    SyncTask.State.WAITING: 2,
    SyncTask.State.NEEDS_ATTENTION: 1,
}


def most_urgent(tasks: Iterable[SyncTask]) -> SyncTask | None:
    """Running before waiting before stopped before finished; the newest of equals."""
    return max(
        tasks, key=lambda task: (_URGENCY.get(SyncTask.State(task.state), 0), task.pk), default=None
    )


def of_orders(orders: Sequence[SalesOrder]) -> dict[int, SyncTask]:
    """One task for each order that ever had one; one query."""
    by_order: dict[int, list[SyncTask]] = {}
    tasks = SyncTask.objects.filter(sales_order__in=[order.pk for order in orders])
    for task in _open_or_last(tasks, "sales_order"):
        by_order.setdefault(task.sales_order_id or 0, []).append(task)
    return _chosen(by_order)


def of_deliveries(deliveries: Sequence[OutboundDelivery]) -> dict[int, SyncTask]:
    """One task for each delivery: its own, or a fetch of its orders; two queries."""
    by_delivery: dict[int, list[SyncTask]] = {}
    tasks = SyncTask.objects.filter(delivery__in=[delivery.pk for delivery in deliveries])
    for task in _open_or_last(tasks, "delivery"):
        by_delivery.setdefault(task.delivery_id or 0, []).append(task)
    _add_fetches(by_delivery, deliveries, Step.PULL_DELIVERIES)
    return _chosen(by_delivery)


def of_billing_documents(documents: Sequence[BillingDocument]) -> dict[int, SyncTask]:
    """One task for each billing document: its own, or a fetch of its orders; two queries."""
    by_document: dict[int, list[SyncTask]] = {}
    tasks = SyncTask.objects.filter(billing_document__in=[document.pk for document in documents])
    for task in _open_or_last(tasks, "billing_document"):
        by_document.setdefault(task.billing_document_id or 0, []).append(task)
    _add_fetches(by_document, documents, Step.PULL_BILLING)
    return _chosen(by_document)


def _add_fetches(
    chosen: dict[int, list[SyncTask]],
    documents: Sequence[OutboundDelivery] | Sequence[BillingDocument],
    step: Step,
) -> None:
    """A click on a document fetches its orders: those tasks count for it too."""
    documents_of: dict[int, list[int]] = {}
    for document in documents:
        for order in orders_of(document):
            documents_of.setdefault(order.pk, []).append(document.pk)
    fetches = SyncTask.objects.filter(step=step, sales_order__in=list(documents_of))
    for task in _open_or_last(fetches, "sales_order"):
        for pk in documents_of.get(task.sales_order_id or 0, []):
            chosen.setdefault(pk, []).append(task)


def _open_or_last(tasks: QuerySet[SyncTask], document: str) -> QuerySet[SyncTask]:
    last = tasks.order_by().values(document).annotate(last=Max("pk")).values("last")
    return tasks.filter(Q(state__in=SyncTask.OPEN_STATES) | Q(pk__in=last)).defer("facts")


def _chosen(grouped: dict[int, list[SyncTask]]) -> dict[int, SyncTask]:
    chosen = {pk: most_urgent(tasks) for pk, tasks in grouped.items()}
    return {pk: task for pk, task in chosen.items() if task is not None}
