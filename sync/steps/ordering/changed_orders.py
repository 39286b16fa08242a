"""Orders that changed in the shop: their keys first, and whole only what the mirror lacks.

A window is read again and again, because an order may be committed late; but most of it is known.
An order is known while the shop tells of it what the mirror holds, its time of change included. A
change within the same second, or one that was committed late, may not show there: so each order is
read whole once more when half of the overlap has passed, before it leaves the window.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from sync.causes.shop import ShopCause
from sync.errors import UnexpectedRecord
from sync.magento.narrowing import Doubts
from sync.magento.records import MagentoOrder, MagentoOrderKey
from sync.models import SalesOrder
from sync.reading import Read, UnreadableRecord
from sync.steps.step_run import StepRun
from sync.told import told
from sync.translate.magento_values import plain_json

Key = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class ChangedPage:
    """All orders of one page by key, and those of them that had to be read whole."""

    keys: tuple[MagentoOrderKey, ...]
    read: Read[MagentoOrder]


def changed_pages(
    run: StepRun, since: datetime, page_size: int, doubts: Doubts, after: Key | None = None
) -> Iterator[ChangedPage]:
    """Orders changed at or after ``since``, oldest change first, as pages arrive. ``after`` is the
    last order (updated_at, entity_id) of a page read before."""
    pages = run.magento().search_order_keys(
        updated_from=since, page_size=page_size, after=after, doubts=doubts
    )
    for page in pages:
        known = _known(run, page.records) - set(doubts.suspects)
        wanted = [key.entity_id for key in page.records if key.entity_id not in known]
        read = _whole(run, wanted, doubts) if wanted else Read[MagentoOrder]()
        yield ChangedPage(page.records, Read[MagentoOrder]((), page.unreadable) + read)


def _known(run: StepRun, keys: Sequence[MagentoOrderKey]) -> set[int]:
    now = timezone.now()
    ahead = (run.magento().server_time or now) - now  # the shop's clock before the portal's
    told = {key.entity_id: key.told for key in keys}
    mirrors = SalesOrder.objects.filter(shop=run.shop, entity_id__in=list(told))
    columns = mirrors.values_list("entity_id", "payload", "remote_updated_at", "pulled_at")
    return {
        entity_id
        for entity_id, payload, updated_at, pulled_at in columns
        if all(payload.get(name) == value for name, value in plain_json(told[entity_id]).items())
        and not (pulled_at + ahead < updated_at + run.policy.pull_overlap / 2 <= now + ahead)
    }


def _whole(run: StepRun, wanted: Collection[int], doubts: Doubts) -> Read[MagentoOrder]:
    """Raises ``UnexpectedRecord`` where the shop shows none of the orders it has just listed."""
    read = run.magento().get_orders(wanted, replace(doubts, may_hide=True))  # told here
    shown = {one.entity_id for one in read.records} | {one.entity_id for one in read.unreadable}
    if None in shown:  # which one it is nobody knows
        return read
    missing = set(wanted) - shown
    error = UnexpectedRecord(
        told("the shop lists its key, but does not show it."),
        cause=ShopCause.HIDDEN,
        detail="orders",
    )
    if not shown and missing - set(doubts.suspects):
        raise UnexpectedRecord(
            told(
                "The shop lists {count} changed orders and shows none of them.", count=len(missing)
            ),
            cause=ShopCause.HIDDEN,
            detail="orders",
        )
    return read + Read((), tuple(UnreadableRecord("order", "", error, one) for one in missing))
