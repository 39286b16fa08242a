"""Web orders from the shop into the mirror, by watermark with overlap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import DatabaseError
from django.utils import timezone

from sync.errors import UnexpectedRecord
from sync.magento.records import MagentoOrder, UnreadableRecord
from sync.models import PullWatermark, Shop
from sync.steps import unreadable
from sync.steps.progress import refresh_replacements
from sync.steps.shop_mirrors import store_orders
from sync.steps.step_run import StepRun

BATCH = 100
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def pull_orders(run: StepRun) -> str:
    """Store all orders changed since the watermark, or the one record a task is about."""
    entity_id = unreadable.entity_id_in(run.task)
    if entity_id is not None:
        store_orders(run.shop, [run.magento().get_order(entity_id)])
        return "Read again and stored."
    watermark, _created = PullWatermark.objects.get_or_create(shop=run.shop)
    stored = unread = 0
    for batch in _batches(run, watermark):
        run.task.hold_lease(run.policy.lease)
        orders = [one for one in batch if isinstance(one, MagentoOrder)]
        bad = [one for one in batch if isinstance(one, UnreadableRecord)]
        bad += _store(run.shop, orders)
        for record in bad:
            unreadable.report(run.shop, record)
        unreadable.close_readable(
            run.shop,
            {order.entity_id for order in orders} - {record.entity_id for record in bad},
        )
        _advance(watermark, orders)
        stored, unread = stored + len(batch) - len(bad), unread + len(bad)
    refresh_replacements(run.shop)
    PullWatermark.objects.filter(pk=watermark.pk).update(polled_at=timezone.now())
    return f"{stored} orders read." if not unread else f"{stored} orders read, {unread} unreadable."


def _batches(
    run: StepRun, watermark: PullWatermark
) -> Iterator[list[MagentoOrder | UnreadableRecord]]:
    since = watermark.updated_at or run.shop.orders_from
    updated_from = since - run.policy.pull_overlap if since else BEGINNING
    batch: list[MagentoOrder | UnreadableRecord] = []
    for one in run.magento().search_orders(updated_from=updated_from, page_size=BATCH):
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _store(shop: Shop, orders: list[MagentoOrder]) -> list[UnreadableRecord]:
    """Store a batch; where the database refuses it, one by one. The refused ones come back."""
    try:
        store_orders(shop, orders)
    except (DatabaseError, ValueError):
        if len(orders) == 1:
            return [_refused(orders[0])]
        return [bad for order in orders for bad in _store(shop, [order])]
    return []


def _refused(order: MagentoOrder) -> UnreadableRecord:
    error = UnexpectedRecord(
        "it holds a value the portal cannot store (too long, or not a character).",
        system="magento",
        reference=order.increment_id,
        cause_key="unreadable web order",
    )
    return UnreadableRecord(order.entity_id, order.increment_id, error)


def _advance(watermark: PullWatermark, orders: list[MagentoOrder]) -> None:
    """Move the watermark to the newest order stored; it never goes back."""
    for order in orders:
        newest = (order.updated_at, order.entity_id)
        if watermark.updated_at is None or newest > (watermark.updated_at, watermark.entity_id):
            watermark.updated_at, watermark.entity_id = newest
    watermark.save(update_fields=["updated_at", "entity_id"])
