"""What a message asks for, who can do it, and how an administrator's own entry becomes one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sync.errors import RemoteMisconfigured


class Kind(StrEnum):
    """What a message asks for."""

    OK = "ok"
    WARNING = "warning"
    LOCKED = "locked"
    MISSING_MASTER_DATA = "missing_master_data"
    DUPLICATE = "duplicate"
    INCOMPLETE = "incomplete"
    CLOSED_PERIOD = "closed_period"
    UPDATE_FAILED = "update_failed"
    BUSINESS = "business"


class Owner(StrEnum):
    """Who can remove the cause."""

    SALES = "sales"
    LOGISTICS = "logistics"
    FINANCE = "finance"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A message in plain words, with what to do and who does it."""

    kind: Kind
    words: str
    remedy: str
    owner: Owner


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
    """The row as an explanation; RemoteMisconfigured when its kind or owner is none we know."""
    try:
        return Explanation(Kind(row.kind), row.words, row.remedy, Owner(row.owner))
    except ValueError as exc:
        raise RemoteMisconfigured(
            f"The entry for SAP message {taught_key(row)} has a kind or owner that is not known.",
            system="sap",
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
    """The whole table, as ``SapOptions.taught_messages`` takes it."""
    return {taught_key(row): explanation_from(row) for row in rows}
