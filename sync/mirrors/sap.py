"""Stores what SAP answered: order status, deliveries, billing documents. Safe to repeat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any, Generic, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from sync.mirrors.column_limits import must_fit
from sync.mirrors.followed import note_billing_news
from sync.mirrors.held_rows import hold
from sync.mirrors.unchanged import fingerprint_of
from sync.models import (
    BillingDocument,
    BillingDocumentLine,
    DeliveryTrack,
    OutboundDelivery,
    OutboundDeliveryLine,
    SalesOrder,
    SapSalesOrderLine,
    clock,
)
from sync.sap.records import SapBillingDocument, SapDelivery, SapSalesOrder
from sync.translate.sap_values import (
    DeliverySources,
    base_quantity_values,
    billing_document_values,
    billing_line_values,
    delivery_line_values,
    outbound_delivery_values,
    sap_order_line_values,
    sap_order_values,
    tracking_numbers,
)

SapDocument = OutboundDelivery | BillingDocument
Document = TypeVar("Document", OutboundDelivery, BillingDocument)
Rows = list[tuple[type[Model], dict[str, Model], list[dict[str, Any]]]]

DELIVERY_NUMBER, BILLING_NUMBER = "delivery_number", "billing_document_number"


def store_sap_status(order: SalesOrder, read: SapSalesOrder) -> None:
    """``order`` as it was read before SAP was asked; one that is tied otherwise since stays."""
    sap_order_must_fit(read)
    values = {**sap_order_values(read), "sap_read_at": timezone.now()}
    if _is_billing_news(order.sap_billing_status, read.billing_status):
        values["billing_due_at"] = clock.now()
    same = SalesOrder.objects.filter(
        pk=order.pk,
        sap_sales_order_number=read.sap_sales_order_number,
        sap_read_at__isnull=False,
    )
    with transaction.atomic(savepoint=False):
        if same.update(**values):
            store_sap_lines(order, read)


def sap_order_must_fit(read: SapSalesOrder) -> None:
    """Raises ``UnexpectedRecord`` for a value that the mirrors cannot hold."""
    must_fit(SalesOrder, [sap_order_values(read)], system="sap")
    lines = [sap_order_line_values(item) for item in read.items]
    must_fit(SapSalesOrderLine, lines, system="sap")


def store_sap_lines(order: SalesOrder, read: SapSalesOrder) -> None:
    """Replaces the order's SAP lines; call it within a transaction."""
    rows = [sap_order_line_values(item) for item in read.items]
    before = list(order.sap_lines.all())
    if len(before) == len(rows) and all(
        not _differs(line, row)
        for line, row in zip(before, sorted(rows, key=_item_number), strict=True)
    ):
        return
    if before:
        order.sap_lines.filter(pk__in=[line.pk for line in before]).delete()
    lines = [SapSalesOrderLine(sales_order=order, **row) for row in rows]
    SapSalesOrderLine.objects.bulk_create(lines)
    hold(order, "sap_lines", lines, by="sap_item_number")


def _item_number(row: Mapping[str, Any]) -> int:
    number: int = row["sap_item_number"]
    return number


@dataclass(frozen=True, slots=True)
class AtHand(Generic[Document]):
    """What is stored of some documents, read at once: their mirrors, held until the commit, and the
    keys of the web orders they name."""

    mirrors: dict[str, Document]
    orders: dict[str, int]


def deliveries_at_hand(records: Collection[SapDelivery]) -> AtHand[OutboundDelivery]:
    """Call it in the transaction in which they are stored."""
    numbers = [one.delivery_number for one in records]
    return _at_hand(OutboundDelivery, DELIVERY_NUMBER, numbers, _order_numbers(records))


def billing_at_hand(records: Collection[SapBillingDocument]) -> AtHand[BillingDocument]:
    """Call it in the transaction in which they are stored."""
    numbers = [one.billing_document_number for one in records]
    return _at_hand(BillingDocument, BILLING_NUMBER, numbers, _order_numbers(records))


def _order_numbers(records: Iterable[SapDelivery | SapBillingDocument]) -> set[str]:
    return {item.sap_sales_order_number for one in records for item in one.items} - {""}


def _at_hand(
    model: type[Document], column: str, numbers: list[str], of_orders: set[str]
) -> AtHand[Document]:
    seen = model._default_manager.filter(**{f"{column}__in": numbers})
    mirrors = seen.select_for_update().order_by("pk") if numbers else seen.none()
    orders = SalesOrder.objects.filter(sap_sales_order_number__in=of_orders).order_by()
    return AtHand(
        {getattr(one, column): one for one in mirrors},
        dict(orders.values_list("sap_sales_order_number", "pk")),
    )


def store_delivery(
    record: SapDelivery, sources: DeliverySources, at_hand: AtHand[OutboundDelivery] | None = None
) -> OutboundDelivery:
    """Includes lines and parcel numbers; ``changed_at`` moves only when something changed that the
    shop's shipment could need: whether the delivery is billed is not told there. Once its goods
    have left, its parcels are asked for again (``mirrors.followed``)."""
    now = timezone.now()
    with transaction.atomic(savepoint=False):
        at_hand = at_hand or deliveries_at_hand([record])
        seen = at_hand.mirrors.get(record.delivery_number)
        billed_before = seen.billing_status if seen else ""
        values = outbound_delivery_values(
            record, sources=sources, first_seen_picked_at=_first_seen_picked(seen, now)
        )
        lines = _with_orders(
            [delivery_line_values(item) | base_quantity_values(item) for item in record.items],
            at_hand.orders,
        )
        tracks = _tracks(record, sources)
        must_fit(OutboundDelivery, [values], system="sap")
        must_fit(OutboundDeliveryLine, lines, system="sap")
        must_fit(DeliveryTrack, tracks, system="sap")
        is_followed = record.is_goods_issued and sources.name_parcels
        read = {
            "read_at": now,
            "fingerprint": fingerprint_of(record, sources),
            "parcels_due_at": clock.now() if is_followed else None,
        }
        delivery, stored = _store(
            OutboundDelivery, DELIVERY_NUMBER, seen, values, read, untold=["billing_status"]
        )
        owner: dict[str, Model] = {"delivery": delivery}
        rows: Rows = [(OutboundDeliveryLine, owner, lines), (DeliveryTrack, owner, tracks)]
        _store_rows(delivery, stored, rows)
        if _is_billing_news(billed_before, record.billing_status):
            note_billing_news({line["sap_sales_order_number"] for line in lines} - {""})
    return delivery


