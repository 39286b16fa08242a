"""Counting without reading a million rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from sync.templatetags.written import number

CAP = 10_000


@dataclass(frozen=True, slots=True)
class Count:
    """A number of rows, exact up to a cap."""

    number: int
    is_capped: bool = False

    def __str__(self) -> str:
        return f"{number(self.number)}+" if self.is_capped else number(self.number)

    def __bool__(self) -> bool:
        return self.number > 0


def capped(rows: QuerySet[Any], cap: int = CAP) -> Count:
    """How many rows there are, or that there are more than ``cap``."""
    found = rows.order_by()[: cap + 1].count()
    return Count(min(found, cap), found > cap)
