"""Stores what SAP answered: order status, deliveries, billing documents. Safe to repeat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
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


def store_sap_status(read: SapSalesOrder) -> None:
    sap_order_must_fit(read)
    order = SalesOrder.objects.filter(
        sap_sales_order_number=read.sap_sales_order_number, sap_read_at__isnull=False
    ).first()
    if order is None:
        return
    with transaction.atomic():
        values = {**sap_order_values(read), "sap_read_at": timezone.now()}
        if _is_billing_news(order.sap_billing_status, read.billing_status):
            values["billing_due_at"] = clock.now()
        SalesOrder.objects.filter(pk=order.pk).update(**values)
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


def store_delivery(record: SapDelivery, sources: DeliverySources) -> OutboundDelivery:
    """Includes lines and parcel numbers; ``changed_at`` moves only when something changed that the
    shop's shipment could need: whether the delivery is billed is not told there. Once its goods
    have left, its parcels are asked for again (``mirrors.followed``)."""
    now = timezone.now()
    seen = OutboundDelivery.objects.filter(delivery_number=record.delivery_number).first()
    values = outbound_delivery_values(
        record, sources=sources, first_seen_picked_at=_first_seen_picked(seen, now)
    )
    lines = _with_orders(
        [delivery_line_values(item) | base_quantity_values(item) for item in record.items]
    )
    tracks = [
        {"track_number": number, "source": source}
        for number, source in tracking_numbers(record, sources=sources)
    ]
    must_fit(OutboundDelivery, [values], system="sap")
    must_fit(OutboundDeliveryLine, lines, system="sap")
    must_fit(DeliveryTrack, tracks, system="sap")
    read = {
        "read_at": now,
        "fingerprint": fingerprint_of(record, sources),
        "parcels_due_at": clock.now() if record.is_goods_issued and sources.name_parcels else None,
    }
    with transaction.atomic():
        delivery, created = OutboundDelivery.objects.update_or_create(
            delivery_number=record.delivery_number,
            defaults={**values, **read},
            create_defaults={**values, **read, "changed_at": now},
        )
        told = {name: value for name, value in values.items() if name != "billing_status"}
        news = seen is None or _differs(seen, told)
        news |= _replace(OutboundDeliveryLine, {"delivery": delivery}, lines)
        news |= _replace(DeliveryTrack, {"delivery": delivery}, tracks)
        if news and not created:
            delivery.changed_at = delivery.news_at = now
            delivery.save(update_fields=["changed_at", "news_at"])
        if _is_billing_news(seen.billing_status if seen else "", record.billing_status):
            note_billing_news({line["sap_sales_order_number"] for line in lines} - {""})
    return delivery


def store_billing_statuses(records: Iterable[SapDelivery]) -> set[str]:
    """Of deliveries that are stored apart from it. Returns the SAP orders of which it changed."""
    told = {one.delivery_number: one for one in records}
    mirrors = OutboundDelivery.objects.filter(delivery_number__in=list(told))
    changed: set[str] = set()
    for number, status in mirrors.values_list("delivery_number", "billing_status"):
        if (now := told[number].billing_status) != status:
            mirrors.filter(delivery_number=number).update(billing_status=now)
            orders = {item.sap_sales_order_number for item in told[number].items} - {""}
            changed |= orders
            if _is_billing_news(status, now):
                note_billing_news(orders)
    return changed


def _is_billing_news(before: str, now: str) -> bool:
    """Whether SAP has billed something, or cancelled what it had billed. Blank: nothing is billed
    of it (SAP sheet 13.1)."""
    return before != now and {before, now} != {"", "A"}


def store_billing_document(record: SapBillingDocument) -> BillingDocument:
    """Includes the lines; ``changed_at`` moves only when something changed."""
    now = timezone.now()
    number = record.billing_document_number
    seen = BillingDocument.objects.filter(billing_document_number=number).first()
    values = billing_document_values(record)
    lines = _with_orders([billing_line_values(item) for item in record.items])
    must_fit(BillingDocument, [values], system="sap")
    must_fit(BillingDocumentLine, lines, system="sap")
    read = {"read_at": now, "fingerprint": fingerprint_of(record)}
    with transaction.atomic():
        document, created = BillingDocument.objects.update_or_create(
            billing_document_number=number,
            defaults={**values, **read},
            create_defaults={**values, **read, "changed_at": now},
        )
        news = seen is None or _differs(seen, values)
        news |= _replace(BillingDocumentLine, {"billing_document": document}, lines)
        if news and not created:
            document.changed_at = document.news_at = now
            document.save(update_fields=["changed_at", "news_at"])
    return document


def _first_seen_picked(seen: OutboundDelivery | None, now: datetime) -> datetime:
    first_seen = OutboundDelivery.PickTimeSource.FIRST_SEEN
    if seen is None or seen.picked_at is None or seen.pick_time_source != first_seen:
        return now
    return seen.picked_at


def _with_orders(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    numbers = {line["sap_sales_order_number"] for line in lines} - {""}
    orders = SalesOrder.objects.filter(sap_sales_order_number__in=numbers)
    keys = dict(orders.values_list("sap_sales_order_number", "pk"))
    return [{**line, "sales_order_id": keys.get(line["sap_sales_order_number"])} for line in lines]


def _differs(seen: Model, values: dict[str, Any]) -> bool:
    return any(getattr(seen, name) != value for name, value in values.items())


def _replace(model: type[Model], owner: dict[str, Model], rows: list[dict[str, Any]]) -> bool:
    """Returns whether the owner's rows changed."""
    manager = model._default_manager
    present = manager.filter(**owner)
    columns = list(rows[0]) if rows else ["pk"]
    before = list(present.order_by("pk").values(*columns))
    if before == rows:
        return False
    if before:
        present.delete()
    manager.bulk_create(model(**owner, **row) for row in rows)
    return True
