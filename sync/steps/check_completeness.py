"""Compares all orders of a period on both sides: which the shop has and SAP lacks, and the reverse.

It reads the shop itself instead of trusting the pull, so an order the pull missed is found and
stored; it asks SAP for every order that the portal believes to be there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
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
    Release,
    SalesOrder,
)
from sync.reading import Read, UnreadableRecord
from sync.steps.completeness.in_sap import (
    SapSide,
    doubled_or_unlinked,
    read_sap_side,
    unknown_references,
)
from sync.steps.completeness.reasons import UNEXPLAINED, ReadInSap, missing
from sync.steps.ordering.changed_orders import changed_pages
from sync.steps.pull_orders import store_readable
from sync.steps.step_run import StepRun
from sync.told import told

BATCH = 100
AT_ONCE = 500
# Without the shop's record of the order, which is 41 kB.
READ = (
    "shop_id", "store_id", "increment_id", "customer_reference", "placed_at", "first_read_at",
    "stage", "not_taken_reason", "sap_sales_order_number", "sap_read_at",
)  # fmt: skip
Kind = CompletenessFinding.Kind


def check_completeness(run: StepRun) -> str:
    now = timezone.now()
    since = now - timedelta(days=run.shop.completeness_days)
    keys, findings = _read_shop(run, since)
    side = read_sap_side(run, since, now)
    window = _compare(run, keys, side)
    in_sap, untied = doubled_or_unlinked(run, window.doubtful, side)
    findings += in_sap
    lacking = [order for order in window.lacking if order.pk not in untied]
    findings += missing(run.shop, lacking, window.read, now)
    if run.policy.needs_release and not Release.objects.exists():
        _explain_by_release(findings)
    findings += _not_in_shop(run, side, window.references)
    with transaction.atomic():
        made = CompletenessRun.objects.create(
            shop=run.shop,
            window_from=since,
            window_to=now,
            finished_at=timezone.now(),
            in_shop=len(keys) + sum(one.sales_order is None for one in findings),
            in_sap=window.held,
        )
        for finding in findings:
            finding.run = made
        CompletenessFinding.objects.bulk_create(findings, batch_size=AT_ONCE)
    unexplained = sum(not one.is_explained for one in findings)
    return told(
        "{in_shop} in the shop, {in_sap} in SAP, {unexplained} unexplained.",
        in_shop=made.in_shop,
        in_sap=made.in_sap,
        unexplained=unexplained,
    )


@dataclass(slots=True)
class _Window:
    """What is kept of the period's orders: only those that may be findings, without the shop's
    record."""

    held: int = 0
    references: set[str] = field(default_factory=set)
    doubtful: dict[str, SalesOrder] = field(default_factory=dict)
    lacking: list[SalesOrder] = field(default_factory=list)
    read: ReadInSap = field(default_factory=lambda: ReadInSap({}, {}))


def _compare(run: StepRun, keys: list[int], side: SapSide) -> _Window:
    """What SAP's list shows under its own reference is held; only the others are read there."""
    window = _Window()
    for start in range(0, len(keys), AT_ONCE):
        run.task.hold_lease(run.policy.lease)
        mirrors = SalesOrder.objects.filter(pk__in=keys[start : start + AT_ONCE]).only(*READ)
        orders = list(mirrors.order_by("placed_at", "id"))
        for order in orders:
            order.shop = run.shop
            reference = customer_reference_of(order)
            window.references.add(reference)
            if side.may_doubt(reference, order):
                window.doubtful[reference] = order
        unlisted = [one for one in orders if not side.lists(customer_reference_of(one), one)]
        _read_references(run, unlisted, window.read)
        lacking = [one for one in unlisted if not _is_held(one, window.read.references, side.tied)]
        window.held += len(orders) - len(lacking)
        window.lacking += lacking
    return window


def _read_shop(run: StepRun, since: datetime) -> tuple[list[int], list[CompletenessFinding]]:
    placed_at: dict[int, datetime] = {}
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
        placed_at.update(mirrors.filter(placed_at__gte=since).values_list("pk", "placed_at"))
    return sorted(placed_at, key=lambda pk: (placed_at[pk], pk)), findings


def _read_references(run: StepRun, orders: list[SalesOrder], read: ReadInSap) -> None:
    for numbers in _batches([one.sap_sales_order_number for one in orders]):
        run.task.hold_lease(run.policy.lease)
        found = run.remotes.sap().get_sales_orders(numbers)
        read.references.update(
            {one.sap_sales_order_number: one.customer_reference for one in found.records}
        )
        read.unreadable.update({one.number: error_for(one).message for one in found.unreadable})


def _explain_by_release(findings: list[CompletenessFinding]) -> None:
    """Before the release nobody sends an order that SAP has never had."""
    for one in findings:
        if one.sales_order is not None and not (one.is_explained or one.sap_sales_order_number):
            one.reason = told("Waiting for the release: nothing is sent by itself yet")
            one.is_explained = True


def _is_held(order: SalesOrder, read: dict[str, str], tied: set[str]) -> bool:
    """An order that a person tied is held under any reference."""
    number = order.sap_sales_order_number
    return number in read and (number in tied or read[number] == customer_reference_of(order))


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
        reason=told("Cannot be read: {message}", message=record.error.message),
    )


def _batches(numbers: list[str]) -> Iterable[list[str]]:
    wanted = [number for number in numbers if number]
    return (wanted[at : at + BATCH] for at in range(0, len(wanted), BATCH))
