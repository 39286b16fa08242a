"""What waits for each role: the oldest of each part with its button, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from sync.filters import waiting
from sync.filters.waiting import Part
from sync.models import (
    BillingDocument,
    BillingDocumentLine,
    OutboundDelivery,
    OutboundDeliveryLine,
    SalesOrder,
)
from sync.models.one_statement import in_one_statement
from sync.views.counts import Count
from sync.views.kinds import BILLING_DOCUMENTS, DELIVERIES, ORDERS, DocumentKind
from sync.views.worklist_steps import NextStep, next_step

OLDEST = 3  # of each part
MOST_COUNTED = 99  # of each part: its list tells more
MONEY = ("increment_id", "customer_name", "grand_total", "currency")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A part as one role sees it; ``tone`` is danger where something is wrong."""

    kind: DocumentKind
    part: Part
    icon: str
    tone: str = "info"

    @property
    def url(self) -> str:
        return f"{reverse(f'sync:{self.kind.name}')}?{urlencode({'waits': self.part.name})}"


@dataclass(slots=True)
class Item:
    """One row of the worklist: what is wrong or next, of which document, since when."""

    tone: str
    icon: str
    step: NextStep
    url: str
    title: str
    who: str
    since_what: str
    since: datetime | date | None
    amounts: Sequence[tuple[Decimal, str]]

    @property
    def is_day(self) -> bool:
        """Whether no more than the day is known."""
        return not isinstance(self.since, datetime)

    @property
    def order(self) -> tuple[bool, date, Decimal]:
        """What is wrong first, then by days, then by money."""
        day = timezone.localdate(self.since) if isinstance(self.since, datetime) else self.since
        return (
            self.tone != "danger",
            day or date.max,
            -sum((amount for amount, _currency in self.amounts), Decimal(0)),
        )


@dataclass(slots=True)
class Found:
    """How many of a part there are, and the oldest of them."""

    waiting: Waiting
    count: Count
    items: list[Item] = field(default_factory=list)


def _parts(
    kind: DocumentKind, parts: Sequence[Part], **looks: tuple[str, str]
) -> Iterator[Waiting]:
    for part in parts:
        if part.name in looks:
            yield Waiting(kind, part, *looks[part.name])


SALES = tuple(
    _parts(
        ORDERS,
        waiting.ORDERS,
        one_sided=("circle-x", "danger"),
        held_up=("hand", "danger"),
        differs=("git-compare", "danger"),
        blocked=("ban", "warning"),
        to_sync=("clock", "info"),
    )
)
LOGISTICS = tuple(
    _parts(
        DELIVERIES,
        waiting.DELIVERIES,
        stop=("ban", "danger"),
        late=("hourglass", "danger"),
        untracked=("map", "warning"),
        untold=("truck", "warning"),
        to_pick=("package-open", "info"),
        to_leave=("package-check", "info"),
    )
)
FINANCE = (
    *_parts(
        BILLING_DOCUMENTS,
        waiting.BILLING_DOCUMENTS,
        differs=("scale", "danger"),
        missing=("receipt", "warning"),
        not_mailed=("mail", "warning"),
    ),
    *_parts(DELIVERIES, waiting.DELIVERIES, gone=("truck", "danger")),
)


def look_for(parts: Sequence[Waiting], user: User) -> list[Found]:
    """One statement for all parts, and for each kind of document those that read the oldest."""
    keys: list[list[int]] = [[] for _part in parts]
    for at, key in in_one_statement(_questions(parts)):
        keys[at].append(key)
    found = [_counted(one, len(of_part)) for one, of_part in zip(parts, keys, strict=True)]
    for kind in (ORDERS, DELIVERIES, BILLING_DOCUMENTS):
        owners = {
            key: part
            for part, of_part in zip(found, keys, strict=True)
            if part.waiting.kind is kind
            for key in of_part[:OLDEST]
        }
        for document in _read(kind, list(owners)):
            part = owners[document.pk]
            part.items.append(_item(part.waiting, document, user))
    return found


