"""Looks for billing documents that appear after an order is complete and no longer followed.

SAP may cancel, renew or credit a document months later. Each fetch looks at a few complete orders,
the longest unchecked first, with one read of the document flow for many of them. An order with
something new is read once more like an open one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sync.errors import UnexpectedRecord
from sync.mirrors.notes import note_billing_flow, note_watched
from sync.models import (
    BillingDocument,
    BillingDocumentLine,
    OutboundDeliveryLine,
    SalesOrder,
    clock,
)
from sync.sap.billing_flow import BILLING
from sync.sap.client import SapClient
from sync.steps.step_run import StepRun

ONE_BY_ONE = 20  # orders, where the table of the document flow may not be read


def watch_complete_orders(run: StepRun) -> None:
    """Orders with later billing documents in SAP are due to be read again at once."""
    now = clock.now()
    orders = _to_watch(run, now)
    if not orders:
        return
    sap = run.remotes.sap()
    numbers = _numbers_of(orders)
    later = sap.later_billing_documents(sorted(set().union(*numbers.values())))
    run.task.hold_lease(run.policy.lease)
    if later is None:
        orders = orders[:ONE_BY_ONE]
        news = _with_news(orders, numbers, _in_order_flow(sap, orders))
        news += [one.pk for one in orders if one.pk not in news and _is_cancelled(sap, one)]
    else:
        news = _with_news(orders, numbers, later)
    note_watched(orders, news, now)


def _in_order_flow(sap: SapClient, orders: Sequence[SalesOrder]) -> dict[str, set[str]]:
    """By order, the billing documents that its own document flow names."""
    read = sap.get_sales_orders([order.sap_sales_order_number for order in orders])
    return {
        one.sap_sales_order_number: {
            link.subsequent_document for link in one.flow if link.category in BILLING
        }
        for one in read.records
    }


def _to_watch(run: StepRun, now: datetime) -> list[SalesOrder]:
    complete = SalesOrder.objects.filter(
        stage=SalesOrder.Stage.COMPLETE, billing_due_at=None, sap_read_at__isnull=False
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


def _with_news(
    orders: Sequence[SalesOrder], numbers: dict[int, set[str]], later: dict[str, set[str]]
) -> list[int]:
    """Orders with a document in SAP's flow that is neither stored nor was named before."""
    named = set().union(*later.values())
    known = BillingDocument.objects.filter(billing_document_number__in=named)
    stored = set(known.values_list("billing_document_number", flat=True))
    news: list[int] = []
    for order in orders:
        follow = {one for number in numbers[order.pk] for one in later.get(number, ())}
        if fresh := follow - stored - set(order.billing_flow):
            note_billing_flow(order, fresh)
            news.append(order.pk)
    return news


def _is_cancelled(sap: SapClient, order: SalesOrder) -> bool:
    """A document that SAP no longer shows says nothing about the others."""
    documents = BillingDocument.objects.filter(
        lines__sales_order=order, category=BillingDocument.Category.INVOICE, is_cancelled=False
    )
    for document in documents.distinct():
        try:
            if sap.is_billing_document_cancelled(document.billing_document_number):
                return True
        except UnexpectedRecord:
            continue
    return False
