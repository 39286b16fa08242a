"""Completeness: what the shop has and SAP has not, and the reverse, each with its reason."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from sync.jobs import clicks
from sync.models import CompletenessFinding, CompletenessRun, Shop, Step, SyncTask
from sync.tables.live import is_live
from sync.views.click_words import told_of
from sync.views.people import PortalRequest, needs
from sync.views.posted import redirect_with

MOST_FINDINGS = 500


@require_safe
def completeness_page(request: PortalRequest) -> HttpResponse:
    """The newest comparison of each shop; findings without an explanation come first."""
    comparisons = [_newest(shop) for shop in Shop.objects.filter(is_active=True)]
    context = {
        "section": "completeness",
        "comparisons": comparisons,
        "is_moving": any(is_live(one["task"]) for one in comparisons),
        "may_check": request.user.has_perm("sync.sync_orders"),
    }
    return render(request, "sync/completeness.html", context)


@needs("sync.sync_orders")
@require_POST
def check_completeness(request: PortalRequest) -> HttpResponse:
    clicked = clicks.check_completeness(request.user)
    return redirect_with(request, told_of(clicked), reverse("sync:completeness"))


def _newest(shop: Shop) -> dict[str, Any]:
    run = CompletenessRun.objects.filter(shop=shop).first()
    findings = run.findings.all() if run else CompletenessFinding.objects.none()
    tasks = SyncTask.objects.filter(step=Step.CHECK_COMPLETENESS, sales_order=None, shop=shop)
    task = tasks.defer("facts").first()
    total, unexplained = findings.count(), findings.filter(is_explained=False).count()
    return {
        "shop": shop,
        "run": run,
        "findings": findings.select_related("sales_order").defer("sales_order__payload")[
            :MOST_FINDINGS
        ],
        "task": task,
        "explained": total - unexplained,
        "unexplained": unexplained,
        "unlisted": max(total - MOST_FINDINGS, 0),
    }
