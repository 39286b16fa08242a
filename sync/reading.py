"""A remote's answer: its records, and beside them those that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from sync.errors import UnexpectedRecord

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class UnreadableRecord:
    """A record that cannot be read, with whatever helps to find it again.

    A shop's record has its ``entity_id``; a SAP document the sales ``orders`` it is known to belong
    to.
    """

    kind: str
    number: str
    error: UnexpectedRecord
    entity_id: int | None = None
    orders: tuple[str, ...] = ()


@dataclass(frozen=True)  # with slots, Python 3.11 cannot make a Read[Record]()
class Read(Generic[Record]):
    """One record that cannot be read costs none of the others."""

    records: tuple[Record, ...] = ()
    unreadable: tuple[UnreadableRecord, ...] = ()

    def __add__(self, more: Read[Record]) -> Read[Record]:
        return Read(self.records + more.records, self.unreadable + more.unreadable)

    def complete(self) -> tuple[Record, ...]:
        """Raises the error of the first record that cannot be read."""
        for one in self.unreadable:
            raise one.error
        return self.records
