"""The connections to shops and SAP, and how their last test went."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from sync.jobs import clicks
from sync.jobs.bell import is_reachable
from sync.models import (
    FetchHealth,
    ProcessHeartbeat,
    PullWatermark,
    RemoteIdentity,
    Shop,
    Step,
    SyncTask,
)
from sync.models.systems import SAP, name_of
from sync.tables.live import is_live
from sync.templatetags.retold import retold
from sync.views.alarms import alarms_sent
from sync.views.click_words import told_of
from sync.views.incidents import incidents
from sync.views.people import PortalRequest, needs
from sync.views.posted import redirect_back, redirect_with


@dataclass(frozen=True, slots=True)
class Connection:
    """A remote system, its last test, and how far its pull has come."""

    name: str
    system: str
    icon: str
    test: SyncTask | None
    shop: Shop | None = None
    watermark: PullWatermark | None = None
    fetches: list[FetchHealth] = field(default_factory=list)
    identity: RemoteIdentity | None = None


@needs("sync.view_queue")
@require_safe
def connections_page(request: PortalRequest) -> HttpResponse:
    connections, alarms = _connections(), alarms_sent()
    context = {
        "section": "connections",
        "connections": connections,
        "alarms": alarms,
        "incidents": incidents(),
        "is_redis_reachable": is_reachable(),
        "workers": [one for one in ProcessHeartbeat.objects.all() if one.is_alive],
        "is_moving": alarms.is_moving or any(is_live(one.test) for one in connections),
        "may_test": request.user.has_perm("sync.test_connections"),
        "may_confirm": request.user.has_perm("sync.manage_automation"),
    }
    return render(request, "sync/connections.html", context)


def _connections() -> list[Connection]:
    tests = SyncTask.objects.filter(step=Step.TRY_CONNECTION, sales_order=None).order_by("-id")
    fetches: dict[int | None, list[FetchHealth]] = defaultdict(list)
    for health in FetchHealth.objects.all():
        fetches[health.shop_id].append(health)
    changed = {one.system: one for one in RemoteIdentity.objects.filter(noticed_at__isnull=False)}
    sap = Connection(
        "SAP", "RFC", "database", tests.filter(shop=None).first(), fetches=fetches[None],
        identity=changed.get(SAP),
    )  # fmt: skip
    shops = Shop.objects.select_related("watermark").order_by("name")
    return [
        sap,
        *(
            Connection(
                shop.name, "Magento", "shopping-bag", tests.filter(shop=shop).first(), shop,
                getattr(shop, "watermark", None), fetches[shop.pk],
                changed.get(shop.system),
            )
            for shop in shops
        ),
    ]  # fmt: skip


@needs("sync.test_connections")
@require_POST
def try_connections(request: PortalRequest) -> HttpResponse:
    return redirect_with(
        request, told_of(clicks.try_connections(request.user)), reverse("sync:connections")
    )


@needs("sync.manage_automation")
@require_POST
def confirm_remote(request: PortalRequest, pk: int) -> HttpResponse:
    """An administrator confirms that a changed remote is the intended one; work that waited for
    this goes on with the next sweep."""
    identity = get_object_or_404(RemoteIdentity, pk=pk)
    page = reverse("sync:connections")
    if identity.confirm(request.user, request.POST.get("change", "")):
        told = gettext("%(system)s is confirmed as it is now; work goes on.")
        return redirect_with(request, told % {"system": retold(name_of(identity.system))}, page)
    told = gettext("It is no longer as it was shown to you. Please look again.")
    messages.error(request, told)
    return redirect_back(request, page)
