"""When a failed attempt is repeated. Pure: a table of numbers."""

from __future__ import annotations

from datetime import timedelta

from sync.causes.portal import PortalCause
from sync.causes.shop import ShopCause
from sync.errors import OutcomeUnknown, RemoteUnavailable, SyncError

# Seconds after the first, second, third … failed attempt; nine hours in all, then a person looks.
DELAYS = (10, 30, 60, 120, 300, 600, 900, 1800, 1800, 3600, 3600, 7200, 7200, 7200)
# Minutes from the first, second … refused logon to the next test; the last value repeats. SAP
# locks a user after a few refused logons (SAP sheet 13.19).
PAUSES = (1, 5, 30, 60)
MOST_PASSING = 3  # how often a write is tried again that was refused because something was busy


def next_delay(
    error: SyncError, attempt: int, scale: float = 1.0, *, refusals: int = 0
) -> timedelta | None:
    """How long to wait before the next attempt; None means a person must look.

    ``scale`` shortens the table, but not a delay the remote asked for. ``refusals`` is how often in
    a row the shop has refused the write in passing.
    """
    if lacked_a_connection(error):
        return timedelta(seconds=DELAYS[0] * scale)
    if not isinstance(error, RemoteUnavailable) or attempt > len(DELAYS):
        return None
    if refusals > MOST_PASSING:
        return None
    return _asked_for(error) or timedelta(seconds=DELAYS[attempt - 1] * scale)


def lacked_a_connection(error: SyncError) -> bool:
    """Whether the portal's own work had taken all it may have: the remote was not asked."""
    return error.cause == PortalCause.ALL_IN_USE


def is_passing_refusal(error: SyncError) -> bool:
    """Whether a write was refused because a database or a service was busy."""
    return isinstance(error, OutcomeUnknown) and error.cause == ShopCause.BUSY


def next_fetch(error: SyncError, attempt: int, scale: float = 1.0) -> timedelta:
    """The longest wait before a full fetch is tried again, whatever went wrong: it changes nothing,
    and the next answer may be another."""
    return _asked_for(error) or timedelta(seconds=DELAYS[min(attempt, len(DELAYS)) - 1] * scale)


def next_probe(refusals: int, scale: float = 1.0) -> timedelta:
    """How long to wait after this many refusals, at least one, before a single test tries again."""
    return timedelta(minutes=PAUSES[min(refusals, len(PAUSES)) - 1] * scale)


def _asked_for(error: SyncError) -> timedelta | None:
    asked = [wait for wait in (error.retry_after, error.settles_after) if wait is not None]
    return timedelta(seconds=max(asked)) if asked else None
