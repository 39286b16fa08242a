"""Whether everything is ready: the findings of the last checks, and a button to check again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from sync.jobs import on_demand, release
from sync.models import ReadinessFinding, Release, Shop, Step, SyncTask
from sync.models.systems import SAP
from sync.tables.live import is_live
from sync.views.clicks import Click
from sync.views.people import reader


@dataclass(frozen=True, slots=True)
class Area:
    """What is checked together: the portal, SAP, or a shop."""

    name: str
    icon: str
    findings: list[ReadinessFinding]
    task: SyncTask | None

    @property
    def light(self) -> str:
        """The worst light of its findings; empty before the first check."""
        states = {finding.state for finding in self.findings}
        return next((one for one in ("red", "amber", "green") if one in states), "")


class ReadinessPage(PermissionRequiredMixin, View):
    """Every area with its findings; draws itself again while checks run."""

    permission_required = "sync.check_readiness"
    raise_exception = True

    def get(self, request: HttpRequest) -> HttpResponse:
        """What the last checks found; nothing is checked while the page is made."""
        areas = _areas()
        counts = Counter(finding.state for area in areas for finding in area.findings)
        context = {
            "section": "readiness",
            "areas": areas,
            "counts": {name: counts[name] for name in ("red", "amber", "green")},
            "is_held": release.is_held(),
            "missing": release.missing(),
            "release": Release.objects.select_related("released_by").first(),
            "may_release": reader(request).has_perm("sync.manage_automation"),
            "is_moving": any(is_live(area.task) for area in areas),
        }
        return render(request, "sync/readiness.html", context)


class CheckReadiness(Click):
    """Checks everything again."""

    permission_required = "sync.check_readiness"

    def post(self, request: HttpRequest) -> HttpResponse:
        """The findings appear on the page as the checks end."""
        clicked = on_demand.check_readiness(reader(request))
        messages.success(request, clicked.message.replace("Sync now", "Checks"))
        return HttpResponseRedirect(reverse("sync:readiness"))


class ReleasePortal(Click):
    """Lets the portal send by itself from now on."""

    permission_required = "sync.manage_automation"

    def post(self, request: HttpRequest) -> HttpResponse:
        """Only where nothing is missing; the page says what is."""
        if release.release(reader(request)):
            messages.success(request, "Released: what is due is sent by itself from now on.")
        else:
            messages.error(request, "Not released: the list below says what is missing.")
        return HttpResponseRedirect(reverse("sync:readiness"))


def _areas() -> list[Area]:
    found: dict[str, list[ReadinessFinding]] = {}
    for finding in ReadinessFinding.objects.all():
        found.setdefault(finding.area, []).append(finding)
    shops = Shop.objects.filter(is_active=True).order_by("name")
    listed = [("portal", "The portal", "activity"), (SAP, "SAP", "database")]
    listed += [(shop.system, shop.name, "shopping-bag") for shop in shops]
    newest = _newest_tasks()
    return [Area(name, icon, found.get(key, []), newest.get(key)) for key, name, icon in listed]


def _newest_tasks() -> dict[str, SyncTask]:
    tasks = SyncTask.objects.filter(step=Step.CHECK_READINESS).select_related("asked_by")
    newest: dict[str, SyncTask] = {}
    for task in tasks.order_by("-id")[:100]:
        newest.setdefault(task.reference, task)
    return newest
