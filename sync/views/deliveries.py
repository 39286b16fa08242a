"""One delivery: its lines, parcels, shipments in the shop and timeline."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views import View

from sync.mirrors.unwanted_goods import warnings_of
from sync.models import CarrierMapping, Shipment
from sync.tables.deliveries import parcels_of
from sync.tables.documents import orders_of
from sync.views.kinds import DELIVERIES
from sync.views.live import document_watcher
from sync.views.people import reader
from sync.views.timeline import retryable, timeline


class DeliveryPage(View):
    """A delivery as SAP and the shop know it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The number of queries does not grow with lines or attempts."""
        delivery = get_object_or_404(DELIVERIES.documents(), pk=pk)
        carrier = CarrierMapping.objects.filter(sap_carrier=delivery.carrier).first()
        user = reader(request)
        tasks = timeline(DELIVERIES.tasks_of(delivery))
        context = {
            "section": "deliveries",
            "delivery": delivery,
            "orders": orders_of(delivery),
            "warnings": warnings_of(delivery),
            "carrier": carrier,
            "parcels": parcels_of(delivery, carrier),
            "shipments": Shipment.objects.standing_for(delivery)
            .select_related("sales_order")
            .prefetch_related("tracks", "lines"),
            "tasks": tasks,
            "retryable": retryable(tasks, user),
            "watcher": document_watcher(DELIVERIES, delivery, tasks),
            "may_sync": user.has_perm(DELIVERIES.permission),
        }
        return render(request, "sync/delivery.html", context)
