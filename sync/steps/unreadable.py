"""Remote records that cannot be read: each becomes a task of its own that needs attention.

The rest of the batch goes on; the task closes itself when a later pull can read the record.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from sync.errors import UnexpectedRecord
from sync.magento.records import UnreadableRecord
from sync.models import Shop, Step, SyncTask

State = SyncTask.State


def report(shop: Shop, record: UnreadableRecord) -> None:
    """Open or renew the task that stands for this record."""
    reference = reference_of(shop, record.entity_id)
    values = {
        "state": State.NEEDS_ATTENTION,
        "error_class": UnexpectedRecord.__name__,
        "error_message": _message(record),
        "cause_key": (record.error.cause_key or "unreadable web order")[:120],
        "finished_at": timezone.now(),
    }
    open_task = SyncTask.objects.unfinished().filter(step=Step.PULL_ORDERS, reference=reference)
    if not open_task.exclude(state=State.RUNNING).update(**values) and not open_task.exists():
        SyncTask.objects.create(
            step=Step.PULL_ORDERS,
            reference=reference,
            lock=f"pull_orders:{reference}",
            shop=shop,
            origin=SyncTask.Origin.FOLLOW_UP,
            **values,
        )


def close_readable(shop: Shop, entity_ids: Iterable[int]) -> None:
    """Close the tasks of records that can be read by now."""
    references = [reference_of(shop, entity_id) for entity_id in entity_ids]
    SyncTask.objects.filter(
        step=Step.PULL_ORDERS, state=State.NEEDS_ATTENTION, reference__in=references
    ).update(state=State.DONE, outcome="Read by a later pull.", finished_at=timezone.now())


def reference_of(shop: Shop, entity_id: int | None) -> str:
    """The task's reference for a record; records without a key share one."""
    return f"shop:{shop.code}:entity:{entity_id or 'unknown'}"


def entity_id_in(task: SyncTask) -> int | None:
    """The web order a task for one record is about; None for a task about a whole shop."""
    entity_id = task.reference.rpartition(":entity:")[2]
    return int(entity_id) if ":entity:" in task.reference and entity_id.isdigit() else None


def _message(record: UnreadableRecord) -> str:
    name = record.increment_id or record.entity_id or "without a number"
    return f"Web order {name} cannot be read: {record.error.message}"
