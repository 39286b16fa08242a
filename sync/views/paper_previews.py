"""What Sync now will do with deliveries and billing documents, said before it is pressed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from sync.mirrors import news
from sync.models import (
    BillingDocument,
    DeliveryTrack,
    Invoice,
    SalesOrder,
    Shipment,
    Step,
    SyncTask,
)
from sync.models.order_holds import is_held
from sync.templatetags.written import number

MOST = 1_000  # papers that are counted


@dataclass(frozen=True, slots=True)
class Papers:
    """Which papers of the shop follow from documents of one kind."""

    document: str  # the column of lines and tasks
    step: Step
    wanted: Callable[[], QuerySet[Any]]  # lines not told to the shop yet
    over: Q  # lines whose document calls for a paper
    paper: type[Model]
    further: str
    fetched: Promise
    read: Any
    made: Any
    none: Promise


DELIVERIES = Papers(
    document="delivery",
    step=Step.PUSH_SHIPMENT,
    wanted=news.wanted_shipments,
    over=Q(delivery__goods_movement_status="C"),
    paper=Shipment,
    further="further_deliveries",
    fetched=gettext_lazy("Will fetch the deliveries of all open orders."),
    read=ngettext_lazy(
        "Will read %(number)s delivery again in SAP.",
        "Will read %(number)s deliveries again in SAP.",
        "count",
    ),
    made=ngettext_lazy(
        "%(number)s shipment will be made in the shop.",
        "%(number)s shipments will be made in the shop.",
        "count",
    ),
    none=gettext_lazy("As SAP was last read, no shipment is to be made."),
)
BILLING_DOCUMENTS = Papers(
    document="billing_document",
    step=Step.PUSH_INVOICE,
    wanted=news.wanted_invoices,
    over=Q(billing_document__is_cancelled=False)
    & Q(billing_document__category=BillingDocument.Category.INVOICE),
    paper=Invoice,
    further="further_documents",
    fetched=gettext_lazy("Will fetch the billing documents of all open orders."),
    read=ngettext_lazy(
        "Will read %(number)s billing document again in SAP.",
        "Will read %(number)s billing documents again in SAP.",
        "count",
    ),
    made=ngettext_lazy(
        "%(number)s invoice will be made in the shop, and mailed unless a rule says otherwise.",
        "%(number)s invoices will be made in the shop, and mailed unless a rule says otherwise.",
        "count",
    ),
    none=gettext_lazy("As SAP was last read, no invoice is to be made."),
)


def of_all(papers: Papers) -> Iterator[str]:
    """Of whatever has news for the shop; planning looks at the same rows by the same index."""
    yield str(papers.fetched)
    new = papers.wanted().filter(**{f"{papers.document}__news_at__isnull": False})
    yield from _made(papers, new)


def of_chosen(papers: Papers, keys: Collection[int]) -> Iterator[str]:
    """A document is read again with all others of its orders."""
    yield _counted(papers.read, len(keys))
    lines = papers.wanted()
    own = lines.model._default_manager.filter(**{f"{papers.document}__in": keys})
    yield from _made(papers, lines.filter(sales_order__in=own.order_by().values("sales_order")))


def stopped(papers: Papers, keys: Collection[int] | None = None) -> QuerySet[SyncTask]:
    found = SyncTask.objects.filter(step=papers.step, state=SyncTask.State.NEEDS_ATTENTION)
    return found if keys is None else found.filter(**{f"{papers.document}__in": keys})


def _made(papers: Papers, lines: QuerySet[Any]) -> Iterator[str]:
    pairs = set(_open(papers, lines)[:MOST])
    orders = {order for _document, order in pairs}
    held = set(
        SalesOrder.objects.filter(is_held(), pk__in=orders).order_by().values_list("pk", flat=True)
    )
    made = [document for document, order in pairs if order not in held]
    yield _counted(papers.made, len(made)) if made else str(papers.none)
    if papers is DELIVERIES and (notices := _notices(made)):
        yield notices
    if held:
        yield ngettext(
            "%(number)s order is held by a person and waits.",
            "%(number)s orders are held by people and wait.",
            len(held),
        ) % {"number": number(len(held))}


def _open(papers: Papers, lines: QuerySet[Any]) -> QuerySet[Any, Any]:
    """Pairs of document and order whose paper the shop does not have."""
    document = OuterRef(papers.document)
    same = Q(**{papers.document: document}) | Q(**{papers.further: document})
    there = papers.paper._default_manager.filter(same, sales_order=OuterRef("sales_order"))
    wanted = lines.filter(papers.over).exclude(Exists(there)).order_by()
    return wanted.values_list(papers.document, "sales_order").distinct()


def _notices(deliveries: list[int]) -> str:
    """The shop tells customers of shipments with a tracking number."""
    tracked = DeliveryTrack.objects.filter(delivery__in=deliveries).order_by()
    with_number = set(tracked.values_list("delivery", flat=True))
    count = sum(key in with_number for key in deliveries)
    if not count:
        return ""
    return ngettext(
        "%(number)s customer gets a notice.", "%(number)s customers get a notice.", count
    ) % {"number": number(count)}


def _counted(words: Any, count: int) -> str:
    return str(words % {"count": count, "number": number(count)})
