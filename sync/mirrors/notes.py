"""The portal's own marks on a mirror, which neither shop nor SAP provides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils import timezone

from sync.models import SalesOrder
from sync.models.order_holds import is_held


def note_looked_up(order: SalesOrder) -> None:
    """SAP was searched for the order in its present state in the shop."""
    keep(order, looked_up_as=order.remote_updated_at)


def asked_as(customer_reference: str) -> dict[str, object]:
    """The columns of an order that SAP is asked to create under this reference, which it keeps from
    now on."""
    return {"customer_reference": customer_reference}


def confirmed() -> dict[str, object]:
    """The columns of an order whose SAP number the shop was seen to carry."""
    return {"confirmed_at": timezone.now()}


def note_compared(order: SalesOrder) -> None:
    """A person has looked at the change that made it due."""
    keep(order, comparison_due_at=None)


def note_taken_anyway(order: SalesOrder) -> None:
    """A person wants the order sent although a rule has stopped it."""
    keep(order, is_taken_anyway=True, not_taken_reason="", stage=SalesOrder.Stage.TO_SYNC)


def note_billing_flow(news: Mapping[SalesOrder, Iterable[str]]) -> None:
    """The billing documents in SAP's document flow that have caused an order to be read again."""
    for order, documents in news.items():
        order.billing_flow = sorted({*order.billing_flow, *documents})
    SalesOrder.objects.bulk_update(news, ["billing_flow"])


def note_watched(orders: Iterable[SalesOrder], news: Iterable[int], now: datetime) -> None:
    """SAP was asked for later billing documents; orders with ``news`` are read again now."""
    looked_at = SalesOrder.objects.filter(pk__in=[order.pk for order in orders])
    looked_at.update(billing_watched_at=now)
    fresh = SalesOrder.objects.filter(pk__in=list(news))
    fresh.update(billing_due_at=now, deliveries_due_at=now)


def keep_unless_held(order: SalesOrder, **columns: object) -> bool:
    """As ``keep``; False where a person holds the order, and nothing is written."""
    free = SalesOrder.objects.filter(~is_held(), pk=order.pk)
    is_kept = bool(free.update(**columns))
    for name, value in columns.items() if is_kept else ():
        setattr(order, name, value)
    return is_kept


def keep(order: SalesOrder, **columns: object) -> None:
    """Writes only these columns, because another worker may have changed the others."""
    SalesOrder.objects.filter(pk=order.pk).update(**columns)
    for name, value in columns.items():
        setattr(order, name, value)
