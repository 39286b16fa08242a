"""The three kinds of documents people work with, each declared once for lists, rows and clicks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from sync.filters.billing_documents import BillingDocumentFilter
from sync.filters.deliveries import DeliveryFilter
from sync.filters.sales_orders import SalesOrderFilter
from sync.jobs import on_demand
from sync.models import (
    BillingDocument,
    BillingDocumentLine,
    OutboundDelivery,
    OutboundDeliveryLine,
    SalesOrder,
    Step,
    SyncTask,
)
from sync.tables.billing_documents import BillingDocumentTable
from sync.tables.deliveries import DeliveryTable
from sync.tables.documents import DocumentTable
from sync.tables.sales_orders import SalesOrderTable
from sync.views import newest_tasks


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """How one kind of document is read, shown, watched and synced."""

    name: str
    permission: str
    documents: Callable[[], QuerySet[Any]]
    table: type[DocumentTable]
    filterset: type[Any]
    newest_tasks: Callable[[Any], dict[int, SyncTask]]
    tasks_of: Callable[[Any], QuerySet[SyncTask]]
    pull: Step
    sync: Callable[..., on_demand.Clicked]
    sync_all: Callable[..., on_demand.Clicked]


def _orders() -> QuerySet[SalesOrder]:
    return SalesOrder.objects.select_related("shop").defer("payload")


def _line_orders() -> QuerySet[SalesOrder]:
    return SalesOrder.objects.defer("payload")


def _deliveries() -> QuerySet[OutboundDelivery]:
    lines = OutboundDeliveryLine.objects.prefetch_related(Prefetch("sales_order", _line_orders()))
    return OutboundDelivery.objects.prefetch_related(
        Prefetch("lines", lines), "tracks", "shipments", "further_shipments"
    )


def _billing_documents() -> QuerySet[BillingDocument]:
    lines = BillingDocumentLine.objects.prefetch_related(Prefetch("sales_order", _line_orders()))
    return BillingDocument.objects.prefetch_related(
        Prefetch("lines", lines), "invoices__mails", "further_invoices__mails"
    )


def _tasks_of_order(order: SalesOrder) -> QuerySet[SyncTask]:
    return SyncTask.objects.filter(sales_order=order)


def _tasks_of_delivery(delivery: OutboundDelivery) -> QuerySet[SyncTask]:
    orders = delivery.lines.values("sales_order")
    fetches = Q(step=Step.PULL_DELIVERIES, sales_order__in=orders)
    return SyncTask.objects.filter(Q(delivery=delivery) | fetches)


def _tasks_of_billing_document(document: BillingDocument) -> QuerySet[SyncTask]:
    orders = document.lines.values("sales_order")
    fetches = Q(step=Step.PULL_BILLING, sales_order__in=orders)
    return SyncTask.objects.filter(Q(billing_document=document) | fetches)


ORDERS = DocumentKind(
    name="orders",
    permission="sync.sync_orders",
    documents=_orders,
    table=SalesOrderTable,
    filterset=SalesOrderFilter,
    newest_tasks=newest_tasks.of_orders,
    tasks_of=_tasks_of_order,
    pull=Step.PULL_ORDERS,
    sync=on_demand.sync_orders,
    sync_all=on_demand.sync_all_new_orders,
)
DELIVERIES = DocumentKind(
    name="deliveries",
    permission="sync.sync_deliveries",
    documents=_deliveries,
    table=DeliveryTable,
    filterset=DeliveryFilter,
    newest_tasks=newest_tasks.of_deliveries,
    tasks_of=_tasks_of_delivery,
    pull=Step.PULL_DELIVERIES,
    sync=on_demand.sync_deliveries,
    sync_all=on_demand.sync_all_deliveries,
)
BILLING_DOCUMENTS = DocumentKind(
    name="billing_documents",
    permission="sync.sync_billing",
    documents=_billing_documents,
    table=BillingDocumentTable,
    filterset=BillingDocumentFilter,
    newest_tasks=newest_tasks.of_billing_documents,
    tasks_of=_tasks_of_billing_document,
    pull=Step.PULL_BILLING,
    sync=on_demand.sync_billing_documents,
    sync_all=on_demand.sync_all_billing_documents,
)
KINDS = {kind.name: kind for kind in (ORDERS, DELIVERIES, BILLING_DOCUMENTS)}
