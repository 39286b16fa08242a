"""A claim as workers make it."""

from __future__ import annotations

from datetime import timedelta

from sync.jobs.claims import begin
from sync.models import SyncTask


def claim(pk: int, *, owner: str, lease: timedelta) -> SyncTask | None:
    """The task with its attempt begun; None where the worker gets nothing."""
    attempt = begin(pk, owner=owner, lease=lease)
    return attempt.task if attempt is not None else None
