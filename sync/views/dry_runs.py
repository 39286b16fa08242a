"""Trying an order in SAP without saving it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from sync.jobs import on_demand
from sync.models import SalesOrder
from sync.views.clicks import Click, back
from sync.views.people import reader


class DryRunOrder(Click):
    """Asks for a dry run; the order's page shows the result as soon as it is there."""

    permission_required = "sync.dry_run_orders"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One dry run of an order at a time, whoever asks."""
        order = get_object_or_404(SalesOrder.objects.select_related("shop"), pk=pk)
        clicked = on_demand.dry_run(order, reader(request))
        messages.success(request, clicked.message.replace("Sync now", "Dry run"))
        return back(request, order.get_absolute_url())
