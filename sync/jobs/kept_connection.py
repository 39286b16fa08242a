"""The database connection that a thread keeps between two tasks."""

from __future__ import annotations

from threading import local
from time import monotonic

from django.db import close_old_connections, connection

USED_LATELY_SECONDS = 1.0
_of_thread = local()


def before_task() -> None:
    """Replaces a connection that is dead or too old. One used a moment ago is not asked whether it
    lives: if it does not, the claim notices and is tried once more on a new one."""
    close_old_connections()
    used_at = getattr(_of_thread, "used_at", None)
    if used_at is not None and monotonic() - used_at < USED_LATELY_SECONDS:
        connection.health_check_done = True  # type: ignore[attr-defined]


def after_task() -> None:
    close_old_connections()
    _of_thread.used_at = monotonic()
