"""One delivery: its lines, parcels, shipments in the shop and timeline."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from sync.causes.cause import Team
from sync.jobs.sap_pages import sap_page_of
from sync.mirrors.unwanted_goods import warnings_of
from sync.models import CarrierMapping, Shipment
from sync.tables.deliveries import parcels_of
from sync.tables.documents import orders_of
from sync.views.documents import shared_context
from sync.views.kinds import DELIVERIES
from sync.views.next_steps import Desk, of_delivery
from sync.views.papers import Papers
from sync.views.people import PortalRequest
from sync.views.story import story_of_papers


@require_safe
def delivery_page(request: PortalRequest, pk: int) -> HttpResponse:
    """The number of queries does not grow with lines or attempts."""
    delivery = get_object_or_404(DELIVERIES.documents(), pk=pk)
    carrier = CarrierMapping.objects.filter(sap_carrier=delivery.carrier).first()
    shipments = list(
        Shipment.objects.standing_for(delivery)
        .select_related("sales_order")
        .defer("payload", "sales_order__payload")
        .prefetch_related("tracks", "lines")
    )
    warnings = warnings_of(delivery)
    desk = Desk(DELIVERIES, delivery, request.user, Team.LOGISTICS)
    papers = Papers([delivery], shipments, decisions=list(delivery.decisions.all()))
    context = shared_context(DELIVERIES, delivery, request.user) | {
        "delivery": delivery,
        "deliveries": [delivery],
        "next_step": of_delivery(desk, delivery, warnings, shipments),
        "orders": orders_of(delivery),
        "carrier": carrier,
        "parcels": parcels_of(delivery, carrier),
        "shipments": shipments,
        "story": story_of_papers(papers),
        "sap_url": sap_page_of(DELIVERIES.name, delivery.delivery_number),
    }
    return render(request, "sync/delivery.html", context)
