"""Work that a person marks done: what the task's facts keep of it, and the outcome text."""

from __future__ import annotations

from sync.told import told

WISH = "marked_done_with"  # the shop document a person named, and why; the step reads it
UNCONFIRMED = "number_to_confirm"  # named once, but it carries no reference of ours


def outcome_text(person: str, reason: str) -> str:
    return told("Marked done by {person}: {reason}", person=person, reason=reason)
