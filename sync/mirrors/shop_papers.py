"""Stores what the shop answered of an order's papers: shipments and invoices. Safe to repeat."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from sync.magento.records import MagentoInvoice, MagentoShipment
from sync.mirrors.column_limits import must_fit, named
from sync.mirrors.held_rows import hold, is_known_to_have_none, let_go
from sync.mirrors.news import note_news
from sync.mirrors.standing_for import SapDocument, columns_of, move_link, tie
from sync.models import (
    BillingDocument,
    Invoice,
    InvoiceLine,
    OutboundDelivery,
    SalesOrder,
    Shipment,
    ShipmentLine,
    ShipmentTrack,
)
from sync.told import told
from sync.translate.magento_values import invoice_values, shipment_values

Paper = TypeVar("Paper", Shipment, Invoice)

PAPERS: dict[type[Model], str] = {Shipment: "shipments", Invoice: "invoices"}


def store_shipment(
    order: SalesOrder,
    record: MagentoShipment,
    delivery: OutboundDelivery | None,
    *,
    made_by_hand: bool = False,
    **notes: object,
) -> Shipment:
    """With ``delivery`` None earlier links stay; they also stay for a shipment made by hand, which
    may stand for several deliveries. ``notes`` are the portal's own columns."""
    values, lines, tracks = _split(shipment_values(record), "lines", "tracks")
    lines = [_renamed(line, "shipped_quantity") for line in lines]
    with named(told("Shipment {entity_id}", entity_id=record.entity_id)):
        must_fit(Shipment, [values], system="magento")
        must_fit(ShipmentLine, lines, system="magento")
        must_fit(ShipmentTrack, tracks, system="magento")
    with transaction.atomic(savepoint=False):
        shipment, is_new = _store(
            Shipment, order, values | notes, delivery, made_by_hand=made_by_hand
        )
        _replace(ShipmentLine, {"shipment": shipment}, lines, is_new=is_new)
        _replace(ShipmentTrack, {"shipment": shipment}, tracks, is_new=is_new)
    return shipment


def store_invoice(
    order: SalesOrder,
    record: MagentoInvoice,
    document: BillingDocument | None,
    *,
    made_by_hand: bool = False,
    **notes: object,
) -> Invoice:
    """``document`` works as ``delivery`` does for a shipment."""
    values, lines = _split(invoice_values(record), "lines")
    lines = [_renamed(line, "invoiced_quantity") for line in lines]
    with named(told("Invoice {entity_id}", entity_id=record.entity_id)):
        must_fit(Invoice, [values], system="magento")
        must_fit(InvoiceLine, lines, system="magento")
    with transaction.atomic(savepoint=False):
        invoice, is_new = _store(
            Invoice, order, values | notes, document, made_by_hand=made_by_hand
        )
        _replace(InvoiceLine, {"invoice": invoice}, lines, is_new=is_new)
        if is_new:
            hold(invoice, "mails", [])
    return invoice


def _store(
    model: type[Paper],
    order: SalesOrder,
    values: dict[str, Any],
    document: SapDocument | None,
    *,
    made_by_hand: bool,
) -> tuple[Paper, bool]:
    """The mirror, and whether it is a new one."""
    entity_id, is_linked = values["entity_id"], document is not None and not made_by_hand
    if document is not None:
        values |= {"is_made_by_hand": made_by_hand}
    if is_linked:
        values |= {columns_of(model)[0]: document}
    values |= {"read_at": timezone.now()}
    name = PAPERS[model]
    known = set() if is_known_to_have_none(order, name) else _entity_ids(order, model)
    let_go(order, name)
    if known and document is not None and is_linked:
        move_link(order, model, entity_id, document)
        known.add(entity_id)  # which the mirror may have been moved to
    if entity_id in known:
        paper, is_new = model._default_manager.update_or_create(
            sales_order=order, entity_id=entity_id, defaults=values
        )
    else:
        paper, is_new = model._default_manager.create(sales_order=order, **values), True
    if document is not None and made_by_hand:
        tie(paper, document)
    elif document is not None:
        note_news(document)
    return paper, is_new


def _entity_ids(order: SalesOrder, model: type[Paper]) -> set[int]:
    mirrors = model._default_manager.filter(sales_order=order)
    return set(mirrors.values_list("entity_id", flat=True))


def _replace(
    model: type[Model], owner: dict[str, Model], rows: list[dict[str, Any]], *, is_new: bool
) -> None:
    """An unchanged row is not written again."""
    manager, columns = model._default_manager, list(rows[0]) if rows else ["pk"]
    if not is_new:
        present = manager.filter(**owner)
        if list(present.order_by("pk").values(*columns)) == rows:
            return
        present.delete()
    manager.bulk_create(model(**owner, **row) for row in rows)


def _renamed(line: dict[str, Any], quantity: str) -> dict[str, Any]:
    return {"order_item_id": line["order_item_id"], "sku": line["sku"], quantity: line["qty"]}


def _split(values: dict[str, Any], *lists: str) -> list[Any]:
    """The column values, followed by each named list taken out of them."""
    parts = [values.pop(name) for name in lists]
    return [values, *parts]
