"""Keeps the ledger from growing without bound: by age, in small batches that block nothing.

Each kind of pruning walks its table once, by number of row, and remembers how far it has come: a
batch is one short transaction over the next rows, wherever and in whatever number this runs.
What belongs to open work is left as it is, and so is what a person decided or asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField, Count, Func, JSONField, Model, QuerySet, Sum, Value

from sync.mirrors.packing import pack_payloads
from sync.models import (
    Alarm,
    AlarmMessage,
    Click,
    Invoice,
    PruningProgress,
    RemoteCall,
    SalesOrder,
    Shipment,
    SyncTask,
    clock,
)

BATCH_ROWS = 200
REST = timedelta(minutes=10)
EMPTY = Value(None, JSONField())

Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Pruning:
    """What is done to the rows of one table once they are old enough."""

    name: str
    says: str
    model: type[Model]
    chosen: Callable[[Rows], Rows]
    prune: Callable[[Rows], int]
    payloads: tuple[str, ...]
    moment: str = ""  # the column that tells their age; without it they are old enough
    days_setting: str = ""

    @property
    def is_wanted(self) -> bool:
        """0 days: they are kept for ever."""
        return not self.days_setting or getattr(settings, self.days_setting) > 0

    def is_old_enough(self, row: Any) -> bool:
        return not self.moment or bool(getattr(row, self.moment) < self.limit())

    def limit(self) -> datetime:
        return clock.now() - timedelta(days=getattr(settings, self.days_setting))

    def beyond(self, progress: PruningProgress) -> Rows:
        rows = self.model._default_manager.filter(pk__gt=progress.through_id).order_by("pk")
        return rows if progress.last_id is None else rows.filter(pk__lte=progress.last_id)


def _of_closed_tasks(calls: Rows) -> Rows:
    return calls.exclude(attempt__task__state__in=SyncTask.OPEN_STATES)


def _reads_of_closed_tasks(calls: Rows) -> Rows:
    return _of_closed_tasks(calls).filter(is_write=False)


def _empty(calls: Rows) -> int:
    return calls.order_by().update(request=EMPTY, answer=None)


def full_days(call: RemoteCall) -> int:
    """How long its payloads are kept; 0: for ever."""
    kept: int = settings.LEDGER_WRITES_FULL_DAYS if call.is_write else settings.LEDGER_FULL_DAYS
    return kept


def _rounds(tasks: Rows) -> Rows:
    """Finished, about no document, asked for by nobody, decided on by nobody."""
    return tasks.filter(
        state__in=(SyncTask.State.DONE, SyncTask.State.CANCELLED),
        asked_by__isnull=True,
        sales_order__isnull=True,
        delivery__isnull=True,
        billing_document__isnull=True,
        invoice__isnull=True,
        decisions__isnull=True,
    ).exclude(origin=SyncTask.Origin.CLICK)


def _delete(tasks: Rows) -> int:
    keys = list(tasks.values_list("pk", flat=True))
    SyncTask.objects.filter(pk__in=keys).delete()
    return len(keys)


def _over(rows: Rows) -> Rows:
    return rows.filter(ended_at__isnull=False)


def _told(alarms: Rows) -> Rows:
    return alarms.filter(closed_at__isnull=False)


def _delete_rows(rows: Rows) -> int:
    """What points to them stays: a click's tasks, with who asked for them."""
    return rows.order_by()._raw_delete(rows.db)


def _pack_calls(calls: Rows) -> int:
    """Those that are pruned already have nothing to pack: their request is JSON's null."""
    found = [call for call in calls.only("request", "answer") if call.request is not None]
    RemoteCall.objects.bulk_update(found, ["request", "answer"])
    return len(found)


def _all(rows: Rows) -> Rows:
    return rows


