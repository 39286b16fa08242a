"""Remote records that cannot be read: each gets a task of its own that needs attention.

The rest of the batch goes on; the task closes itself when a later pull can read the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.db import IntegrityError, transaction

from sync.causes.cause import Kind
from sync.errors import SyncError, UnexpectedRecord
from sync.models import Decision, Shop, Step, SyncTask, clock
from sync.models.failures import columns_of
from sync.reading import UnreadableRecord
from sync.told import told

State = SyncTask.State
READ_LATER = told("Read by a later pull.")
ENDED_WITH = "ended_with"  # the message of the trouble that a person has marked done


def known(shop: Shop) -> set[int]:
    """Keys of the shop's web orders that could not be read and wait for a person."""
    return keys_in(reported(shop))


def reported(shop: Shop) -> list[str]:
    """References of the tasks of the shop's web orders that could not be read."""
    tasks = SyncTask.objects.unfinished().filter(step=Step.PULL_ORDERS, shop=shop)
    references = (task.reference for task in tasks.only("reference"))
    return [one for one in references if ":entity:" in one or ":number:" in one]


def keys_in(references: Iterable[str]) -> set[int]:
    found = (entity_id_in(reference) for reference in references)
    return {entity_id for entity_id in found if entity_id is not None}


def report(shop: Shop, record: UnreadableRecord) -> None:
    reference = reference_of(shop, record)
    lock = f"pull_orders:{reference}"[:80]
    task = {"step": Step.PULL_ORDERS, "reference": reference, "lock": lock, "shop": shop}
    stop(task, error_for(record))


def stop(task: Mapping[str, Any], error: SyncError) -> None:
    """Hands the task of this step and reference to a person, and creates it if need be.

    A running task is left alone, because it will find the trouble itself; so is one that a person
    has marked done, unless the trouble is a new one.
    """
    if is_marked_done(task["step"], task["reference"], error.message):
        return
    values = {"state": State.NEEDS_ATTENTION, "finished_at": clock.now(), **columns_of(error)}
    unfinished = SyncTask.objects.unfinished()
    open_task = unfinished.filter(step=task["step"], reference=task["reference"])
    if open_task.exclude(state=State.RUNNING).update(**values) or open_task.exists():
        return
    with suppress(IntegrityError), transaction.atomic():  # another pull has just reported it
        SyncTask.objects.create(**task, origin=SyncTask.Origin.FOLLOW_UP, **values)


def is_marked_done(step: Step, reference: str, message: str) -> bool:
    marked = Decision.objects.marked_done(step).filter(task__reference=reference)
    return marked.filter(**{f"task__facts__{ENDED_WITH}": message}).exists()


def stopped(step: Step) -> set[str]:
    """References of tasks that stopped because a record could not be read."""
    tasks = SyncTask.objects.filter(
        step=step, state=State.NEEDS_ATTENTION, error_class=Kind.UNEXPECTED
    )
    return set(tasks.values_list("reference", flat=True))


def close(step: Step, references: Iterable[str]) -> None:
    SyncTask.objects.filter(
        step=step,
        state=State.NEEDS_ATTENTION,
        error_class=Kind.UNEXPECTED,
        reference__in=list(references),
    ).update(state=State.DONE, outcome=READ_LATER, finished_at=clock.now())


def close_readable(shop: Shop, orders: Iterable[tuple[int, str]]) -> None:
    close(
        Step.PULL_ORDERS,
        [
            reference
            for entity_id, increment_id in orders
            for reference in (_by_key(shop, entity_id), _by_number(shop, increment_id))
        ],
    )


def refuse(records: Sequence[UnreadableRecord], what: str) -> None:
    """Raises ``UnexpectedRecord``, because the paper that is looked for may be among these."""
    for record in records:
        name = record.number or (
            record.entity_id and told("with entity_id {entity_id}", entity_id=record.entity_id)
        )
        raise UnexpectedRecord(
            told(
                "{what} {name} of this order cannot be read, and may be the one looked for: "
                "{message}",
                what=what,
                name=name or told("without a number"),
                message=record.error.message,
            ),
            cause=record.error.cause,
            detail=record.error.detail,
        )


def reference_of(shop: Shop, record: UnreadableRecord) -> str:
    """By key, else by number; records without either share one task."""
    if record.entity_id:
        return _by_key(shop, record.entity_id)
    number = record.number.strip()
    return _by_number(shop, number) if number else _by_key(shop, None)


def entity_id_in(reference: str) -> int | None:
    """None for a task about a whole shop."""
    entity_id = reference.rpartition(":entity:")[2]
    return int(entity_id) if ":entity:" in reference and entity_id.isdigit() else None


def _by_key(shop: Shop, entity_id: int | None) -> str:
    return f"shop:{shop.code}:entity:{entity_id or 'unknown'}"


def _by_number(shop: Shop, increment_id: str) -> str:
    return f"shop:{shop.pk}:number:{increment_id.strip()}"[:80]


def error_for(record: UnreadableRecord) -> UnexpectedRecord:
    key = (
        told("with entity_id {entity_id}", entity_id=record.entity_id)
        if record.entity_id
        else told("without a number")
    )
    said = told(
        "Web order {number} cannot be read: {message}",
        number=record.number or key,
        message=record.error.message,
    )
    return UnexpectedRecord(said, cause=record.error.cause, detail=record.error.detail)
