"""Billing documents that SAP's document flow names and the portal has not read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sync.mirrors.notes import note_billing_flow
from sync.models import BillingDocument, SalesOrder


def in_flow(orders: Iterable[SalesOrder], named: Mapping[int, set[str]]) -> set[int]:
    """Keys of orders whose flow (documents by key of the order) names a document that is neither
    stored nor was named before. It is remembered: one that SAP never lists is news only once."""
    every = set().union(*named.values())
    if not every:
        return set()
    known = BillingDocument.objects.filter(billing_document_number__in=every)
    stored = set(known.values_list("billing_document_number", flat=True))
    news = {
        order: fresh
        for order in orders
        if (fresh := named.get(order.pk, set()) - stored - set(order.billing_flow))
    }
    note_billing_flow(news)
    return {order.pk for order in news}
