"""Web orders from the shop into the mirror, by watermark with overlap."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from django.db import DataError, IntegrityError
from django.utils import timezone

from sync.causes.shop import ShopCause
from sync.errors import SyncError, UnexpectedRecord
from sync.magento.client import MagentoClient
from sync.magento.narrowing import Doubts, may_be_its_content
from sync.magento.records import MagentoOrder, UnreadableRecord
from sync.mirrors import unreadable
from sync.mirrors.progress import refresh_replacements
from sync.mirrors.shop import store_order, store_orders
from sync.models import PullWatermark, Shop
from sync.steps.queued_mails import follow_queued_mails
from sync.steps.recognition.stores import recognise_now_and_then
from sync.steps.recognition.version import note_version
from sync.steps.step_run import StepRun

BATCH = 100
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def pull_orders(run: StepRun) -> str:
    """Store all orders changed since the watermark, or the one record a task is about."""
    entity_id = unreadable.entity_id_in(run.task.reference)
    if entity_id is not None:
        return _read_again(run, entity_id)
    is_recognised = recognise_now_and_then(run)
    watermark, _created = PullWatermark.objects.get_or_create(shop=run.shop)
    stored = unread = 0
    for batch in _batches(run, watermark):
        run.task.hold_lease(run.policy.lease)
        orders = [one for one in batch if isinstance(one, MagentoOrder)]
        bad = [one for one in batch if isinstance(one, UnreadableRecord)]
        bad += store_readable(run.shop, orders)
        for record in bad:
            unreadable.report(run.shop, record)
        spoilt = {record.entity_id for record in bad}
        good = [order for order in orders if order.entity_id not in spoilt]
        unreadable.close_readable(run.shop, [(one.entity_id, one.increment_id) for one in good])
        _advance(watermark, orders, until=_latest(run))
        stored, unread = stored + len(batch) - len(bad), unread + len(bad)
    refresh_replacements(run.shop)
    PullWatermark.objects.filter(pk=watermark.pk).update(polled_at=timezone.now())
    with suppress(SyncError):  # and so may what became of the mails in its queue
        follow_queued_mails(run)
    if is_recognised:
        with suppress(SyncError):  # the orders are read: what its version is may wait
            note_version(run)
    return f"{stored} orders read." if not unread else f"{stored} orders read, {unread} unreadable."


def _batches(
    run: StepRun, watermark: PullWatermark
) -> Iterator[list[MagentoOrder | UnreadableRecord]]:
    since = watermark.updated_at or run.shop.orders_from
    updated_from = since - run.policy.pull_overlap if since else BEGINNING
    batch: list[MagentoOrder | UnreadableRecord] = []
    found = run.magento().search_orders(
        updated_from=updated_from,
        page_size=BATCH,
        doubts=Doubts(
            unreadable.known(run.shop), watermark.entity_id, run.is_repeated, may_hide=False
        ),
    )
    try:
        for one in found:
            batch.append(one)
            if len(batch) == BATCH:
                yield batch
                batch = []
    except SyncError:
        if batch:  # what was read before the shop failed is kept
            yield batch
        raise
    if batch:
        yield batch


def _read_again(run: StepRun, entity_id: int) -> str:
    """One record that could not be read: by itself, or as the shop's list has it."""
    order = _by_itself_or_listed(run.magento(), entity_id)
    if order is None:
        return "The shop has this order no more."
    store_order(run.shop, order)
    return "Read again and stored."


def _by_itself_or_listed(shop: MagentoClient, entity_id: int) -> MagentoOrder | None:
    try:
        return shop.get_order(entity_id)
    except SyncError as error:
        if not may_be_its_content(error):
            raise
        return _as_listed(shop, entity_id, error)


def _as_listed(shop: MagentoClient, entity_id: int, error: SyncError) -> MagentoOrder | None:
    """The order from the list; None where it is gone. Raises ``UnexpectedRecord``, so that the
    task stays that of a record, and a later pull closes it."""
    listed = shop.look_for_order(entity_id)
    if not isinstance(listed, UnreadableRecord):
        return listed
    own = UnexpectedRecord(error.message, cause=ShopCause.SPOILS_ITS_LIST, detail=error.cause_key)
    raise unreadable.said_of(replace(listed, error=own)) from error


def store_readable(shop: Shop, orders: list[MagentoOrder]) -> list[UnreadableRecord]:
    """Store a batch; where one of it cannot be held, one by one. Those come back."""
    try:
        store_orders(shop, orders)
    except (UnexpectedRecord, DataError, IntegrityError, ValueError, OverflowError) as error:
        if len(orders) == 1:
            return [_refused(orders[0], error)]
        return [bad for order in orders for bad in store_readable(shop, [order])]
    return []


def _refused(order: MagentoOrder, error: Exception) -> UnreadableRecord:
    if not isinstance(error, UnexpectedRecord):
        error = UnexpectedRecord(
            "it holds a value the portal cannot store (too long, or not a character).",
            cause=ShopCause.UNFITTING,
            reference=order.increment_id,
        )
    return UnreadableRecord(order.entity_id, order.increment_id, error)


def _latest(run: StepRun) -> datetime:
    """The latest change that can have happened: the watermark less its overlap is never ahead of
    the shop's clock, so that no order falls behind it unread."""
    return (run.magento().server_time or timezone.now()) + run.policy.pull_overlap


def _advance(watermark: PullWatermark, orders: list[MagentoOrder], *, until: datetime) -> None:
    """Move the watermark to the newest order stored; it never goes back, nor ahead of time."""
    for order in orders:
        newest = (order.updated_at, order.entity_id)
        if order.updated_at > until:
            continue
        if watermark.updated_at is None or newest > (watermark.updated_at, watermark.entity_id):
            watermark.updated_at, watermark.entity_id = newest
    watermark.save(update_fields=["updated_at", "entity_id"])