def _counted(one: Waiting, number: int) -> Found:
    return Found(one, Count(min(number, MOST_COUNTED), number > MOST_COUNTED))


def _questions(parts: Sequence[Waiting]) -> Iterator[tuple[str, QuerySet[Any, Any]]]:
    """The keys of the oldest, as many as are counted."""
    for at, one in enumerate(parts):
        rows = one.kind.light().prefetch_related(None).filter(one.part.condition())
        oldest = rows.order_by(_DATES[one.kind.name], "pk").values("id")[: MOST_COUNTED + 1]
        yield f"SELECT {at} AS part, id FROM {{rows}}", oldest


_DATES = {
    ORDERS.name: "placed_at",
    DELIVERIES.name: "created_date",
    BILLING_DOCUMENTS.name: "billing_date",
}
_SINCE = {
    ORDERS.name: gettext_noop("placed"),
    DELIVERIES.name: gettext_noop("created"),
    BILLING_DOCUMENTS.name: gettext_noop("billed"),
}


def _read(kind: DocumentKind, keys: list[int]) -> QuerySet[Any]:
    """With no more than an item shows. The same queries for one as for many."""
    return _READERS[kind.name]().filter(pk__in=keys).order_by(_DATES[kind.name], "pk")


def _orders() -> QuerySet[SalesOrder]:
    return SalesOrder.objects.only(
        *MONEY, "placed_at", "stage", "not_taken_reason", "sap_blocks", "sap_is_incomplete",
        "differences",
    )  # fmt: skip


def _deliveries() -> QuerySet[OutboundDelivery]:
    lines = OutboundDeliveryLine.objects.only("delivery", "item_number", "sales_order")
    return OutboundDelivery.objects.only(
        "delivery_number", "created_date", "planned_picking_at"
    ).prefetch_related(_with_orders(lines))


def _billing_documents() -> QuerySet[BillingDocument]:
    lines = BillingDocumentLine.objects.only("billing_document", "item_number", "sales_order")
    return BillingDocument.objects.only(
        "billing_document_number", "billing_date", "gross_value", "currency"
    ).prefetch_related(_with_orders(lines))


def _with_orders(lines: QuerySet[Any]) -> Prefetch[Any]:
    orders = Prefetch("sales_order", SalesOrder.objects.only(*MONEY))
    return Prefetch("lines", lines.prefetch_related(orders))


_READERS: dict[str, Callable[[], QuerySet[Any]]] = {
    ORDERS.name: _orders,
    DELIVERIES.name: _deliveries,
    BILLING_DOCUMENTS.name: _billing_documents,
}


def _item(one: Waiting, document: Any, user: User) -> Item:
    orders = _orders_of(document)
    return Item(
        tone=one.tone,
        icon=one.icon,
        step=next_step(one.kind.name, one.part.name, document, user),
        url=document.get_absolute_url(),
        title=str(document),
        who=", ".join(dict.fromkeys(order.customer_name or gettext("Guest") for order in orders)),
        since_what=gettext(_SINCE[one.kind.name]),
        since=getattr(document, _DATES[one.kind.name]),
        amounts=_amounts(document, orders),
    )


def _orders_of(document: Any) -> list[SalesOrder]:
    if isinstance(document, SalesOrder):
        return [document]
    orders = (line.sales_order for line in document.lines.all())
    return list({order.pk: order for order in orders if order is not None}.values())


def _amounts(document: Any, orders: list[SalesOrder]) -> list[tuple[Decimal, str]]:
    """What is billed, or else the totals of the web orders, each currency by itself."""
    if isinstance(document, BillingDocument):
        return [(document.gross_value, document.currency)]
    totals: dict[str, Decimal] = {}
    for order in orders:
        totals[order.currency] = totals.get(order.currency, Decimal(0)) + order.grand_total
    return [(amount, currency) for currency, amount in totals.items()]
