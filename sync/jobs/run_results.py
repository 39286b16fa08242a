"""What has become of a click on many documents: how many orders are done, stopped or to come.

A click is over once nothing of it is to come; what it came to is kept with it from then on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import cast

from django.db.models import Count, Q

from sync.models import Click, SyncTask, clock

State = SyncTask.State
MOST_AT_ONCE = 50  # clicks
MOVING = Q(state__in=[State.WAITING, State.RUNNING])
OPEN = Q(state__in=SyncTask.OPEN_STATES)
NOT_DONE = OPEN | Q(state=State.CANCELLED)
IN_SAP = Q(sales_order__sap_read_at__isnull=False) & ~Q(sales_order__sap_sales_order_number="")
ABOUT_ORDERS = frozenset({Click.Kind.ORDERS, Click.Kind.NEW_ORDERS})


@dataclass(frozen=True, slots=True)
class Tally:
    """Orders, each by its least settled task; ``fetches`` are the tasks about no order. ``in_sap``
    is what was read back there of those that are done, and is counted once nothing moves."""

    total: int = 0
    moving: int = 0
    stopped: int = 0
    cancelled: int = 0
    fetches: int = 0
    fetches_moving: int = 0
    fetches_stopped: int = 0
    in_sap: int = 0

    @property
    def done(self) -> int:
        return self.total - self.moving - self.stopped - self.cancelled

    @property
    def is_over(self) -> bool:
        return not (self.moving or self.fetches_moving)


def tallies(clicks: Iterable[Click]) -> dict[int, Tally]:
    """Of each click; of those that are over as it was kept."""
    found = {one.pk: Tally(**one.result) for one in clicks if one.ended_at is not None}
    live = [one for one in clicks if one.ended_at is None]
    found |= _counted(live)
    return found | _with_orders(
        {
            one.pk: found[one.pk]
            for one in live
            if one.kind in ABOUT_ORDERS and found[one.pk].is_over
        }
    )


def keep_results() -> int:
    """Keep what the clicks came to that are over; returns how many."""
    queued = Click.objects.filter(ended_at=None, finished_at__isnull=False)
    clicks = list(queued.defer("documents", "causes").order_by("pk")[:MOST_AT_ONCE])
    over = {pk: tally for pk, tally in tallies(clicks).items() if tally.is_over}
    for pk, tally in over.items():
        Click.objects.filter(pk=pk, ended_at=None).update(
            ended_at=clock.now(), result=asdict(tally)
        )
    return len(over)


def _orders(only: Q) -> Count:
    return Count("sales_order", distinct=True, filter=only)


def _counted(clicks: Iterable[Click]) -> dict[int, Tally]:
    """All in one question, which an index answers."""
    found = {one.pk: Tally() for one in clicks}
    if not found:
        return found
    no_order = Q(sales_order__isnull=True)
    rows = (
        SyncTask.objects.filter(click__in=found)
        .order_by()
        .values("click")
        .annotate(
            total=Count("sales_order", distinct=True),
            moving=_orders(MOVING),
            open=_orders(OPEN),
            not_done=_orders(NOT_DONE),
            fetches=Count("pk", filter=no_order),
            fetches_moving=Count("pk", filter=no_order & MOVING),
            fetches_stopped=Count("pk", filter=no_order & Q(state=State.NEEDS_ATTENTION)),
        )
    )
    for row in rows:
        counted = dict(cast("dict[str, int]", row))
        pk, unfinished, left = (counted.pop(name) for name in ("click", "open", "not_done"))
        stopped, cancelled = unfinished - counted["moving"], left - unfinished
        found[pk] = Tally(**counted, stopped=stopped, cancelled=cancelled)
    return found


def _with_orders(over: dict[int, Tally]) -> dict[int, Tally]:
    """With how many of the done ones are in SAP."""
    if not over:
        return {}
    rows = (
        SyncTask.objects.filter(IN_SAP, click__in=over)
        .order_by()
        .values("click")
        .annotate(all=Count("sales_order", distinct=True), left=_orders(NOT_DONE))
    )
    return {
        row["click"]: Tally(**asdict(over[row["click"]]) | {"in_sap": row["all"] - row["left"]})
        for row in rows
    }
