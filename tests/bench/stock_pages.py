"""The same orders as others would show them: a stock django-tables2 list and the Django admin.

Neither shows the work done for an order, nor its state in the other system; both count all rows.
"""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import path

from o2c_portal.urls import urlpatterns as portal
from sync.admin import ModelAdmin
from sync.models import SalesOrder
from tests.bench.pages import ADMIN, TABLES

COLUMNS = (
    "increment_id", "store_name", "placed_at", "customer_name", "customer_email", "grand_total",
    "payment_method", "stage", "status", "sap_sales_order_number", "verification",
)  # fmt: skip
SIZES = (25, 50, 100)  # rows
PAGE = Template("{% load django_tables2 %}<html><body>{% render_table table %}</body></html>")


class StockTable(tables.Table):  # type: ignore[misc]  # untyped package
    class Meta:
        model = SalesOrder
        fields = COLUMNS


def stock_list(request: HttpRequest) -> HttpResponse:
    table = StockTable(SalesOrder.objects.select_related("shop").defer("payload"))
    size = int(request.GET.get("per_page", SIZES[0]))
    tables.RequestConfig(request, paginate={"per_page": size}).configure(table)
    return HttpResponse(PAGE.render(RequestContext(request, {"table": table})))


class StockAdmin(ModelAdmin):
    list_display = COLUMNS
    list_filter = ("stage", "store_id")
    search_fields = ("increment_id", "customer_name", "customer_email")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("payload")


def _site(size: int) -> admin.AdminSite:
    site = admin.AdminSite(f"stock{size}")
    site.register(SalesOrder, type(f"Of{size}", (StockAdmin,), {"list_per_page": size}))
    return site


urlpatterns = [
    path("stock/tables/", stock_list),
    *(path(f"stock/admin/{size}/", _site(size).urls) for size in SIZES),
    *portal,
]


def stock_addresses() -> dict[str, str]:
    found = {}
    for size in SIZES:
        found[f"{TABLES}: {size} rows"] = f"/stock/tables/?per_page={size}"
        found[f"{ADMIN}: {size} rows"] = f"/stock/admin/{size}/sync/salesorder/"
    return found
