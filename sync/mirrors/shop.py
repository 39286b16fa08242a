"""Stores what the shop answered: orders, shipments, invoices. Upserts, safe to repeat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from sync.errors import UnexpectedRecord
from sync.magento.records import MagentoInvoice, MagentoOrder, MagentoShipment
from sync.mirrors.column_limits import must_fit
from sync.mirrors.compared import fingerprint_in_shop, make_due
from sync.mirrors.news import note_news
from sync.mirrors.progress import refresh_stages
from sync.mirrors.standing_for import SapDocument, columns_of, move_link, tie
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
    clock,
)
from sync.translate.magento_values import (
    invoice_values,
    sales_order_line_values,
    sales_order_values,
    shipment_values,
)

Paper = TypeVar("Paper", Shipment, Invoice)

CLOCKS_DIFFER = timedelta(days=1)  # at most, between shop and portal


def store_orders(shop: Shop, orders: Iterable[MagentoOrder]) -> list[int]:
    """Returns the keys of the mirrors.

    Raises ``UnexpectedRecord`` for an order the mirror cannot hold; then none is stored.
    """
    newest: dict[int, MagentoOrder] = {}
    for order in orders:
        newest[order.entity_id] = order
    wanted = list(newest)
    for order in newest.values():
        must_fit(SalesOrder, [sales_order_values(order)], system="magento")
        must_fit(SalesOrderLine, sales_order_line_values(order), system="magento")
    with transaction.atomic():
        _drop_outdated(shop, newest)
        _upsert_orders(shop, list(newest.values()))
        mirrors = SalesOrder.objects.filter(shop=shop, entity_id__in=wanted)
        keys = dict(mirrors.values_list("entity_id", "pk"))
        _upsert_lines(keys, newest)
    refresh_stages(keys.values())
    return list(keys.values())


def store_order(shop: Shop, order: MagentoOrder) -> SalesOrder:
    with _named(f"Order {order.increment_id}"):
        key = store_orders(shop, [order])[0]
    return SalesOrder.objects.select_related("shop").get(pk=key)


def store_shipment(
    order: SalesOrder,
    record: MagentoShipment,
    delivery: OutboundDelivery | None,
    *,
    made_by_hand: bool = False,
) -> Shipment:
    """With ``delivery`` None earlier links stay; they also stay for a shipment made by hand, which
    may stand for several deliveries."""
    values, lines, tracks = _split(shipment_values(record), "lines", "tracks")
    lines = [_renamed(line, "shipped_quantity") for line in lines]
    with _named(f"Shipment {record.entity_id}"):
        must_fit(Shipment, [values], system="magento")
        must_fit(ShipmentLine, lines, system="magento")
        must_fit(ShipmentTrack, tracks, system="magento")
    with transaction.atomic():
        shipment = _upsert_paper(Shipment, order, values, delivery, made_by_hand=made_by_hand)
        shipment.lines.all().delete()
        ShipmentLine.objects.bulk_create(ShipmentLine(shipment=shipment, **line) for line in lines)
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
    """``document`` works as ``delivery`` does for a shipment."""
    values, lines = _split(invoice_values(record), "lines")
    lines = [_renamed(line, "invoiced_quantity") for line in lines]
    with _named(f"Invoice {record.entity_id}"):
        must_fit(Invoice, [values], system="magento")
        must_fit(InvoiceLine, lines, system="magento")
    with transaction.atomic():
        invoice = _upsert_paper(Invoice, order, values, document, made_by_hand=made_by_hand)
        invoice.lines.all().delete()
        InvoiceLine.objects.bulk_create(InvoiceLine(invoice=invoice, **line) for line in lines)
    return invoice


def _upsert_paper(
    model: type[Paper],
    order: SalesOrder,
    values: dict[str, Any],
    document: SapDocument | None,
    *,
    made_by_hand: bool,
) -> Paper:
    entity_id = values["entity_id"]
    if document is not None:
        values |= {"is_made_by_hand": made_by_hand}
        if not made_by_hand:
            move_link(order, model, entity_id, document)
            values |= {columns_of(model)[0]: document}
    paper, _created = model._default_manager.update_or_create(
        sales_order=order, entity_id=entity_id, defaults={**values, "read_at": timezone.now()}
    )
    if document is not None and made_by_hand:
        tie(paper, document)
    elif document is not None:
        note_news(document)
    return paper


def _renamed(line: dict[str, Any], quantity: str) -> dict[str, Any]:
    return {"order_item_id": line["order_item_id"], "sku": line["sku"], quantity: line["qty"]}


@contextmanager
def _named(document: str) -> Iterator[None]:
    """Adds to an error the document whose value does not fit."""
    try:
        yield
    except UnexpectedRecord as error:
        message = f"{document} of the shop cannot be stored: {error.message}"
        raise UnexpectedRecord(message, cause=error.cause, detail=error.detail) from error


def _drop_outdated(shop: Shop, orders: dict[int, MagentoOrder]) -> None:
    """Drops orders that another task has meanwhile stored in a newer state; what changed in the
    others makes them due for a comparison.

    A mirror dated in the future is wrong rather than newer, and is replaced.
    """
    known = SalesOrder.objects.filter(shop=shop, entity_id__in=list(orders))
    latest = timezone.now() + CLOCKS_DIFFER
    changed = []
    columns = ("pk", "entity_id", "remote_updated_at", "shop_fingerprint")
    for pk, entity_id, updated_at, fingerprint in known.values_list(*columns):
        if orders[entity_id].updated_at < updated_at <= latest:
            del orders[entity_id]
        elif fingerprint not in {"", fingerprint_in_shop(orders[entity_id])}:
            changed.append(pk)
    if changed:
        make_due(changed, clock.now())


def _upsert_orders(shop: Shop, orders: list[MagentoOrder]) -> None:
    if not orders:
        return
    now = timezone.now()
    rows = [
        {
            **sales_order_values(order),
            "shop_fingerprint": fingerprint_in_shop(order),
            "pulled_at": now,
        }
        for order in orders
    ]
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
    wanted = {(row["sales_order_id"], row["item_id"]) for row in rows}
    _drop_lines_gone([keys[entity_id] for entity_id in orders], wanted)
    if not rows:
        return
    columns = [name for name in rows[0] if name not in {"item_id", "sales_order_id"}]
    SalesOrderLine.objects.bulk_create(
        [SalesOrderLine(**row) for row in rows],
        update_conflicts=True,
        unique_fields=["sales_order", "item_id"],
        update_fields=columns,
    )


def _drop_lines_gone(orders: Iterable[int], wanted: set[tuple[int, int]]) -> None:
    """The shop never takes a line off an order: one that is gone came with a broken record.

    Lines that SAP holds stay, or the link to SAP's items would break.
    """
    known = SalesOrderLine.objects.filter(sales_order__in=list(orders), sap_item_number=None)
    rows = known.values_list("pk", "sales_order", "item_id")
    gone = [pk for pk, order, item_id in rows if (order, item_id) not in wanted]
    if gone:
        SalesOrderLine.objects.filter(pk__in=gone).delete()


def _split(values: dict[str, Any], *lists: str) -> list[Any]:
    """The column values, followed by each named list taken out of them."""
    parts = [values.pop(name) for name in lists]
    return [values, *parts]
