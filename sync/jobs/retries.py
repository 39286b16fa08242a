"""When a failed attempt is repeated. Pure: a table of numbers."""

from __future__ import annotations

from datetime import timedelta

from sync.errors import RemoteUnavailable, SyncError

# Seconds after the first, second, third … failed attempt; nine hours in all, then a person looks.
DELAYS = (10, 30, 60, 120, 300, 600, 900, 1800, 1800, 3600, 3600, 7200, 7200, 7200)


def next_delay(error: SyncError, attempt: int, scale: float = 1.0) -> timedelta | None:
    """How long to wait before the next attempt; None means a person must look.

    ``scale`` shortens the table; what the error itself asks for is kept.
    """
    if not isinstance(error, RemoteUnavailable) or attempt > len(DELAYS):
        return None
    if error.retry_after is not None:
        return timedelta(seconds=error.retry_after)
    return timedelta(seconds=DELAYS[attempt - 1] * scale)
