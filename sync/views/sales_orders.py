"""One order from the web shop to the mailed invoice, with everything done for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from sync.causes.cause import Team
from sync.jobs.sap_pages import sap_page_of
from sync.mapping.charged import charged_of
from sync.mirrors.added_lines import added_items
from sync.mirrors.link_choices import choices
from sync.mirrors.progress import hindrances_of, left_open
from sync.mirrors.web_orders import stored_web_order
from sync.models import (
    BillingDocument,
    BillingDocumentLine,
    CarrierMapping,
    OrderComment,
    SalesOrder,
    SalesOrderLine,
)
from sync.tables.deliveries import parcels_of
from sync.views.amounts import NetAndTax, amounts_of_order
from sync.views.documents import shared_context
from sync.views.kinds import ORDERS
from sync.views.next_steps import Desk, of_order
from sync.views.order_comments import comments_on
from sync.views.papers import papers_of
from sync.views.people import PortalRequest
from sync.views.story import story_of


@dataclass(frozen=True, slots=True)
class LineProgress:
    """An order line with its quantities in both systems; None where SAP has no such line."""

    line: SalesOrderLine
    delivered: Decimal | None
    billed: Decimal | None
    is_third_party: bool = False


@require_safe
def order_page(request: PortalRequest, pk: int) -> HttpResponse:
    """The number of queries does not grow with documents or attempts."""
    orders = SalesOrder.objects.select_related("shop").prefetch_related("lines", "sap_lines")
    order = get_object_or_404(orders, pk=pk)
    carriers = CarrierMapping.objects.in_bulk(field_name="sap_carrier")
    papers = papers_of(order)
    left, hindrances = left_open(order), hindrances_of(order)
    desk = Desk(ORDERS, order, request.user, Team.SALES)
    shared = shared_context(ORDERS, order, request.user)
    context = shared | {
        "order": order,
        "next_step": of_order(desk, order, left, hindrances, shared["holds"].standing, papers),
        "still_open": str(left),
        "sap_url": sap_page_of(ORDERS.name, order.sap_sales_order_number),
        "deliveries": papers.deliveries,
        "shipments": papers.shipments,
        "story": story_of(order, papers),
        "billing_documents": papers.billing_documents,
        "invoices": papers.invoices,
        "added_items": added_items(order),
        "carriers": carriers,
        "parcels": {
            number: url
            for delivery in papers.deliveries
            for number, url in parcels_of(delivery, carriers.get(delivery.carrier)).items()
        },
        "decisions": papers.decisions,
        "comments": comments_on(order),
        "longest_comment": OrderComment.LONGEST,
        "choices": choices(order),
        "dry_run": order.dry_runs.select_related("asked_by").first(),
    }
    return render(request, "sync/order.html", context | _contents(order, papers.billing_documents))


def _contents(order: SalesOrder, documents: Sequence[BillingDocument]) -> dict[str, Any]:
    """What was ordered, by whom, and what it costs on either side."""
    invoices = [document for document in documents if document.is_invoice]
    billed = _billed_lines(order, invoices)
    return {
        "amounts": amounts_of_order(
            order, charged_of(order), _billed_amounts(order, billed, invoices)
        ),
        "web_order": stored_web_order(order),
        "lines": _lines(order, billed),
    }


def _billed_lines(
    order: SalesOrder, invoices: Sequence[BillingDocument]
) -> list[BillingDocumentLine]:
    keys = {document.pk for document in invoices}
    return [line for line in order.billing_lines.all() if line.billing_document_id in keys]


def _billed_amounts(
    order: SalesOrder, lines: Sequence[BillingDocumentLine], invoices: Sequence[BillingDocument]
) -> list[NetAndTax]:
    """A document of this order alone counts as a whole: the order's freight stands in none of its
    lines."""
    of_others = BillingDocumentLine.objects.filter(billing_document__in=invoices)
    keys = of_others.exclude(sales_order=order).values_list("billing_document", flat=True)
    shared = set(keys) if invoices else set()
    whole = [(one.net_value, one.tax_value) for one in invoices if one.pk not in shared]
    parts = [one for one in lines if one.billing_document_id in shared]
    return [*whole, *((line.net_value, line.tax_value) for line in parts)]


def _lines(order: SalesOrder, billed_lines: list[BillingDocumentLine]) -> list[LineProgress]:
    delivered: dict[int, Decimal] = defaultdict(Decimal)
    billed: dict[int, Decimal] = defaultdict(Decimal)
    for line in order.delivery_lines.all():
        delivered[line.sap_item_number] += line.delivered_quantity
    for billing_line in billed_lines:
        billed[billing_line.sap_item_number] += billing_line.billed_quantity
    third_party = order.sap_lines.filter(is_third_party=True).order_by()
    theirs = set(third_party.values_list("sap_item_number", flat=True))
    return [_progress(line, delivered, billed, theirs) for line in order.lines.all()]


def _progress(
    line: SalesOrderLine,
    delivered: dict[int, Decimal],
    billed: dict[int, Decimal],
    third_party: set[int],
) -> LineProgress:
    number = line.sap_item_number
    if number is None:
        return LineProgress(line, None, None)
    return LineProgress(line, delivered[number], billed[number], number in third_party)