CALLS = ("request", "answer")
OF_TASKS = ("attempt_log__calls__request", "attempt_log__calls__answer")
PRUNINGS = (
    Pruning(
        "reads", "calls that read: payloads removed", RemoteCall,
        _reads_of_closed_tasks, _empty, CALLS, "started_at", "LEDGER_FULL_DAYS",
    ),
    Pruning(
        "writes", "calls that wrote: payloads removed", RemoteCall,
        _of_closed_tasks, _empty, CALLS, "started_at", "LEDGER_WRITES_FULL_DAYS",
    ),
    Pruning(
        "rounds", "finished rounds about no document: deleted", SyncTask,
        _rounds, _delete, OF_TASKS, "asked_at", "LEDGER_KEEP_DAYS",
    ),
    Pruning(
        "clicks", "clicks on many documents that are over: deleted", Click,
        _over, _delete_rows, ("documents",), "asked_at", "LEDGER_CLICK_DAYS",
    ),
    Pruning(
        "alarms", "alarms that are over: deleted", Alarm,
        _told, _delete_rows, (), "noticed_at", "LEDGER_KEEP_DAYS",
    ),
    Pruning(
        "alarm_messages", "messages of alarms: deleted", AlarmMessage,
        _over, _delete_rows, (), "created_at", "LEDGER_KEEP_DAYS",
    ),
    # Once, for what was stored before payloads were packed; migration 0037 says up to where.
    Pruning("pack_calls", "calls: packed", RemoteCall, _all, _pack_calls, CALLS),
    Pruning("pack_orders", "orders: packed", SalesOrder, _all, pack_payloads, ("payload",)),
    Pruning("pack_shipments", "shipments: packed", Shipment, _all, pack_payloads, ("payload",)),
    Pruning("pack_invoices", "invoices: packed", Invoice, _all, pack_payloads, ("payload",)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    looked_at: int = 0
    changed: int = 0


def next_batch(pruning: Pruning) -> Batch:
    """Up to the first row that is too young; rows are neither searched nor sorted by age."""
    if not pruning.is_wanted:
        return Batch()
    progress, _created = PruningProgress.objects.get_or_create(name=pruning.name)
    columns = ["pk", *([pruning.moment] if pruning.moment else [])]
    rows = [] if progress.is_over else list(pruning.beyond(progress).only(*columns)[:BATCH_ROWS])
    keys = [row.pk for row in rows if pruning.is_old_enough(row)]
    if not keys:
        return Batch()
    with transaction.atomic():
        if not progress.advance(keys[-1]):
            return Batch(len(keys))
        chosen = pruning.chosen(pruning.model._default_manager.filter(pk__in=keys))
        return Batch(len(keys), pruning.prune(chosen))


def prune_all() -> Iterator[tuple[Pruning, int]]:
    """All there is to do now, kind by kind: how many rows each changed."""
    for pruning in PRUNINGS:
        changed = 0
        while (batch := next_batch(pruning)).looked_at:
            changed += batch.changed
        yield pruning, changed


@dataclass
class Chore:
    """The scheduler's part: one batch of each kind per look; then a rest, once all is done."""

    rests_until: datetime | None = None

    def do_a_little(self) -> int:
        """How many rows were looked at."""
        now = clock.now()
        if self.rests_until and now < self.rests_until:
            return 0
        looked_at = sum(next_batch(one).looked_at for one in PRUNINGS)
        if not looked_at:
            self.rests_until = now + REST
        return looked_at


class StoredBytes(Func):
    """Of one value, compressed as the database keeps it."""

    function = "LENGTH"
    output_field = BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="pg_column_size", **context)


@dataclass(frozen=True, slots=True)
class Outlook:
    rows: int = 0
    payload_bytes: int = 0


def outlook(pruning: Pruning) -> Outlook:
    """What pruning would change now: reads every row that is left, so only a person asks for it."""
    if not pruning.is_wanted:
        return Outlook()
    progress = PruningProgress.objects.filter(name=pruning.name).first()
    rows = pruning.beyond(progress or PruningProgress(name=pruning.name))
    if pruning.moment:
        rows = rows.filter(**{f"{pruning.moment}__lt": pruning.limit()})
    sums = {f"sum_{n}": Sum(StoredBytes(name)) for n, name in enumerate(pruning.payloads)}
    found = pruning.chosen(rows).order_by().aggregate(rows=Count("pk", distinct=True), **sums)
    return Outlook(found.pop("rows"), sum(value or 0 for value in found.values()))
