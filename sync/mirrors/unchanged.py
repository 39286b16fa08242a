"""Recognises records that a fetch need not store again, because SAP says the same as before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from django.db.models import Exists, Model, OuterRef
from django.utils import timezone

from sync.mirrors.held_rows import hold
from sync.models import (
    BillingDocument,
    BillingDocumentLine,
    DeliveryTrack,
    OutboundDelivery,
    OutboundDeliveryLine,
    SalesOrder,
    SapSalesOrderLine,
)
from sync.sap.records import SapBillingDocument, SapDelivery, SapSalesOrder
from sync.translate.sap_values import (
    DeliverySources,
    sap_order_line_values,
    sap_order_values,
    tracking_numbers,
)

FORM = 2  # of the mirrors: raise it when something else is stored of the same record


def fingerprint_of(
    record: SapDelivery | SapBillingDocument, sources: DeliverySources | None = None
) -> str:
    """64 characters that cover the record and the settings that decide how it is stored. Of a
    delivery without its handling units, which a fetch of many does not read, and without its
    billing status, which is stored by itself."""
    if isinstance(record, SapDelivery):
        record = replace(record, handling_units=(), billing_status="")
    return sha256(repr((FORM, record, sources)).encode("utf-8", "backslashreplace")).hexdigest()


def unchanged_deliveries(records: Iterable[SapDelivery], sources: DeliverySources) -> set[str]:
    """Numbers of deliveries that are stored as they are, apart from what the fingerprint leaves
    out."""
    prints = {one.delivery_number: fingerprint_of(one, sources) for one in records}
    return set(_unchanged(OutboundDelivery, OutboundDeliveryLine, "delivery", prints))


def stored_with_parcels(numbers: Iterable[str]) -> set[str]:
    """Those of these deliveries whose mirror has parcels."""
    tracks = DeliveryTrack.objects.filter(delivery__delivery_number__in=list(numbers))
    return set(tracks.values_list("delivery__delivery_number", flat=True))


def unchanged_parcels(records: Iterable[SapDelivery], sources: DeliverySources) -> set[str]:
    """Numbers of deliveries, read with their handling units, that have the stored parcels."""
    numbers = {one.delivery_number: tracking_numbers(one, sources=sources) for one in records}
    stored: dict[str, list[tuple[str, str]]] = {number: [] for number in numbers}
    tracks = DeliveryTrack.objects.filter(delivery__delivery_number__in=list(numbers))
    columns = ("delivery__delivery_number", "track_number", "source")
    for number, track, source in tracks.order_by("pk").values_list(*columns):
        stored[number].append((track, source))
    return {number for number, told in numbers.items() if told == stored[number]}


def unchanged_billing_documents(records: Iterable[SapBillingDocument]) -> set[str]:
    """Numbers of documents stored as they are; their time of reading is updated."""
    prints = {one.billing_document_number: fingerprint_of(one) for one in records}
    kept = _unchanged(BillingDocument, BillingDocumentLine, "billing_document", prints)
    BillingDocument.objects.filter(pk__in=kept.values()).update(read_at=timezone.now())
    return set(kept)


def unchanged_orders(orders: Iterable[SalesOrder], read: Iterable[SapSalesOrder]) -> set[str]:
    """SAP numbers of orders without news. Each order holds its SAP lines afterwards."""
    mirrors = {order.sap_sales_order_number: order for order in orders}
    lines = _sap_lines_of(mirrors.values())
    for mirror in mirrors.values():
        hold(mirror, "sap_lines", lines[mirror.pk], by="sap_item_number")
    return {
        one.sap_sales_order_number
        for one in read
        if (order := mirrors.get(one.sap_sales_order_number)) is not None
        and _agrees(order, lines[order.pk], one)
    }


def _agrees(order: SalesOrder, lines: Sequence[SapSalesOrderLine], read: SapSalesOrder) -> bool:
    return (
        len(lines) == len(read.items)
        and _holds(order, sap_order_values(read))
        and all(
            _holds(line, sap_order_line_values(item))
            for line, item in zip(lines, read.items, strict=True)
        )
    )


def _holds(mirror: Model, values: Mapping[str, Any]) -> bool:
    return all(getattr(mirror, name) == value for name, value in values.items())


def _sap_lines_of(orders: Iterable[SalesOrder]) -> dict[int, list[SapSalesOrderLine]]:
    found: dict[int, list[SapSalesOrderLine]] = defaultdict(list)
    for line in SapSalesOrderLine.objects.filter(sales_order__in=list(orders)).order_by("pk"):
        found[line.sales_order_id].append(line)
    return found


def _unchanged(
    document: type[Model], line: type[Model], name: str, prints: Mapping[str, str]
) -> dict[str, int]:
    """A document with a line whose order was unknown is stored again once the portal knows it."""
    column = f"{name}_number"
    mirrors = document._default_manager.filter(**{f"{column}__in": list(prints)})
    same = {
        number: pk
        for pk, number, stored in mirrors.values_list("pk", column, "fingerprint")
        if stored == prints[number]
    }
    order = SalesOrder.objects.filter(sap_sales_order_number=OuterRef("sap_sales_order_number"))
    unlinked = line._default_manager.filter(
        Exists(order), **{f"{name}__in": list(same.values())}, sales_order__isnull=True
    ).exclude(sap_sales_order_number="")
    loose = set(unlinked.values_list(name, flat=True))
    return {number: pk for number, pk in same.items() if pk not in loose}
