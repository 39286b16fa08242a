"""The connections to shops and SAP, and how their last test went."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from sync.jobs.bell import is_reachable
from sync.models import ProcessHeartbeat, PullWatermark, Shop, Step, SyncTask
from sync.tables.live import is_live
from sync.views.incidents import incidents
from sync.views.people import reader


@dataclass(frozen=True, slots=True)
class Connection:
    """A remote system, its last test, and how far its pull has come."""

    name: str
    system: str
    icon: str
    test: SyncTask | None
    shop: Shop | None = None
    watermark: PullWatermark | None = None


class ConnectionsPage(PermissionRequiredMixin, View):
    """Every connection with a test button."""

    permission_required = "sync.view_queue"
    raise_exception = True

    def get(self, request: HttpRequest) -> HttpResponse:
        """The results are those of the newest test of each connection."""
        connections = _connections()
        context = {
            "section": "connections",
            "connections": connections,
            "incidents": incidents(),
            "is_redis_reachable": is_reachable(),
            "workers": [one for one in ProcessHeartbeat.objects.all() if one.is_alive],
            "is_moving": any(is_live(one.test) for one in connections),
            "may_test": reader(request).has_perm("sync.test_connections"),
        }
        return render(request, "sync/connections.html", context)


def _connections() -> list[Connection]:
    tests = SyncTask.objects.filter(step=Step.TEST_CONNECTION).order_by("-id")
    sap = Connection("SAP", "RFC", "database", tests.filter(shop=None).first())
    shops = Shop.objects.select_related("watermark").order_by("name")
    return [sap, *(_of_shop(shop, tests.filter(shop=shop).first()) for shop in shops)]


def _of_shop(shop: Shop, test: SyncTask | None) -> Connection:
    watermark = getattr(shop, "watermark", None)
    return Connection(shop.name, "Magento", "shopping-bag", test, shop, watermark)
