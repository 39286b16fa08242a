"""Work that a person marks done: what the task's facts keep of it, and the outcome text."""

from __future__ import annotations

WISH = "marked_done_with"  # the shop's paper a person named, and why; the step reads it
UNCONFIRMED = "number_to_confirm"  # named once, and without a reference of ours


def words(person: str, reason: str) -> str:
    return f"Marked done by {person}: {reason}"
