"""The first page: what waits for each role; every number links to its list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from sync.causes.cause import Kind
from sync.models import ProcessHeartbeat, SalesOrder, SyncTask
from sync.views.counts import Count, capped
from sync.views.incidents import incidents
from sync.views.kinds import BILLING_DOCUMENTS, DELIVERIES, ORDERS, DocumentKind
from sync.views.people import PortalRequest
from sync.views.strips import shown_to, strips_of

HOME_CAP = 1_000


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that leads to the list it counts; ``tone`` colours it when it is not zero."""

    label: str
    hint: str
    icon: str
    tone: str
    count: Count | str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    figures: list[Figure]


def _listed(
    kind: DocumentKind, label: str, hint: str, look: tuple[str, str], **narrowed: str
) -> Figure:
    """Counted by the same filter its link opens."""
    rows = kind.filterset(narrowed, queryset=kind.documents().prefetch_related(None)).qs
    url = f"{reverse(f'sync:{kind.name}')}?{urlencode(narrowed)}"
    return Figure(label, hint, *look, capped(rows, HOME_CAP), url)


def _sales() -> list[Figure]:
    return [
        _listed(ORDERS, "To sync", "Waiting for SAP", ("clock", "info"), stage="to_sync"),
        _listed(ORDERS, "Blocked", "Not taken by a rule", ("ban", "warning"), stage="not_taken"),
        _listed(
            ORDERS, "Stopped on one side", "Still open in SAP, or in the shop",
            ("circle-x", "danger"), stage="one_sided",
        ),
        _listed(
            ORDERS, "Held up in SAP", "Blocked or incomplete there", ("hand", "warning"),
            held_up="on",
        ),
        _listed(
            ORDERS, "Errors", "Stopped until someone acts", ("triangle-alert", "danger"),
            attention="on",
        ),
        _listed(
            ORDERS, "Differ", "SAP and shop disagree", ("git-compare", "danger"),
            verification="differs",
        ),
    ]  # fmt: skip


def _logistics() -> list[Figure]:
    return [
        _listed(DELIVERIES, "Do not ship", "Cancelled in the shop", ("ban", "danger"),
                cancelled="stop"),
        _listed(DELIVERIES, "To pick", "Nothing picked yet", ("package-open", "info"),
                picking="A", goods_issue="no"),
        _listed(DELIVERIES, "Picked", "Waiting for goods issue", ("package-check", "accent"),
                picking="C", goods_issue="no"),
        _listed(DELIVERIES, "Left, not in the shop", "The customer does not know yet",
                ("truck", "warning"), goods_issue="yes", shop_shipment="no"),
        _listed(DELIVERIES, "Shipped", "In the shop", ("truck", "success"), shop_shipment="yes"),
        _listed(DELIVERIES, "Without tracking", "Left without a parcel number",
                ("map", "warning"), untracked="on"),
        _listed(DELIVERIES, "Late", "Should have left by now", ("hourglass", "danger"), late="on"),
    ]  # fmt: skip


def _finance() -> list[Figure]:
    return [
        _listed(BILLING_DOCUMENTS, "Not in the shop", "Billed in SAP only", ("receipt", "warning"),
                in_shop="missing"),
        _listed(BILLING_DOCUMENTS, "Not mailed", "In the shop, customer not told",
                ("mail", "warning"), in_shop="not_mailed"),
        _listed(BILLING_DOCUMENTS, "Amounts differ", "Invoice and billing document disagree",
                ("scale", "danger"), in_shop="differs"),
        _listed(DELIVERIES, "Left though cancelled", "Goods to be returned, paid or credited",
                ("truck", "danger"), cancelled="left"),
        _listed(BILLING_DOCUMENTS, "Errors", "Stopped until someone acts",
                ("triangle-alert", "danger"), attention="on"),
    ]  # fmt: skip


def _health() -> list[Figure]:
    queue = reverse("sync:queue")
    alive = [one for one in ProcessHeartbeat.objects.all() if one.is_alive]
    workers = sum(one.kind == ProcessHeartbeat.Kind.WORKER for one in alive)
    due = SyncTask.objects.due(timezone.now())
    stopped = SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION)
    settings = stopped.filter(error_class=Kind.MISCONFIGURED)
    return [
        Figure("Workers", "Alive now", "heart-pulse", "success", Count(workers), queue),
        Figure("Backlog", "Due and waiting", "layers", "info", capped(due, HOME_CAP), queue),
        Figure("Stopped", "Needs attention", "triangle-alert", "danger",
               capped(stopped, HOME_CAP), reverse("sync:attention")),
        Figure("Settings", "Stopped by a connection", "plug", "danger",
               capped(settings, HOME_CAP), reverse("sync:connections")),
    ]  # fmt: skip


_SECTIONS: list[tuple[str, str, Callable[[], list[Figure]]]] = [
    ("Sales", ORDERS.permission, _sales),
    ("Logistics", DELIVERIES.permission, _logistics),
    ("Finance", BILLING_DOCUMENTS.permission, _finance),
    ("Health", "sync.view_queue", _health),
]


def sections_for(user: User) -> list[Section]:
    return [
        Section(title, figures())
        for title, permission, figures in _SECTIONS
        if user.has_perm(permission)
    ]


@require_safe
def home(request: PortalRequest) -> HttpResponse:
    context = {
        "section": "home",
        "sections": sections_for(request.user),
        "newest": SalesOrder.objects.select_related("shop").defer("payload")[:8],
        "incidents": incidents(),
        "strips": strips_of(request.user, shown_to(request.user)),
    }
    return render(request, "sync/home.html", context)
