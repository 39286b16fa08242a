"""Finds what a message means: first in the administrators' own entries, then in our list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from sync.causes.sap import SapCause
from sync.errors import RemoteMisconfigured
from sync.sap.explanations import (
    EXPLANATIONS,
    NOT_A_FAILURE,
    ONLY_A_WARNING,
    UNKNOWN,
    Explanation,
    Kind,
    Owner,
)
from sync.sap.records import SapMessage
from sync.told import told

# Only say that something before them went wrong; never the cause themselves.
FOLLOWERS = {"V4 219", "V4 248", "V4 233"}


def explain(message: SapMessage, taught: Mapping[str, Explanation] | None = None) -> Explanation:
    """``taught`` holds the administrators' entries by key (``V1 293``), or by key and type (``V1
    293 E``), which win over the list."""
    by_type = f"{message.key} {message.type}"
    own = taught or {}
    known = (
        own.get(by_type)
        or own.get(message.key)
        or EXPLANATIONS.get(by_type)
        or EXPLANATIONS.get(message.key)
    )
    if message.is_failure:
        return known or UNKNOWN
    if known is not None and known.kind in {Kind.INCOMPLETE, Kind.DUPLICATE}:
        return known
    return ONLY_A_WARNING if message.type == "W" else NOT_A_FAILURE


def cause_of(messages: Sequence[SapMessage]) -> SapMessage | None:
    """The failure that says why; SAP's "was not saved" messages only follow it."""
    failures = [message for message in messages if message.is_failure]
    telling = [message for message in failures if message.key not in FOLLOWERS]
    return next(iter(telling or failures), None)


class TaughtMessage(Protocol):
    """A row of the administrator's table; blank ``message_type`` means every type."""

    message_class: str
    number: str
    message_type: str
    kind: str
    words: str
    remedy: str
    owner: str


def explanation_from(row: TaughtMessage) -> Explanation:
    """Raises RemoteMisconfigured when the row's kind or owner is unknown."""
    try:
        return Explanation(Kind(row.kind), row.words, row.remedy, Owner(row.owner))
    except ValueError as exc:
        raise RemoteMisconfigured(
            told(
                "The entry for SAP message {message} has a kind or owner that is not known.",
                message=taught_key(row),
            ),
            cause=SapCause.MESSAGE_ENTRY,
            reference=taught_key(row),
        ) from exc


def taught_key(row: TaughtMessage) -> str:
    """Class, number in three digits, and the type if it is for one only: ``V1 042 E``."""
    parts = (
        row.message_class.strip().upper(),
        row.number.strip().zfill(3),
        row.message_type.strip().upper(),
    )
    return " ".join(part for part in parts if part)


def taught_messages(rows: Iterable[TaughtMessage]) -> dict[str, Explanation]:
    return {taught_key(row): explanation_from(row) for row in rows}
