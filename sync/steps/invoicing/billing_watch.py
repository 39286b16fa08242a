"""Looks for billing documents that appear after an order is complete and no longer followed.

SAP may cancel, renew or credit a document months later. Each fetch looks at a few complete orders,
the longest unchecked first, with one or two reads for all of them. An order with something new is
read once more like an open one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sync.mirrors.billing_news import in_flow
from sync.mirrors.notes import note_watched
from sync.models import BillingDocumentLine, OutboundDeliveryLine, SalesOrder, clock
from sync.sap.billing_flow import billing_in_flow
from sync.sap.client import SapClient
from sync.steps.step_run import StepRun


def watch_complete_orders(run: StepRun) -> bool:
    """Orders with later billing documents in SAP are due to be read again at once; returns whether
    there are any."""
    now = clock.now()
    orders = _to_watch(run, now)
    if not orders:
        return False
    sap = run.remotes.sap()
    numbers = _numbers_of(orders)
    later = sap.later_billing_documents(sorted(set().union(*numbers.values())))
    changed: set[int] = set()
    if later is None:
        later, changed = _by_status(sap, orders)
    follow = {
        key: {one for number in own for one in later.get(number, ())}
        for key, own in numbers.items()
    }
    with run.storing():
        news = changed | in_flow(orders, follow)
        note_watched(orders, news, now)
    return bool(news)


def _by_status(
    sap: SapClient, orders: Sequence[SalesOrder]
) -> tuple[dict[str, set[str]], set[int]]:
    """Where the table of the document flow may not be read: what each order's own flow names, and
    the orders whose billing status has changed, as a cancellation changes it."""
    read = sap.get_sales_orders([order.sap_sales_order_number for order in orders]).records
    told = {one.sap_sales_order_number: one.billing_status for one in read}
    changed = {
        order.pk
        for order in orders
        if told.get(order.sap_sales_order_number, order.sap_billing_status)
        != order.sap_billing_status
    }
    lines = OutboundDeliveryLine.objects.filter(sales_order__in=orders).order_by()
    columns = ("sales_order", "delivery__delivery_number", "delivery__billing_status")
    known = {(order or 0, *rest) for order, *rest in lines.values_list(*columns)}
    numbers = sorted({number for _order, number, _status in known})
    deliveries = sap.search_deliveries(delivery_numbers=numbers, with_parcels=False).records
    now = {one.delivery_number: one.billing_status for one in deliveries}
    changed |= {order for order, number, status in known if now.get(number, status) != status}
    return billing_in_flow(read), changed


def _to_watch(run: StepRun, now: datetime) -> list[SalesOrder]:
    complete = SalesOrder.objects.filter(
        stage=SalesOrder.Stage.COMPLETE,
        deliveries_due_at=None,
        billing_due_at=None,
        sap_read_at__isnull=False,
    ).exclude(completed_at__lt=now - run.policy.watch_for)
    return list(complete.defer("payload").order_by("billing_watched_at")[: run.policy.watch_orders])


def _numbers_of(orders: Sequence[SalesOrder]) -> dict[int, set[str]]:
    found = {order.pk: {order.sap_sales_order_number} for order in orders}
    deliveries = OutboundDeliveryLine.objects.filter(sales_order__in=orders).values_list(
        "sales_order", "delivery__delivery_number"
    )
    documents = BillingDocumentLine.objects.filter(sales_order__in=orders).values_list(
        "sales_order", "billing_document__billing_document_number"
    )
    for order, number in (*deliveries, *documents):
        found[order or 0].add(number)
    return found
