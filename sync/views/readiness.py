"""Whether everything is ready: the findings of the last checks, and a button to check again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from sync.jobs import clicks, release
from sync.models import ReadinessFinding, Release, Shop, Step, SyncTask
from sync.models.systems import SAP
from sync.tables.live import is_live
from sync.views.click_words import told_of
from sync.views.people import PortalRequest, needs
from sync.views.posted import redirect_back, redirect_with


@dataclass(frozen=True, slots=True)
class Area:
    name: str
    icon: str
    findings: list[ReadinessFinding]
    task: SyncTask | None

    @property
    def light(self) -> str:
        """The worst of its findings; empty before the first check."""
        states = {finding.state for finding in self.findings}
        return next((one for one in ("red", "amber", "green") if one in states), "")


@needs("sync.check_readiness")
@require_safe
def readiness_page(request: PortalRequest) -> HttpResponse:
    """Shows the last findings; the page itself checks nothing."""
    areas = _areas()
    counts = Counter(finding.state for area in areas for finding in area.findings)
    context = {
        "section": "readiness",
        "areas": areas,
        "counts": {name: counts[name] for name in ("red", "amber", "green")},
        "is_held": release.is_held(),
        "missing": release.missing(),
        "release": Release.objects.select_related("released_by").first(),
        "may_release": request.user.has_perm("sync.manage_automation"),
        "is_moving": any(is_live(area.task) for area in areas),
    }
    return render(request, "sync/readiness.html", context)


@needs("sync.check_readiness")
@require_POST
def check_readiness(request: PortalRequest) -> HttpResponse:
    return redirect_with(
        request, told_of(clicks.check_readiness(request.user)), reverse("sync:readiness")
    )


@needs("sync.manage_automation")
@require_POST
def release_portal(request: PortalRequest) -> HttpResponse:
    page = reverse("sync:readiness")
    if release.release(request.user):
        told = gettext("Released: what is due is sent by itself from now on.")
        return redirect_with(request, told, page)
    messages.error(request, gettext("Not released: the list below says what is missing."))
    return redirect_back(request, page)


def _areas() -> list[Area]:
    found: dict[str, list[ReadinessFinding]] = {}
    for finding in ReadinessFinding.objects.all():
        found.setdefault(finding.area, []).append(finding)
    shops = Shop.objects.filter(is_active=True).order_by("name")
    listed = [("portal", gettext("The portal"), "activity"), (SAP, "SAP", "database")]
    listed += [(shop.system, shop.name, "shopping-bag") for shop in shops]
    newest = _newest_tasks()
    return [Area(name, icon, found.get(key, []), newest.get(key)) for key, name, icon in listed]


def _newest_tasks() -> dict[str, SyncTask]:
    tasks = SyncTask.objects.filter(step=Step.CHECK_READINESS, sales_order=None)
    tasks = tasks.select_related("asked_by").defer("facts")
    newest: dict[str, SyncTask] = {}
    for task in tasks.order_by("-id")[:100]:
        newest.setdefault(task.reference, task)
    return newest
