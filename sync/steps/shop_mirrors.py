"""Storing what the shop answered: orders, shipments, invoices. Upserts, safe to repeat."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from sync.magento.records import MagentoInvoice, MagentoOrder, MagentoShipment
from sync.models import (
    BillingDocument,
    Invoice,
    InvoiceLine,
    OutboundDelivery,
    SalesOrder,
    SalesOrderLine,
    Shipment,
    ShipmentLine,
    ShipmentTrack,
    Shop,
)
from sync.steps.progress import refresh_stages
from sync.translate.magento_values import (
    invoice_values,
    sales_order_line_values,
    sales_order_values,
    shipment_values,
)


def store_orders(shop: Shop, orders: Iterable[MagentoOrder]) -> list[int]:
    """Upsert web orders with their lines in bulk; the keys of their mirrors."""
    newest: dict[int, MagentoOrder] = {}
    for order in orders:
        newest[order.entity_id] = order
    wanted = list(newest)
    with transaction.atomic():
        _drop_outdated(shop, newest)
        _upsert_orders(shop, list(newest.values()))
        mirrors = SalesOrder.objects.filter(shop=shop, entity_id__in=wanted)
        keys = dict(mirrors.values_list("entity_id", "pk"))
        _upsert_lines(keys, newest)
    refresh_stages(keys.values())
    return list(keys.values())


def store_order(shop: Shop, order: MagentoOrder) -> SalesOrder:
    """Upsert one web order; its mirror as it now stands."""
    key = store_orders(shop, [order])[0]
    return SalesOrder.objects.select_related("shop").get(pk=key)


def store_shipment(
    order: SalesOrder,
    record: MagentoShipment,
    delivery: OutboundDelivery | None,
    *,
    made_by_hand: bool = False,
) -> Shipment:
    """Upsert a shipment with lines and tracks; ``delivery`` None leaves an earlier link alone."""
    values, lines, tracks = _split(shipment_values(record), "lines", "tracks")
    if delivery is not None:
        values |= {"delivery": delivery, "is_made_by_hand": made_by_hand}
    with transaction.atomic():
        shipment, _created = Shipment.objects.update_or_create(
            sales_order=order,
            entity_id=record.entity_id,
            defaults={**values, "read_at": timezone.now()},
        )
        shipment.lines.all().delete()
        ShipmentLine.objects.bulk_create(
            ShipmentLine(
                shipment=shipment,
                order_item_id=line["order_item_id"],
                sku=line["sku"],
                shipped_quantity=line["qty"],
            )
            for line in lines
        )
        shipment.tracks.all().delete()
        ShipmentTrack.objects.bulk_create(
            ShipmentTrack(shipment=shipment, **track) for track in tracks
        )
    return shipment


def store_invoice(
    order: SalesOrder,
    record: MagentoInvoice,
    document: BillingDocument | None,
    *,
    made_by_hand: bool = False,
) -> Invoice:
    """Upsert an invoice with its lines; ``document`` None leaves an earlier link alone."""
    values, lines = _split(invoice_values(record), "lines")
    if document is not None:
        values |= {"billing_document": document, "is_made_by_hand": made_by_hand}
    with transaction.atomic():
        invoice, _created = Invoice.objects.update_or_create(
            sales_order=order,
            entity_id=record.entity_id,
            defaults={**values, "read_at": timezone.now()},
        )
        invoice.lines.all().delete()
        InvoiceLine.objects.bulk_create(
            InvoiceLine(
                invoice=invoice,
                order_item_id=line["order_item_id"],
                sku=line["sku"],
                invoiced_quantity=line["qty"],
            )
            for line in lines
        )
    return invoice


def _drop_outdated(shop: Shop, orders: dict[int, MagentoOrder]) -> None:
    """Leave alone what another task has meanwhile read in a newer state."""
    known = SalesOrder.objects.filter(shop=shop, entity_id__in=list(orders))
    for entity_id, updated_at in known.values_list("entity_id", "remote_updated_at"):
        if updated_at > orders[entity_id].updated_at:
            del orders[entity_id]


def _upsert_orders(shop: Shop, orders: list[MagentoOrder]) -> None:
    if not orders:
        return
    now = timezone.now()
    rows = [{**sales_order_values(order), "pulled_at": now} for order in orders]
    columns = [name for name in rows[0] if name != "entity_id"]
    SalesOrder.objects.bulk_create(
        [SalesOrder(shop=shop, **row) for row in rows],
        update_conflicts=True,
        unique_fields=["shop", "entity_id"],
        update_fields=columns,
    )


def _upsert_lines(keys: dict[int, int], orders: dict[int, MagentoOrder]) -> None:
    rows = [
        {**line, "sales_order_id": keys[entity_id]}
        for entity_id, order in orders.items()
        for line in sales_order_line_values(order)
    ]
    if not rows:
        return
    columns = [name for name in rows[0] if name not in {"item_id", "sales_order_id"}]
    SalesOrderLine.objects.bulk_create(
        [SalesOrderLine(**row) for row in rows],
        update_conflicts=True,
        unique_fields=["sales_order", "item_id"],
        update_fields=columns,
    )


def _split(values: dict[str, Any], *lists: str) -> list[Any]:
    """The column values, then each named list taken out of them."""
    parts = [values.pop(name) for name in lists]
    return [values, *parts]