def _tracks(record: SapDelivery, sources: DeliverySources) -> list[dict[str, str]]:
    return [
        {"track_number": number, "source": source}
        for number, source in tracking_numbers(record, sources=sources)
    ]


def store_billing_statuses(records: Iterable[SapDelivery]) -> set[str]:
    """Of deliveries that are stored apart from it. Returns the SAP orders of which it changed."""
    told = {one.delivery_number: one for one in records}
    mirrors = OutboundDelivery.objects.filter(delivery_number__in=list(told)).order_by()
    changed: set[str] = set()
    news: set[str] = set()
    by_status: dict[str, list[int]] = defaultdict(list)
    for pk, number, status in mirrors.values_list("pk", "delivery_number", "billing_status"):
        if (now := told[number].billing_status) != status:
            by_status[now].append(pk)
            orders = _order_numbers([told[number]])
            changed |= orders
            news |= orders if _is_billing_news(status, now) else set()
    for now, keys in by_status.items():
        OutboundDelivery.objects.filter(pk__in=keys).update(billing_status=now)
    if news:
        note_billing_news(news)
    return changed


def _is_billing_news(before: str, now: str) -> bool:
    """Whether SAP has billed something, or cancelled what it had billed. Blank: nothing is billed
    of it (SAP sheet 13.1)."""
    return before != now and {before, now} != {"", "A"}


def store_billing_document(
    record: SapBillingDocument, at_hand: AtHand[BillingDocument] | None = None
) -> BillingDocument:
    """Includes the lines; ``changed_at`` moves only when something changed."""
    with transaction.atomic(savepoint=False):
        at_hand = at_hand or billing_at_hand([record])
        values = billing_document_values(record)
        lines = _with_orders([billing_line_values(item) for item in record.items], at_hand.orders)
        must_fit(BillingDocument, [values], system="sap")
        must_fit(BillingDocumentLine, lines, system="sap")
        read = {"read_at": timezone.now(), "fingerprint": fingerprint_of(record)}
        seen = at_hand.mirrors.get(record.billing_document_number)
        document, stored = _store(BillingDocument, BILLING_NUMBER, seen, values, read)
        rows: Rows = [(BillingDocumentLine, {"billing_document": document}, lines)]
        _store_rows(document, stored, rows)
    return document


class Stored(Enum):
    NEW = auto()
    CHANGED = auto()
    AS_BEFORE = auto()


def _store(
    model: type[Document],
    column: str,
    seen: Document | None,
    values: dict[str, Any],
    read: dict[str, Any],
    untold: Collection[str] = (),
) -> tuple[Document, Stored]:
    """Another worker may store the same document, of another order, at the same moment. A change of
    ``untold`` columns is none."""
    if seen is None:
        try:
            with transaction.atomic():
                columns = {**values, **read, "changed_at": read["read_at"]}
                return model._default_manager.create(**columns), Stored.NEW
        except IntegrityError:
            same = model._default_manager.filter(**{column: values[column]})
            seen = same.select_for_update().first()
            if seen is None:
                raise
    told = {name: value for name, value in values.items() if name not in untold}
    stored = Stored.CHANGED if _differs(seen, told) else Stored.AS_BEFORE
    columns = {**values, **read}
    for name, value in columns.items():
        setattr(seen, name, value)
    seen.save(update_fields=columns)
    return seen, stored


def _store_rows(document: SapDocument, stored: Stored, rows: Rows) -> None:
    is_new = stored is Stored.NEW
    changes = [_replace(*one, is_new=is_new) for one in rows]
    if not is_new and (stored is Stored.CHANGED or any(changes)):
        document.changed_at = document.news_at = document.read_at
        document.save(update_fields=["changed_at", "news_at"])


def _first_seen_picked(seen: OutboundDelivery | None, now: datetime) -> datetime:
    first_seen = OutboundDelivery.PickTimeSource.FIRST_SEEN
    if seen is None or seen.picked_at is None or seen.pick_time_source != first_seen:
        return now
    return seen.picked_at


def _with_orders(lines: list[dict[str, Any]], keys: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{**line, "sales_order_id": keys.get(line["sap_sales_order_number"])} for line in lines]


def _differs(seen: Model, values: dict[str, Any]) -> bool:
    return any(getattr(seen, name) != value for name, value in values.items())


def _replace(
    model: type[Model], owner: dict[str, Model], rows: list[dict[str, Any]], *, is_new: bool
) -> bool:
    """Returns whether the owner's rows changed; a new one has none yet."""
    manager = model._default_manager
    if not is_new:
        present = manager.filter(**owner)
        columns = list(rows[0]) if rows else ["pk"]
        before = list(present.order_by("pk").values(*columns))
        if before == rows:
            return False
        if before:
            present.delete()
    manager.bulk_create(model(**owner, **row) for row in rows)
    return True
