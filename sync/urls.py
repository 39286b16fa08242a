"""The portal's pages."""

from __future__ import annotations

from django.urls import path

from sync.views.attention import AttentionPage
from sync.views.billing_documents import (
    BillingDocumentPage,
    ResendInvoice,
    ResendSelected,
    ResendShopInvoice,
)
from sync.views.captures import CaptureAgain
from sync.views.clicks import (
    RetryCause,
    RetryTask,
    SyncAll,
    SyncOne,
    SyncSelected,
    TryConnections,
)
from sync.views.completeness import CheckCompleteness, CompletenessPage
from sync.views.connections import ConfirmRemote, ConnectionsPage
from sync.views.deliveries import DeliveryPage
from sync.views.dry_runs import DryRunOrder
from sync.views.health import TroubleBanner
from sync.views.home import Home
from sync.views.invoice_links import LinkInvoice
from sync.views.kinds import BILLING_DOCUMENTS, DELIVERIES, ORDERS
from sync.views.lists import DocumentList
from sync.views.live import LiveDocument, LiveRows
from sync.views.marked_done import MarkDone, ReopenTask
from sync.views.master_data import AddMapping, MasterDataPage
from sync.views.queue import QueuePage, SaveSchedule
from sync.views.readiness import CheckReadiness, ReadinessPage, ReleasePortal
from sync.views.sales_orders import OrderPage
from sync.views.sap_order_ties import RefuseSapOrder, TieOrder
from sync.views.search import SearchPage
from sync.views.sign_in_locks import ClearSignInLock, SignInLocksPage
from sync.views.taking_anyway import TakeAnyway
from sync.views.tasks import TaskPage

app_name = "sync"

ORDER_LIST = DocumentList.as_view(
    kind=ORDERS,
    title="Orders",
    hint="Web orders appear here once they are fetched from the shop.",
)
DELIVERY_LIST = DocumentList.as_view(
    kind=DELIVERIES,
    title="Deliveries",
    hint="Deliveries appear here once the warehouse creates them in SAP.",
)
BILLING_LIST = DocumentList.as_view(
    kind=BILLING_DOCUMENTS,
    title="Invoices",
    hint="Invoices appear here once SAP bills a delivery.",
)

urlpatterns = [
    path("", Home.as_view(), name="home"),
    path("search/", SearchPage.as_view(), name="search"),
    path("trouble/", TroubleBanner.as_view(), name="trouble"),
    path("orders/", ORDER_LIST, name="orders"),
    path("orders/sync/", SyncSelected.as_view(kind=ORDERS), name="orders_sync"),
    path("orders/sync-all/", SyncAll.as_view(kind=ORDERS), name="orders_sync_all"),
    path("orders/<key:pk>/", OrderPage.as_view(), name="order"),
    path("orders/<key:pk>/sync/", SyncOne.as_view(kind=ORDERS), name="orders_sync_one"),
    path("orders/<key:pk>/tie/", TieOrder.as_view(), name="tie_order"),
    path("orders/<key:pk>/refuse-sap-order/", RefuseSapOrder.as_view(), name="refuse_sap_order"),
    path("orders/<key:pk>/take-anyway/", TakeAnyway.as_view(), name="take_anyway"),
    path("orders/<key:pk>/dry-run/", DryRunOrder.as_view(), name="dry_run"),
    path("deliveries/", DELIVERY_LIST, name="deliveries"),
    path("deliveries/sync/", SyncSelected.as_view(kind=DELIVERIES), name="deliveries_sync"),
    path("deliveries/sync-all/", SyncAll.as_view(kind=DELIVERIES), name="deliveries_sync_all"),
    path("deliveries/<key:pk>/", DeliveryPage.as_view(), name="delivery"),
    path("deliveries/<key:pk>/sync/", SyncOne.as_view(kind=DELIVERIES), name="deliveries_sync_one"),
    path("invoices/", BILLING_LIST, name="billing_documents"),
    path(
        "invoices/sync/",
        SyncSelected.as_view(kind=BILLING_DOCUMENTS),
        name="billing_documents_sync",
    ),
    path(
        "invoices/sync-all/",
        SyncAll.as_view(kind=BILLING_DOCUMENTS),
        name="billing_documents_sync_all",
    ),
    path("invoices/resend/", ResendSelected.as_view(), name="resend_selected"),
    path("invoices/<key:pk>/", BillingDocumentPage.as_view(), name="billing_document"),
    path(
        "invoices/<key:pk>/sync/",
        SyncOne.as_view(kind=BILLING_DOCUMENTS),
        name="billing_documents_sync_one",
    ),
    path("invoices/<key:pk>/link/", LinkInvoice.as_view(), name="link_invoice"),
    path("invoices/<key:pk>/resend/", ResendInvoice.as_view(), name="resend_invoice"),
    path("shop-invoices/<key:pk>/resend/", ResendShopInvoice.as_view(), name="resend_shop_invoice"),
    path("attention/", AttentionPage.as_view(), name="attention"),
    path("attention/retry/", RetryCause.as_view(), name="retry_cause"),
    path("completeness/", CompletenessPage.as_view(), name="completeness"),
    path("completeness/check/", CheckCompleteness.as_view(), name="check_completeness"),
    path("queue/", QueuePage.as_view(), name="queue"),
    path("queue/schedules/<key:pk>/", SaveSchedule.as_view(), name="save_schedule"),
    path("tasks/<key:pk>/", TaskPage.as_view(), name="task"),
    path("tasks/<key:pk>/capture-again/", CaptureAgain.as_view(), name="capture_again"),
    path("tasks/<key:pk>/mark-done/", MarkDone.as_view(), name="mark_done"),
    path("tasks/<key:pk>/reopen/", ReopenTask.as_view(), name="reopen_task"),
    path("tasks/<key:pk>/retry/", RetryTask.as_view(), name="retry_task"),
    path("connections/", ConnectionsPage.as_view(), name="connections"),
    path("connections/test/", TryConnections.as_view(), name="test_connections"),
    path("connections/<key:pk>/confirm/", ConfirmRemote.as_view(), name="confirm_remote"),
    path("master-data/", MasterDataPage.as_view(), name="master_data"),
    path("master-data/<slug:table>/", AddMapping.as_view(), name="add_mapping"),
    path("readiness/", ReadinessPage.as_view(), name="readiness"),
    path("readiness/check/", CheckReadiness.as_view(), name="check_readiness"),
    path("readiness/release/", ReleasePortal.as_view(), name="release"),
    path("sign-in-locks/", SignInLocksPage.as_view(), name="sign_in_locks"),
    path("sign-in-locks/clear/", ClearSignInLock.as_view(), name="clear_sign_in_lock"),
    path("live/<slug:kind_name>/", LiveRows.as_view(), name="live_rows"),
    path("live/<slug:kind_name>/<key:pk>/", LiveDocument.as_view(), name="live_document"),
]
