"""The three kinds of documents people work with, each declared once for lists, rows and clicks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Prefetch, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sync.filters.billing_documents import BillingDocumentFilter
from sync.filters.deliveries import DeliveryFilter
from sync.filters.sales_orders import SalesOrderFilter
from sync.jobs import clicks, mass_clicks
from sync.models import (
    BillingDocument,
    BillingDocumentLine,
    Click,
    DeliveryTrack,
    Invoice,
    OutboundDelivery,
    OutboundDeliveryLine,
    SalesOrder,
    Shipment,
    Step,
    SyncTask,
)
from sync.models.order_holds import is_held_now
from sync.tables.billing_documents import BillingDocumentTable
from sync.tables.deliveries import DeliveryTable
from sync.tables.documents import DocumentTable
from sync.tables.sales_orders import SalesOrderTable
from sync.views.newest_tasks import newest_tasks, order_keys_of
from sync.views.timeline import MOST_TASKS

OF_ORDERS = (
    "increment_id", "store_name", "shop__name", "placed_at", "customer_name", "customer_email",
    "grand_total", "total_paid", "currency", "payment_method", "payment_title", "stage",
    "not_taken_reason", "status", "state", "sap_sales_order_number", "verification", "sap_blocks",
    "sap_is_incomplete",
)  # fmt: skip


OF_INVOICES = (
    "billing_document", "entity_id", "increment_id", "remote_created_at", "state", "transaction_id",
    "currency", "grand_total", "differs_by", "is_customer_told", "mail_queued_at",
    "not_to_be_mailed", "sales_order__payment_standing",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """How one kind of document is read, shown, watched and synced."""

    title: Promise
    one: Promise
    many: Promise
    hint: Promise  # shown while the list is empty
    address: str
    documents: Callable[[], QuerySet[Any]]
    rows: Callable[[], QuerySet[Any]]  # the documents with no more than a list shows of them
    line: type[Model] | None  # names the orders of a document that may have several
    table: type[DocumentTable]
    filterset: type[Any]
    about: str  # the field of a task that names the document
    pull: Step
    sync: Callable[..., clicks.Clicked]
    sync_all: Callable[..., clicks.Clicked | mass_clicks.MassClicked]
    click: Click.Kind  # on many of them

    @property
    def name(self) -> str:
        return self.table.kind

    @property
    def permission(self) -> str:
        """Whoever may fetch these documents may sync them."""
        return self.pull.facts.permission

    def noun(self, count: int) -> Promise:
        """As after the number."""
        return self.one if count == 1 else self.many

    def light(self) -> QuerySet[Any]:
        """The documents with no more than tells their tasks."""
        documents: QuerySet[Any] = self.documents().model._default_manager.only("pk")
        if self.line is None:
            return documents
        lines = self.line._default_manager.only(self.about, "sales_order")
        return documents.prefetch_related(Prefetch("lines", lines))

    def newest_tasks(self, documents: Sequence[Any]) -> dict[int, SyncTask]:
        return newest_tasks(documents, self.about, self.pull)

    def tasks_of(self, document: Any) -> QuerySet[SyncTask]:
        """The newest tasks of the document itself and fetches of its orders. Each is a question of
        its own: an OR over both would read the whole ledger."""
        own = SyncTask.objects.filter(**{self.about: document})
        if isinstance(document, SalesOrder):
            return own
        fetches = SyncTask.objects.filter(step=self.pull, sales_order__in=order_keys_of(document))
        newest = [
            key
            for tasks in (own, fetches)
            for key in tasks.values_list("pk", flat=True)[:MOST_TASKS]
        ]
        return SyncTask.objects.filter(pk__in=newest)


def _orders() -> QuerySet[SalesOrder]:
    """Each says whether it is held, which a list asks of all its rows at once."""
    return (
        SalesOrder.objects.select_related("shop").annotate(is_held=is_held_now()).defer("payload")
    )


def _with_orders(line: type[Model]) -> Prefetch[Any]:
    orders = SalesOrder.objects.select_related("shop").defer("payload")
    lines = line._default_manager.prefetch_related(Prefetch("sales_order", orders))
    return Prefetch("lines", lines)


def _deliveries() -> QuerySet[OutboundDelivery]:
    return OutboundDelivery.objects.prefetch_related(
        _with_orders(OutboundDeliveryLine), "tracks", "shipments", "further_shipments"
    )


def _billing_documents() -> QuerySet[BillingDocument]:
    return BillingDocument.objects.prefetch_related(
        _with_orders(BillingDocumentLine), "invoices__mails", "further_invoices__mails"
    )


def _rows_of_orders() -> QuerySet[SalesOrder]:
    return SalesOrder.objects.select_related("shop").only(*OF_ORDERS)


def _rows_of_deliveries() -> QuerySet[OutboundDelivery]:
    shipments = Shipment.objects.only(
        "delivery", "remote_created_at", "is_customer_told", "mail_queued_at"
    )
    return OutboundDelivery.objects.prefetch_related(
        _lines_with_orders(
            OutboundDeliveryLine,
            ("ship_to_name", "ship_to_country", "shipping_description", "shipping_method"),
            ("material", "sap_item_number", "delivered_quantity", "unwanted_quantity"),
        ),
        Prefetch("tracks", DeliveryTrack.objects.only("delivery", "track_number")),
        Prefetch("shipments", shipments),
        Prefetch("further_shipments", shipments),
    )


def _rows_of_billing_documents() -> QuerySet[BillingDocument]:
    invoices = Invoice.objects.select_related("sales_order").only(*OF_INVOICES)
    invoices = invoices.prefetch_related("mails")
    return BillingDocument.objects.prefetch_related(
        _lines_with_orders(BillingDocumentLine, ("customer_name", "payment_standing")),
        Prefetch("invoices", invoices),
        Prefetch("further_invoices", invoices),
    )


def _lines_with_orders(
    line: type[Model], of_order: Sequence[str], further: Sequence[str] = ()
) -> Prefetch[Any]:
    orders = Prefetch("sales_order", SalesOrder.objects.only("increment_id", *of_order))
    document = "delivery" if line is OutboundDeliveryLine else "billing_document"
    lines = line._default_manager.only(document, "item_number", "sales_order", *further)
    return Prefetch("lines", lines.prefetch_related(orders))


ORDERS = DocumentKind(
    title=_("Orders"),
    one=_("order"),
    many=_("orders"),
    hint=_("Web orders appear here once they are fetched from the shop."),
    address="orders",
    documents=_orders,
    rows=_rows_of_orders,
    line=None,
    table=SalesOrderTable,
    filterset=SalesOrderFilter,
    about="sales_order",
    pull=Step.PULL_ORDERS,
    sync=clicks.sync_orders,
    sync_all=clicks.sync_all_new_orders,
    click=Click.Kind.ORDERS,
)
DELIVERIES = DocumentKind(
    title=_("Deliveries"),
    one=_("delivery"),
    many=_("deliveries"),
    hint=_("Deliveries appear here once the warehouse creates them in SAP."),
    address="deliveries",
    documents=_deliveries,
    rows=_rows_of_deliveries,
    line=OutboundDeliveryLine,
    table=DeliveryTable,
    filterset=DeliveryFilter,
    about="delivery",
    pull=Step.PULL_DELIVERIES,
    sync=clicks.sync_deliveries,
    sync_all=clicks.sync_all_deliveries,
    click=Click.Kind.DELIVERIES,
)
BILLING_DOCUMENTS = DocumentKind(
    title=_("Invoices"),
    one=_("invoice"),
    many=_("invoices"),
    hint=_("Invoices appear here once SAP bills a delivery."),
    address="invoices",
    documents=_billing_documents,
    rows=_rows_of_billing_documents,
    line=BillingDocumentLine,
    table=BillingDocumentTable,
    filterset=BillingDocumentFilter,
    about="billing_document",
    pull=Step.PULL_BILLING,
    sync=clicks.sync_billing_documents,
    sync_all=clicks.sync_all_billing_documents,
    click=Click.Kind.BILLING_DOCUMENTS,
)
KINDS = (ORDERS, DELIVERIES, BILLING_DOCUMENTS)
