"""What has come and gone today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count as CountOf
from django.db.models import Max, Min, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from sync.models import BillingDocument, OutboundDelivery, SalesOrder
from sync.models.page_indexes import LEFT, NOT_CANCELLED
from sync.templatetags import written
from sync.views.counts import Count

MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Flow:
    """Documents of today, and how many of them have come further. No sum where there are too many
    to add up, or several currencies."""

    label: str
    count: Count
    further: str
    url: str
    amount: Decimal | None = None
    currency: str = ""


def flow_of_today() -> list[Flow]:
    """Three queries, each bounded; the day is the reader's."""
    today = timezone.localdate()
    return [_orders(today), _deliveries(today), _billed(today)]


def _orders(today: date) -> Flow:
    midnight = timezone.make_aware(datetime.combine(today, time.min))
    placed = SalesOrder.objects.filter(placed_at__gte=midnight)
    found = _counted(
        placed.order_by("-placed_at", "-pk"),
        further=Q(sap_read_at__isnull=False),
        total=Sum("grand_total"),
        **_CURRENCIES,
    )
    return _flow(
        gettext("Orders placed"), found, gettext("%(number)s in SAP"), "orders", placed_from=today
    )


def _deliveries(today: date) -> Flow:
    created = OutboundDelivery.objects.filter(created_date__gte=today)
    found = _counted(created.order_by("-created_date", "-pk"), further=LEFT)
    how = gettext("%(number)s have left")
    return _flow(gettext("Deliveries created"), found, how, "deliveries", created_from=today)


def _billed(today: date) -> Flow:
    invoice = BillingDocument.Category.INVOICE
    billed = BillingDocument.objects.filter(category=invoice, billing_date__gte=today)
    found = _counted(
        billed.order_by("-billing_date", "-pk"),
        further=Q(is_in_shop=True),
        total=Sum("gross_value", filter=NOT_CANCELLED),
        **_CURRENCIES,
    )
    narrowed = {"category": invoice.value, "billed_from": today}
    how = gettext("%(number)s in the shop")
    return _flow(gettext("Invoices in SAP"), found, how, "billing_documents", **narrowed)


_CURRENCIES = {"first_currency": Min("currency"), "last_currency": Max("currency")}


def _counted(newest: QuerySet[Any], further: Q, **sums: Any) -> dict[str, Any]:
    bounded = newest[: MOST_COUNTED + 1]
    return bounded.aggregate(number=CountOf("pk"), further=CountOf("pk", filter=further), **sums)


def _flow(label: str, found: dict[str, Any], how: str, page: str, **narrowed: object) -> Flow:
    number = found["number"]
    is_cut = number > MOST_COUNTED
    currency = found.get("first_currency") or ""
    is_summed = not is_cut and currency and currency == found["last_currency"]
    return Flow(
        label=label,
        count=Count(min(number, MOST_COUNTED), is_cut),
        further="" if is_cut or not number else how % {"number": written.number(found["further"])},
        url=f"{reverse(f'sync:{page}')}?{urlencode(narrowed)}",
        amount=found["total"] if is_summed else None,
        currency=currency,
    )
