"""ABAP sessions: logon data, the unit of work in the buffer, the locks held."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex

from .documents import Document

_counter = itertools.count(1)


@dataclass(slots=True)
class Session:
    """One ABAP session; ends with its connection, and then forgets what was not committed."""

    user: str
    client: str
    language: str
    opened_at: datetime
    identity: str = field(default_factory=lambda: token_hex(12))
    ordinal: int = field(default_factory=lambda: next(_counter))
    pending: list[Document] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    locks: set[str] = field(default_factory=set)
    calls: int = 0
    last_function: str = ""

    def reset(self) -> None:
        """Forget the unit of work and the locks."""
        self.pending.clear()
        self.deleted.clear()
        self.locks.clear()
