"""Reads web orders from the shop into the mirror, by watermark with overlap, in slices."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db import DataError, IntegrityError
from django.utils import timezone

from sync.causes.shop import ShopCause
from sync.errors import SyncError, UnexpectedRecord
from sync.magento.client import MagentoClient
from sync.magento.narrowing import Doubts, may_be_its_content
from sync.magento.records import MagentoOrder, MagentoOrderKey
from sync.mirrors import unreadable
from sync.mirrors.progress import refresh_replacements
from sync.mirrors.shop import store_order, store_orders
from sync.models import PullWatermark, Shop
from sync.reading import Read, UnreadableRecord
from sync.steps.ordering.changed_orders import Key, changed_pages
from sync.steps.ordering.pace import Pace
from sync.steps.queued_mails import follow_queued_mails
from sync.steps.recognition.stores import recognise_now_and_then
from sync.steps.recognition.version import note_version
from sync.steps.step_run import Slice, StepRun
from sync.told import told

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Window:
    """What a round of slices reads: orders changed since a moment. ``after`` is the last key read,
    which each slice goes on from."""

    since: datetime
    after: Key | None = None
    page: int | None = None  # its size, as the last slice found it fitting
    stored: int = 0
    unread: int = 0
    has_news: bool = False

    @classmethod
    def of(cls, place: dict[str, Any], since: datetime) -> Window:
        """Where the last slice stopped; a round begins at ``since``."""
        if not place:
            return cls(since)
        moment, entity_id = place["after"]
        after = (datetime.fromisoformat(moment), entity_id)
        since, page = datetime.fromisoformat(place["since"]), place.get("page")
        return cls(since, after, page, place["stored"], place["unread"])

    @property
    def place(self) -> dict[str, Any]:
        assert self.after is not None, "a slice ends after a page with keys"
        after = [self.after[0].isoformat(), self.after[1]]
        kept = {"page": self.page, "stored": self.stored, "unread": self.unread}
        return {"since": self.since.isoformat(), "after": after, **kept}

    @property
    def told(self) -> str:
        if self.unread:
            return told(
                "{stored} orders read, {unread} unreadable.", stored=self.stored, unread=self.unread
            )
        if self.stored == 1:
            return told("1 order read.")
        return told("{stored} orders read.", stored=self.stored)


def pull_orders(run: StepRun) -> Slice:
    """Stores the next of the orders changed since the watermark, or the one record the task is
    about."""
    entity_id = unreadable.entity_id_in(run.task.reference)
    if entity_id is not None:
        return Slice(_read_again(run, entity_id))
    place = run.place
    is_recognised = False if place else recognise_now_and_then(run)
    watermark, _created = PullWatermark.objects.get_or_create(shop=run.shop)
    since = watermark.updated_at or run.shop.orders_from
    window = Window.of(place, since - run.policy.pull_overlap if since else BEGINNING)
    if _read_pages(run, watermark, window):
        return Slice(window.told, has_news=window.has_news, place=window.place)
    refresh_replacements(run.shop)
    PullWatermark.objects.filter(pk=watermark.pk).update(polled_at=timezone.now())
    with suppress(SyncError):  # and so may what became of the mails in its queue
        window.has_news |= follow_queued_mails(run)
    if is_recognised:
        with suppress(SyncError):  # the orders are read: what its version is may wait
            note_version(run)
    return Slice(window.told, has_news=window.has_news)


def _read_pages(run: StepRun, watermark: PullWatermark, window: Window) -> bool:
    """Returns whether there may be more than these pages."""
    reported = unreadable.reported(run.shop)
    known = unreadable.keys_in(reported)
    doubts = Doubts(known, watermark.entity_id, run.is_repeated, may_hide=False)
    pace = Pace(window.page)
    for page in changed_pages(run, window.since, pace.page, doubts, window.after):
        run.task.hold_lease(run.policy.lease)
        kept = store_readable(run.shop, page.read, closes=bool(reported))
        reported += [one.number for one in kept.unreadable]
        _advance(watermark, page.keys, until=_latest(run))
        window.stored += len(kept.records)
        window.unread += len(kept.unreadable)
        window.has_news |= bool(kept.records)
        window.has_news |= any(one.entity_id not in known for one in kept.unreadable)
        if page.keys:  # a record that spoils its page comes by itself
            window.after = (page.keys[-1].updated_at, page.keys[-1].entity_id)
            if pace.is_over(len(page.keys)):
                window.page = pace.next_page
                return True
    return False


def _read_again(run: StepRun, entity_id: int) -> str:
    order = _by_itself_or_listed(run.magento(), entity_id)
    if order is None:
        return told("The shop has this order no more.")
    store_order(run.shop, order)
    return told("Read again and stored.")


def _by_itself_or_listed(shop: MagentoClient, entity_id: int) -> MagentoOrder | None:
    try:
        return shop.get_order(entity_id)
    except SyncError as error:
        if not may_be_its_content(error):
            raise
        return _as_listed(shop, entity_id, error)


def _as_listed(shop: MagentoClient, entity_id: int, error: SyncError) -> MagentoOrder | None:
    """None where the order is gone. Raises ``UnexpectedRecord``, so that the task stays that of a
    record and a later pull closes it."""
    listed = shop.search_order(entity_id)
    if listed.records or not listed.unreadable:
        return next(iter(listed.records), None)
    own = UnexpectedRecord(error.message, cause=ShopCause.SPOILS_ITS_LIST, detail=error.cause_key)
    raise unreadable.error_for(replace(listed.unreadable[0], error=own)) from error


def store_readable(
    shop: Shop, page: Read[MagentoOrder], *, closes: bool = True
) -> Read[MagentoOrder]:
    """Stores what can be read and held, and opens tasks for the rest; returns both. ``closes``
    tells whether there may be tasks of orders that can be read now."""
    refused = (*page.unreadable, *_store(shop, page.records))
    for record in refused:
        unreadable.report(shop, record)
    keys = {record.entity_id for record in refused}
    stored = tuple(order for order in page.records if order.entity_id not in keys)
    if closes:
        unreadable.close_readable(shop, [(one.entity_id, one.increment_id) for one in stored])
    return Read(stored, refused)


def _store(shop: Shop, orders: Sequence[MagentoOrder]) -> list[UnreadableRecord]:
    """Returns the orders that the mirror cannot hold; the others of the page are stored."""
    try:
        store_orders(shop, orders)
    except (UnexpectedRecord, DataError, IntegrityError, ValueError, OverflowError) as error:
        if len(orders) == 1:
            return [_refused(orders[0], error)]
        return [bad for order in orders for bad in _store(shop, [order])]
    return []


def _refused(order: MagentoOrder, error: Exception) -> UnreadableRecord:
    if not isinstance(error, UnexpectedRecord):
        error = UnexpectedRecord(
            told("it holds a value the portal cannot store (too long, or not a character)."),
            cause=ShopCause.DOES_NOT_FIT,
            reference=order.increment_id,
        )
    return UnreadableRecord("order", order.increment_id, error, order.entity_id)


def _latest(run: StepRun) -> datetime:
    """The watermark less its overlap stays behind the shop's clock, so that no order is missed."""
    return (run.magento().server_time or timezone.now()) + run.policy.pull_overlap


def _advance(
    watermark: PullWatermark, orders: Sequence[MagentoOrderKey], *, until: datetime
) -> None:
    """Moves the watermark to the newest order listed, but never back, nor into the future."""
    for order in orders:
        newest = (order.updated_at, order.entity_id)
        if order.updated_at > until:
            continue
        if watermark.updated_at is None or newest > (watermark.updated_at, watermark.entity_id):
            watermark.updated_at, watermark.entity_id = newest
    watermark.save(update_fields=["updated_at", "entity_id"])
