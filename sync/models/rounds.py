"""Where a fetch of many short slices goes on, as its task keeps it between two of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sync.models.ledger import SyncTask

ROUND = "round"  # fact of a task


def kept_place(place: dict[str, Any], due: datetime) -> dict[str, Any]:
    """The fact of a task that is due then."""
    return {ROUND: {"due": due.isoformat(), "place": place}}


def place_of(task: SyncTask) -> dict[str, Any]:
    """Where the last slice of the round stopped. Empty where the round begins, as it does anew
    after a failure, and when somebody asked for it meanwhile: both make the task due at another
    time."""
    kept = task.facts.get(ROUND, {})
    return dict(kept["place"]) if kept.get("due") == task.not_before.isoformat() else {}
