"""Why an order of the shop is not in SAP, as far as the portal can say; told of many at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.models import (
    CompletenessFinding,
    Decision,
    PullWatermark,
    SalesOrder,
    Shop,
    Step,
    StepSchedule,
    SyncTask,
)
from sync.told import told

AT_ONCE = 500
UNEXPLAINED = told("Unexplained")
_ON_ITS_WAY: dict[str, str] = {
    SyncTask.State.WAITING: told("waiting"),
    SyncTask.State.RUNNING: told("running"),
    SyncTask.State.NEEDS_ATTENTION: told("needs attention"),
}
# Longer than this, and than three rounds of the schedule, nothing waits its turn for SAP.
TURN_COMES_WITHIN = timedelta(minutes=15)
ROUNDS = 3
LONGEST_SHOWN = 35  # characters of SAP's reference


@dataclass(frozen=True, slots=True)
class ReadInSap:
    """References by SAP order number, and why SAP orders cannot be read."""

    references: dict[str, str]
    unreadable: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Known:
    began_at: datetime
    schedule: StepSchedule | None
    polled_at: datetime | None
    fetches_run: bool
    tasks: dict[int | None, SyncTask]
    ended: dict[int | None, Decision]


def missing(
    shop: Shop, orders: Sequence[SalesOrder], read: ReadInSap, began_at: datetime
) -> Iterator[CompletenessFinding]:
    """``began_at`` is when the comparison began."""
    for start in range(0, len(orders), AT_ONCE):
        some = orders[start : start + AT_ONCE]
        known = _known(shop, some, began_at)
        for order in some:
            unreadable = read.unreadable.get(order.sap_sales_order_number, "")
            yield _finding(order, unreadable or _reason(order, known), read)


def _finding(order: SalesOrder, reason: str, read: ReadInSap) -> CompletenessFinding:
    number = order.sap_sales_order_number
    unexplained = UNEXPLAINED
    if number in read.references:
        shown = ascii(read.references[number][:LONGEST_SHOWN])
        unexplained = told(
            "{unexplained}: SAP order {number} carries the reference {shown}",
            unexplained=UNEXPLAINED,
            number=number,
            shown=shown,
        )
    return CompletenessFinding(
        kind=CompletenessFinding.Kind.NOT_IN_SAP,
        increment_id=order.increment_id,
        sap_sales_order_number=number,
        sales_order=order,
        reason=reason or unexplained,
        is_explained=bool(reason),
    )


def _known(shop: Shop, orders: Sequence[SalesOrder], began_at: datetime) -> _Known:
    tasks = SyncTask.objects.unfinished().filter(step=Step.PUSH_ORDER, sales_order__in=orders)
    ended = Decision.objects.marked_done(Step.PUSH_ORDER).filter(sales_order__in=orders)
    watermark = PullWatermark.objects.filter(shop=shop).first()
    schedules = {one.step: one for one in StepSchedule.objects.filter(is_enabled=True)}
    return _Known(
        began_at=began_at,
        schedule=schedules.get(Step.PUSH_ORDER),
        polled_at=watermark.polled_at if watermark else None,
        fetches_run=Step.PULL_ORDERS in schedules,
        tasks={one.sales_order_id: one for one in tasks.order_by("id")},
        ended={one.sales_order_id: one for one in ended.order_by("id")},
    )


def _reason(order: SalesOrder, known: _Known) -> str:
    if order.is_in_sap:
        return ""  # the portal says it is there, and SAP does not have it
    if order.not_taken_reason or order.stage == SalesOrder.Stage.CANCELED:
        return order.not_taken_reason or told("Canceled in the shop")
    task = known.tasks.get(order.pk)
    if task is None:
        ended = known.ended.get(order.pk)
        return str(ended) if ended else _waits_its_turn(order, known)
    return task.error_message or told("On its way: {state}", state=_ON_ITS_WAY[task.state])


def _waits_its_turn(order: SalesOrder, known: _Known) -> str:
    """Why the order is not on its way to SAP yet; empty when it should be.

    An order first found by this comparison was missed by every fetch, unless it was placed later.
    """
    if order.first_read_at >= known.began_at:
        if known.polled_at is not None and known.polled_at < order.placed_at:
            return told("Placed since the last fetch")
        is_first = known.fetches_run and known.polled_at is None
        return told("On its way: the first fetch is not over") if is_first else ""
    if known.schedule is None:
        return told("Waiting for a person: orders are not sent to SAP by themselves")
    turn = max(TURN_COMES_WITHIN, ROUNDS * timedelta(seconds=known.schedule.interval_seconds))
    is_soon = known.began_at - order.first_read_at < turn
    return told("Waiting for SAP: its turn comes next") if is_soon else ""
