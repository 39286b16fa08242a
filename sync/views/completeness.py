"""Completeness: what the shop has and SAP has not, and the reverse, each with its reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from sync.jobs import on_demand
from sync.models import CompletenessRun, Shop, Step, SyncTask
from sync.tables.live import is_live
from sync.views.clicks import Click
from sync.views.people import reader

MOST_FINDINGS = 500


class CompletenessPage(View):
    """The newest comparison of each shop."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Findings without an explanation come first."""
        comparisons = [_newest(shop) for shop in Shop.objects.filter(is_active=True)]
        context = {
            "section": "completeness",
            "comparisons": comparisons,
            "is_moving": any(is_live(one["task"]) for one in comparisons),
            "may_check": reader(request).has_perm("sync.sync_orders"),
        }
        return render(request, "sync/completeness.html", context)


class CheckCompleteness(Click):
    """Compares both sides now."""

    permission_required = "sync.sync_orders"

    def post(self, request: HttpRequest) -> HttpResponse:
        """Asks for the comparison of every shop."""
        messages.success(request, on_demand.check_completeness(reader(request)).message)
        return HttpResponseRedirect(reverse("sync:completeness"))


def _newest(shop: Shop) -> dict[str, Any]:
    run = CompletenessRun.objects.filter(shop=shop).first()
    findings = run.findings.select_related("sales_order")[:MOST_FINDINGS] if run else []
    task = SyncTask.objects.filter(step=Step.CHECK_COMPLETENESS, shop=shop).first()
    total = run.findings.count() if run else 0
    unexplained = run.findings.filter(is_explained=False).count() if run else 0
    return {
        "shop": shop,
        "run": run,
        "findings": findings,
        "task": task,
        "explained": total - unexplained,
        "unexplained": unexplained,
        "unlisted": max(total - MOST_FINDINGS, 0),
    }
