"""Which rows a page must look at again, and how it notices a change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from sync.models import SyncTask

# Follow-up work appears a moment after a task is done; the row is watched a little longer for it.
SETTLES_WITHIN = timedelta(seconds=5)


def is_live(task: SyncTask | None) -> bool:
    """Whether a row that shows this task may look different soon."""
    if task is None:
        return False
    if task.is_moving:
        return True
    return task.finished_at is not None and timezone.now() - task.finished_at < SETTLES_WITHIN


def row_token(pk: int, task: SyncTask | None) -> str:
    """What a row shows, in one word: it changes whenever the row must be drawn again."""
    if task is None:
        return f"{pk}:none"
    return f"{pk}:{task.pk}:{task.state}:{task.attempts}"


def fingerprint(tasks: Iterable[SyncTask]) -> str:
    """Tasks and their states in one word, to notice a change."""
    return ".".join(f"{task.pk}{task.state[0]}{task.attempts}" for task in tasks)
