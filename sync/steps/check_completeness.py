"""Compares all orders of a period on both sides: which the shop has and SAP lacks, and the reverse.

It reads the shop itself instead of trusting the pull, so an order the pull missed is found and
stored; it asks SAP for every order that the portal believes to be there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from sync.magento.narrowing import Doubts
from sync.mirrors import unreadable
from sync.mirrors.shared_references import (
    customer_reference_of,
    number_in,
    orders_with_reference,
)
from sync.mirrors.unreadable_documents import error_for
from sync.models import (
    CompletenessFinding,
    CompletenessRun,
    Decision,
    PullWatermark,
    Release,
    SalesOrder,
    Step,
    StepSchedule,
    SyncTask,
)
from sync.reading import Read, UnreadableRecord
from sync.steps.completeness.in_sap import (
    SapSide,
    doubled_or_unlinked,
    read_sap_side,
    unknown_references,
)
from sync.steps.ordering.changed_orders import changed_pages
from sync.steps.pull_orders import store_readable
from sync.steps.step_run import StepRun

BATCH = 100
UNEXPLAINED = "Unexplained"
# Longer than this, and than three rounds of the schedule, nothing waits its turn for SAP.
TURN_COMES_WITHIN = timedelta(minutes=15)
ROUNDS = 3
LONGEST_SHOWN = 35  # characters of SAP's reference
Kind = CompletenessFinding.Kind


def check_completeness(run: StepRun) -> str:
    now = timezone.now()
    since = now - timedelta(days=run.shop.completeness_days)
    keys, findings = _read_shop(run, since)
    mirrors = SalesOrder.objects.filter(pk__in=keys).select_related("shop")
    mirrors = mirrors.prefetch_related("shop__sales_areas")
    orders = list(mirrors.order_by("placed_at", "id"))
    read, reasons = _references_in_sap(run, orders)
    side = read_sap_side(run, since, now)
    held = {one.pk for one in orders if _is_held(one, read, side.tied)}
    in_sap, untied = doubled_or_unlinked(run, orders, side)
    findings += in_sap
    findings += [
        _missing(order, reasons.get(order.sap_sales_order_number, ""), read, now)
        for order in orders
        if order.pk not in held | untied
    ]
    if run.policy.needs_release and not Release.objects.exists():
        _explain_by_release(findings)
    findings += _not_in_shop(run, side, {customer_reference_of(one) for one in orders})
    with transaction.atomic():
        made = CompletenessRun.objects.create(
            shop=run.shop,
            window_from=since,
            window_to=now,
            finished_at=timezone.now(),
            in_shop=len(orders) + sum(one.sales_order is None for one in findings),
            in_sap=len(held),
        )
        for finding in findings:
            finding.run = made
        CompletenessFinding.objects.bulk_create(findings)
    unexplained = sum(not one.is_explained for one in findings)
    return f"{made.in_shop} in the shop, {made.in_sap} in SAP, {unexplained} unexplained."


def _read_shop(run: StepRun, since: datetime) -> tuple[list[int], list[CompletenessFinding]]:
    keys: list[int] = []
    findings: list[CompletenessFinding] = []
    known = unreadable.known(run.shop)
    doubts = Doubts(known, is_repeated=run.is_repeated, may_hide=False)
    for page in changed_pages(run, since, BATCH, doubts):
        run.task.hold_lease(run.policy.lease)
        placed = tuple(order for order in page.read.records if order.created_at >= since)
        kept = store_readable(run.shop, Read(placed, page.read.unreadable))
        findings += [_unreadable(one) for one in kept.unreadable]
        unread = {one.entity_id for one in kept.unreadable}
        wanted = [key.entity_id for key in page.keys if key.entity_id not in unread]
        mirrors = SalesOrder.objects.filter(shop=run.shop, entity_id__in=wanted)
        keys += mirrors.filter(placed_at__gte=since).values_list("pk", flat=True)
    return keys, findings


def _references_in_sap(
    run: StepRun, orders: list[SalesOrder]
) -> tuple[dict[str, str], dict[str, str]]:
    read: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for numbers in _batches([one.sap_sales_order_number for one in orders]):
        run.task.hold_lease(run.policy.lease)
        found = run.remotes.sap().get_sales_orders(numbers)
        read |= {one.sap_sales_order_number: one.customer_reference for one in found.records}
        reasons |= {one.number: error_for(one).message for one in found.unreadable}
    return read, reasons


def _explain_by_release(findings: list[CompletenessFinding]) -> None:
    """Before the release nobody sends an order that SAP has never had."""
    for one in findings:
        if one.sales_order is not None and not (one.is_explained or one.sap_sales_order_number):
            one.reason = "Waiting for the release: nothing is sent by itself yet"
            one.is_explained = True


def _is_held(order: SalesOrder, read: dict[str, str], tied: set[str]) -> bool:
    """An order that a person tied is held under any reference."""
    number = order.sap_sales_order_number
    return number in read and (number in tied or read[number] == customer_reference_of(order))


def _missing(
    order: SalesOrder, unreadable_in_sap: str, read: dict[str, str], now: datetime
) -> CompletenessFinding:
    """``now`` is when the comparison began."""
    number = order.sap_sales_order_number
    reason = unreadable_in_sap or _reason(order, now)
    unexplained = UNEXPLAINED
    if number in read:
        shown = ascii(read[number][:LONGEST_SHOWN])
        unexplained = f"{UNEXPLAINED}: SAP order {number} carries the reference {shown}"
    return CompletenessFinding(
        kind=Kind.NOT_IN_SAP,
        increment_id=order.increment_id,
        sap_sales_order_number=number,
        sales_order=order,
        reason=reason or unexplained,
        is_explained=bool(reason),
    )


def _reason(order: SalesOrder, now: datetime) -> str:
    if order.is_in_sap:
        return ""  # the portal says it is there, and SAP does not have it
    if order.not_taken_reason or order.stage == SalesOrder.Stage.CANCELED:
        return order.not_taken_reason or "Canceled in the shop"
    task = SyncTask.objects.unfinished().filter(step=Step.PUSH_ORDER, sales_order=order).first()
    if task is None:
        ended = Decision.objects.marked_done(Step.PUSH_ORDER).filter(sales_order=order).first()
        return str(ended) if ended else _waits_its_turn(order, now)
    return task.error_message or f"On its way: {task.get_state_display().lower()}"


def _waits_its_turn(order: SalesOrder, now: datetime) -> str:
    """Why the order is not on its way to SAP yet; empty when it should be.

    An order first found by this comparison was missed by every fetch, unless it was placed later.
    """
    if order.first_read_at >= now:
        fetched = PullWatermark.objects.filter(shop=order.shop, polled_at__lt=order.placed_at)
        if fetched.exists():
            return "Placed since the last fetch"
        return "On its way: the first fetch is not over" if _is_first_fetch(order) else ""
    schedule = StepSchedule.objects.filter(step=Step.PUSH_ORDER).first()
    if schedule is None or not schedule.is_enabled:
        return "Waiting for a person: orders are not sent to SAP by themselves"
    turn = max(TURN_COMES_WITHIN, ROUNDS * timedelta(seconds=schedule.interval_seconds))
    return "Waiting for SAP: its turn comes next" if now - order.first_read_at < turn else ""


def _is_first_fetch(order: SalesOrder) -> bool:
    """Whether orders are fetched automatically and the first fetch is not finished."""
    fetches = StepSchedule.objects.filter(step=Step.PULL_ORDERS, is_enabled=True)
    over = PullWatermark.objects.filter(shop=order.shop, polled_at__isnull=False)
    return fetches.exists() and not over.exists()


def _not_in_shop(run: StepRun, side: SapSide, in_window: set[str]) -> list[CompletenessFinding]:
    found = [
        CompletenessFinding(
            kind=Kind.NOT_IN_SHOP,
            increment_id=number_in(reference, run.shop),
            sap_sales_order_number=number,
            reason=UNEXPLAINED,
            is_explained=False,
        )
        for reference, number in unknown_references(run, side, in_window)
        if not _is_in_shop(run, reference)
    ]
    return found + [
        CompletenessFinding(
            kind=Kind.NOT_IN_SHOP,
            increment_id="?",
            sap_sales_order_number=one.number,
            reason=error_for(one).message,
        )
        for one in side.unreadable
    ]


def _is_in_shop(run: StepRun, reference: str) -> bool:
    """An order placed before the period is no finding; an order the shop has lost is one."""
    known = [
        one.increment_id for one in orders_with_reference(reference) if one.shop_id == run.shop.pk
    ]
    plain = number_in(reference, run.shop)
    return any(_has_number(run, number) for number in [*known, plain] if number)


def _has_number(run: StepRun, number: str) -> bool:
    """True also for an order that the shop has but cannot show."""
    found = run.magento().search_orders_by_increment_id(number, is_repeated=run.is_repeated)
    return bool(found.records or found.unreadable)


def _unreadable(record: UnreadableRecord) -> CompletenessFinding:
    return CompletenessFinding(
        kind=Kind.NOT_IN_SAP,
        increment_id=record.number or str(record.entity_id or "?"),
        reason=f"Cannot be read: {record.error.message}",
    )


def _batches(numbers: list[str]) -> Iterable[list[str]]:
    wanted = [number for number in numbers if number]
    return (wanted[at : at + BATCH] for at in range(0, len(wanted), BATCH))
