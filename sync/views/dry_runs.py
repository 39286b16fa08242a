"""Trying an order in SAP without saving it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from sync.jobs import clicks
from sync.models import SalesOrder
from sync.views.click_words import told_of
from sync.views.people import PortalRequest, needs
from sync.views.posted import redirect_with


@needs("sync.dry_run_orders")
@require_POST
def dry_run_order(request: PortalRequest, pk: int) -> HttpResponse:
    order = get_object_or_404(SalesOrder.objects.select_related("shop"), pk=pk)
    clicked = clicks.dry_run(order, request.user)
    return redirect_with(request, told_of(clicked), order.get_absolute_url())
