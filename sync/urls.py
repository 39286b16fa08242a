"""The portal's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from sync.views.alarms import test_alarms
from sync.views.attention import attention_page, stopped_documents
from sync.views.audit import audit_export, audit_page
from sync.views.billing_documents import billing_document_page
from sync.views.captures import CaptureAgain
from sync.views.completeness import check_completeness, completeness_page
from sync.views.connections import confirm_remote, connections_page, try_connections
from sync.views.deliveries import delivery_page
from sync.views.documents import live_document
from sync.views.dry_runs import dry_run_order
from sync.views.exports import export_list
from sync.views.health import trouble_banner
from sync.views.home import home
from sync.views.invoice_links import LinkInvoice
from sync.views.kinds import KINDS, DocumentKind
from sync.views.lists import document_list
from sync.views.live import live_rows
from sync.views.marked_done import MarkDone, ReopenTask
from sync.views.master_data import add_mapping, master_data_page
from sync.views.news import list_news, page_news
from sync.views.order_comments import comment_order
from sync.views.order_holds import HoldCustomer, HoldOrder, ReleaseHold
from sync.views.payloads import call_payloads, dry_run_payload
from sync.views.previews import preview
from sync.views.queue import queue_page, save_schedule
from sync.views.readiness import check_readiness, readiness_page, release_portal
from sync.views.repair_forms import suggest
from sync.views.repairs import repair_task, resolved_page
from sync.views.resending import resend_invoice, resend_of_document, resend_selected
from sync.views.retries import fetch_cause, retry_cause, retry_task
from sync.views.runs import cancel_run, live_runs, read_result, run_page
from sync.views.sales_orders import order_page
from sync.views.sap_items import TieItem
from sync.views.sap_order_ties import RefuseSapOrder, TieOrder
from sync.views.search import search_page
from sync.views.sign_in_locks import clear_sign_in_lock, sign_in_locks_page
from sync.views.sync_now import sync_all, sync_one, sync_selected
from sync.views.taking_anyway import TakeAnyway
from sync.views.takings import let_go_cause, let_go_task, take_cause, take_task
from sync.views.tasks import task_page

app_name = "sync"


def _of_kind(kind: DocumentKind) -> list[URLPattern]:
    at, name, given = kind.address, kind.name, {"kind": kind}
    return [
        path(f"{at}/", document_list, given, name=name),
        *(
            path(f"{at}/export.{form}", export_list, given | {"form": form}, name=f"{name}_{form}")
            for form in ("csv", "xlsx")
        ),
        path(f"{at}/sync/", sync_selected, given, name=f"{name}_sync"),
        path(f"{at}/sync-all/", sync_all, given, name=f"{name}_sync_all"),
        path(f"{at}/<key:pk>/sync/", sync_one, given, name=f"{name}_sync_one"),
        path(f"{at}/preview/", preview, given, name=f"{name}_preview"),
        path(f"live/{name}/", live_rows, given, name=f"{name}_live"),
        path(f"live/{name}/news/", list_news, given, name=f"{name}_news"),
        path(f"live/{name}/<key:pk>/", live_document, given, name=f"{name}_live_one"),
    ]


urlpatterns = [
    path("", home, name="home"),
    path("search/", search_page, name="search"),
    path("live/news/", page_news, name="page_news"),
    path("trouble/", trouble_banner, name="trouble"),
    *(pattern for kind in KINDS for pattern in _of_kind(kind)),
    path("orders/<key:pk>/", order_page, name="order"),
    path("orders/<key:pk>/tie/", TieOrder.as_view(), name="tie_order"),
    path("orders/<key:pk>/refuse-sap-order/", RefuseSapOrder.as_view(), name="refuse_sap_order"),
    path("orders/<key:pk>/tie-item/", TieItem.as_view(), name="tie_item"),
    path("orders/<key:pk>/take-anyway/", TakeAnyway.as_view(), name="take_anyway"),
    path("orders/<key:pk>/dry-run/", dry_run_order, name="dry_run"),
    path("orders/<key:pk>/hold/", HoldOrder.as_view(), name="hold_order"),
    path("orders/<key:pk>/hold-customer/", HoldCustomer.as_view(), name="hold_customer"),
    path("orders/<key:pk>/comment/", comment_order, name="comment_order"),
    path("holds/<key:pk>/release/", ReleaseHold.as_view(), name="release_hold"),
    path("deliveries/<key:pk>/", delivery_page, name="delivery"),
    path("invoices/resend/", resend_selected, name="resend_selected"),
    path("invoices/<key:pk>/", billing_document_page, name="billing_document"),
    path("invoices/<key:pk>/link/", LinkInvoice.as_view(), name="link_invoice"),
    path("invoices/<key:pk>/resend/", resend_of_document, name="resend_invoice"),
    path("shop-invoices/<key:pk>/resend/", resend_invoice, name="resend_shop_invoice"),
    path("attention/", attention_page, name="attention"),
    path("attention/documents/", stopped_documents, name="stopped_documents"),
    path("attention/fetch/", fetch_cause, name="fetch_cause"),
    path("attention/resolved/", resolved_page, name="resolved"),
    path("attention/suggestions/<slug:table>/", suggest, name="suggestions"),
    path("attention/retry/", retry_cause, name="retry_cause"),
    path("attention/take/", take_cause, name="take_cause"),
    path("attention/let-go/", let_go_cause, name="let_go_cause"),
    path("live/runs/", live_runs, name="live_runs"),
    path("runs/<key:pk>/", run_page, name="run"),
    path("runs/<key:pk>/cancel/", cancel_run, name="cancel_run"),
    path("runs/<key:pk>/read/", read_result, name="read_result"),
    path("completeness/", completeness_page, name="completeness"),
    path("completeness/check/", check_completeness, name="check_completeness"),
    path("audit/", audit_page, name="audit"),
    path("audit/export.csv", audit_export, name="audit_export"),
    path("queue/", queue_page, name="queue"),
    path("queue/schedules/<key:pk>/", save_schedule, name="save_schedule"),
    path("calls/<key:pk>/", call_payloads, name="call"),
    path("dry-runs/<key:pk>/", dry_run_payload, name="dry_run_payload"),
    path("tasks/<key:pk>/", task_page, name="task"),
    path("tasks/<key:pk>/capture-again/", CaptureAgain.as_view(), name="capture_again"),
    path("tasks/<key:pk>/mark-done/", MarkDone.as_view(), name="mark_done"),
    path("tasks/<key:pk>/repair/", repair_task, name="repair_task"),
    path("tasks/<key:pk>/reopen/", ReopenTask.as_view(), name="reopen_task"),
    path("tasks/<key:pk>/retry/", retry_task, name="retry_task"),
    path("tasks/<key:pk>/take/", take_task, name="take_task"),
    path("tasks/<key:pk>/let-go/", let_go_task, name="let_go_task"),
    path("connections/", connections_page, name="connections"),
    path("connections/alarms/", test_alarms, name="test_alarms"),
    path("connections/test/", try_connections, name="test_connections"),
    path("connections/<key:pk>/confirm/", confirm_remote, name="confirm_remote"),
    path("master-data/", master_data_page, name="master_data"),
    path("master-data/<slug:table>/", add_mapping, name="add_mapping"),
    path("readiness/", readiness_page, name="readiness"),
    path("readiness/check/", check_readiness, name="check_readiness"),
    path("readiness/release/", release_portal, name="release"),
    path("sign-in-locks/", sign_in_locks_page, name="sign_in_locks"),
    path("sign-in-locks/clear/", clear_sign_in_lock, name="clear_sign_in_lock"),
]
