"""The task each document shows in a list: the most urgent open one, or else the last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Max, Q, QuerySet

from sync.models import SalesOrder, Step, SyncTask

_URGENCY = {
    SyncTask.State.RUNNING: 3,
    SyncTask.State.WAITING: 2,
    SyncTask.State.NEEDS_ATTENTION: 1,
}

SHOWN = (
    "state", "step", "attempts", "error_message", "cause", "not_before", "asked_at", "started_at",
    "finished_at",
)  # fmt: skip


def most_urgent(tasks: Iterable[SyncTask]) -> SyncTask:
    """Running before waiting before stopped before finished; among equals the newest."""
    return max(tasks, key=lambda task: (_URGENCY.get(SyncTask.State(task.state), 0), task.pk))


def order_keys_of(document: Any) -> set[int]:
    """Keys of the orders of a delivery's or billing document's lines."""
    return {line.sales_order_id for line in document.lines.all() if line.sales_order_id}


def newest_tasks(documents: Sequence[Any], about: str, fetch: Step) -> dict[int, SyncTask]:
    """One task for each document that ever had one: its own, or a fetch of its orders, which is
    what a click on a delivery or billing document asks for. ``about`` is the task's field for the
    document. One query for orders, two for the others."""
    keys = [document.pk for document in documents]
    found = _open_or_last(SyncTask.objects.filter(**{f"{about}__in": keys}), about)
    documents_of: dict[int, list[int]] = defaultdict(list)
    for document in documents:
        for order in [] if isinstance(document, SalesOrder) else order_keys_of(document):
            documents_of[order].append(document.pk)
    fetches = SyncTask.objects.filter(step=fetch, sales_order__in=list(documents_of))
    for order_key, tasks in _open_or_last(fetches, "sales_order").items():
        for key in documents_of[order_key]:
            found[key] += tasks
    return {key: most_urgent(tasks) for key, tasks in found.items()}


def _open_or_last(tasks: QuerySet[SyncTask], about: str) -> dict[int, list[SyncTask]]:
    last = tasks.order_by().values(about).annotate(last=Max("pk")).values("last")
    found: dict[int, list[SyncTask]] = defaultdict(list)
    shown = tasks.filter(Q(state__in=SyncTask.OPEN_STATES) | Q(pk__in=last))
    for task in shown.only(*SHOWN, about):
        found[getattr(task, f"{about}_id")].append(task)
    return found
