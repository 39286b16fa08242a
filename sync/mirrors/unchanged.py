"""Recognises records that a fetch need not store again, because SAP says the same as before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from django.db.models import Model
from django.utils import timezone

from sync.models import (
    BillingDocument,
    BillingDocumentLine,
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
)

FORM = 1  # of the mirrors: raise it when something else is stored of the same record


def fingerprint_of(
    record: SapDelivery | SapBillingDocument, sources: DeliverySources | None = None
) -> str:
    """64 characters that cover the record and the settings that decide how it is stored."""
    return sha256(repr((FORM, record, sources)).encode("utf-8", "backslashreplace")).hexdigest()


def unchanged_deliveries(records: Iterable[SapDelivery], sources: DeliverySources) -> set[str]:
    """Numbers of deliveries that are stored as they are; their time of reading is updated."""
    prints = {one.delivery_number: fingerprint_of(one, sources) for one in records}
    return _unchanged(OutboundDelivery, OutboundDeliveryLine, "delivery", prints)


def unchanged_billing_documents(records: Iterable[SapBillingDocument]) -> set[str]:
    """Numbers of documents stored as they are; their time of reading is updated."""
    prints = {one.billing_document_number: fingerprint_of(one) for one in records}
    return _unchanged(BillingDocument, BillingDocumentLine, "billing_document", prints)


def unchanged_orders(orders: Iterable[SalesOrder], read: Iterable[SapSalesOrder]) -> set[str]:
    """SAP numbers of orders without news; their time of reading is updated."""
    mirrors = {order.sap_sales_order_number: order for order in orders}
    lines = _sap_lines_of(mirrors.values())
    same = {
        one.sap_sales_order_number: order.pk
        for one in read
        if (order := mirrors.get(one.sap_sales_order_number)) is not None
        and _agrees(order, lines[order.pk], one)
    }
    SalesOrder.objects.filter(pk__in=same.values()).update(sap_read_at=timezone.now())
    return set(same)


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
) -> set[str]:
    """A document with a line of an unknown order is stored again: the portal may know it by now."""
    column = f"{name}_number"
    mirrors = document._default_manager.filter(**{f"{column}__in": list(prints)})
    same = {
        number: pk
        for pk, number, stored in mirrors.values_list("pk", column, "fingerprint")
        if stored == prints[number]
    }
    unlinked = line._default_manager.filter(
        **{f"{name}__in": list(same.values())}, sales_order__isnull=True
    )
    loose = set(unlinked.values_list(name, flat=True))
    kept = {number: pk for number, pk in same.items() if pk not in loose}
    document._default_manager.filter(pk__in=kept.values()).update(read_at=timezone.now())
    return set(kept)
