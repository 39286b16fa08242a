"""Puts stopped work back once what stopped it has ended: a hold in the shop, a goods issue that was
taken back, a difference, a mapping entry that was missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta

from django.apps import apps
from django.db.models import F, Model, Q

from sync.causes.cause import Kind
from sync.causes.orders import OrderCause
from sync.causes.papers import PaperCause
from sync.jobs.retries import next_probe
from sync.mapping.missing import has_customer
from sync.mapping.stopped_for import entry_of
from sync.mapping_tables import MappingTable, MissingEntry
from sync.models import Repair, Shop, Step, SyncTask, clock
from sync.models.failures import NO_FAILURE
from sync.models.ledger import SyncTaskQuerySet
from sync.translate.unwanted_goods import HELD

AT_ONCE = 500
AT_ONCE_TRIES = 3  # then ever more rarely: what is there may not be what it waits for
A_MOMENT = timedelta(minutes=1)  # what is read while a task ends may have come too late for it
A_DELIVERY_DECIDES = (Kind.DISAGREE, Kind.REJECTED)


def go_on(turn: Collection[int] | None = None) -> int:
    """Returns how many tasks were put back to work, of these keys or of all."""
    stopped = SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION).order_by()
    if turn is not None:
        stopped = stopped.filter(pk__in=turn)
    off = Shop.objects.filter(is_active=False).values("pk")
    stopped = stopped.exclude(shop_id__in=off)
    ended = (
        *(_released(stopped), _changed_deliveries(stopped), _changed_orders(stopped)),
        _counted_by_now(stopped),
    )
    keys = {pk for tasks in ended for pk in tasks.values_list("pk", flat=True)[:AT_ONCE]}
    keys |= {task.pk for task in _with_entries(stopped) if _may_try(task)}
    if not keys:
        return 0
    return stopped.filter(pk__in=keys).wake(finished_at=None, **NO_FAILURE)


def _released(stopped: SyncTaskQuerySet) -> SyncTaskQuerySet:
    held = stopped.filter(cause=PaperCause.ON_HOLD.code)
    return held.exclude(sales_order__state__in=list(HELD))


def _changed_deliveries(stopped: SyncTaskQuerySet) -> SyncTaskQuerySet:
    """A goods issue that was taken back is awaited until it is posted again."""
    shipments = stopped.filter(
        step=Step.PUSH_SHIPMENT,
        error_class__in=A_DELIVERY_DECIDES,
        delivery__changed_at__gt=F("finished_at"),
    ).exclude(cause__in=[PaperCause.FOUND_FINISHED.code, PaperCause.ON_HOLD.code])
    posted = Q(delivery__goods_movement_status="C")
    return shipments.filter(posted | ~Q(cause=PaperCause.GOODS_ISSUE_REVERSED.code))


def _counted_by_now(stopped: SyncTaskQuerySet) -> SyncTaskQuerySet:
    """An invoice in cartons is counted by the delivery it bills, which may be read later."""
    return stopped.filter(
        step=Step.PUSH_INVOICE,
        cause=PaperCause.OTHER_UNIT.code,
        sales_order__delivery_lines__delivery__changed_at__gt=F("finished_at") - A_MOMENT,
    ).distinct()


def _changed_orders(stopped: SyncTaskQuerySet) -> SyncTaskQuerySet:
    """Also finance's question about a refund, once SAP has credited something."""
    causes = (OrderCause.ADDRESS_CHANGED, OrderCause.CHANGED, OrderCause.REFUNDED_AFTER_BILLING)
    told = stopped.filter(step=Step.PUSH_ORDER, cause__in=[one.code for one in causes])
    credited = Q(
        cause=OrderCause.REFUNDED_AFTER_BILLING.code,
        sales_order__billing_lines__billing_document__category="O",
        sales_order__billing_lines__billing_document__changed_at__gt=F("finished_at"),
    )
    due = Q(sales_order__comparison_due_at__isnull=False, sales_order__sap_missing_since=None)
    return told.filter(due | credited)


def _with_entries(stopped: SyncTaskQuerySet) -> Iterator[SyncTask]:
    """Tasks whose missing entry is there by now, however it was added; not while one order of
    theirs is tried with it first."""
    waiting = stopped.filter(~Q(mapping_table="") | Q(cause=PaperCause.NOBODY_COLLECTS.code))
    tasks = waiting.select_related("sales_order__shop", "shop").defer("sales_order__payload")
    by_table: dict[MappingTable, list[tuple[SyncTask, MissingEntry]]] = {}
    found = list(tasks.order_by("id")[:AT_ONCE])
    held = Repair.objects.holding() if found else []
    for task in found:
        missing = entry_of(task)
        if missing and task.cause_key not in held:
            by_table.setdefault(missing.table, []).append((task, missing))
    for table, waits in by_table.items():
        if table == MappingTable.CUSTOMER:
            yield from (
                task
                for task, _missing in waits
                if task.sales_order is not None and has_customer(task.sales_order)
            )
        else:
            yield from _present(table, waits)


def _present(
    table: MappingTable, waits: Iterable[tuple[SyncTask, MissingEntry]]
) -> Iterator[SyncTask]:
    waits = list(waits)
    *owners, column = table.facts.key_fields
    model = apps.get_model("sync", table.facts.model)
    rows = model._default_manager.filter(**{f"{column}__in": {one.key for _task, one in waits}})
    found = {
        (getattr(row, "shop_id", None) if owners else None, str(getattr(row, column))): row
        for row in rows
    }
    for task, missing in waits:
        row = found.get((task.shop_id if owners else None, missing.key))
        if row is not None and _is_complete(row, task, missing.field):
            yield task


def _is_complete(row: Model, task: SyncTask, field: str) -> bool:
    """A sales area may name another currency than the order's; empty, it takes any."""
    if field == "currency" and task.sales_order is not None:
        return getattr(row, field) in {"", task.sales_order.currency}
    return not field or bool(getattr(row, field))


def _may_try(task: SyncTask) -> bool:
    if task.attempts <= AT_ONCE_TRIES or task.finished_at is None:
        return True
    pause: timedelta = next_probe(task.attempts - AT_ONCE_TRIES)
    return clock.now() >= task.finished_at + pause
