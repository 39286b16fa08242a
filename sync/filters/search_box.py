"""What a person types into a search box, turned into the keys of the documents it means.

Each question is one index's and ends after a bounded number of rows, however many match.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from sync.models.columns import SAP_NUMBER_LENGTH

SHORTEST_NAME = 3
MOST_MATCHES = 200
NEWEST_LOOKED_AT = 2_000  # where more match
_LONGEST_NUMBER = 50


@dataclass(frozen=True, slots=True)
class Matches:
    """Keys of matching documents; where ``is_cut``, more match than are held."""

    keys: frozenset[int] = field(default_factory=frozenset)
    is_cut: bool = False

    def __or__(self, other: Matches) -> Matches:
        return Matches(self.keys | other.keys, self.is_cut or other.is_cut)


NOTHING = Matches()


def bounded(keys: Iterable[int]) -> Matches:
    """The first of these keys; ``keys`` need not be more than one too many."""
    found = list(keys)
    return Matches(frozenset(found[:MOST_MATCHES]), len(found) > MOST_MATCHES)


def keys_of(rows: QuerySet[Any], key: str = "pk") -> Matches:
    return bounded(rows.values_list(key, flat=True)[: MOST_MATCHES + 1])


def numbered(rows: QuerySet[Any], column: str, digits: str) -> Matches:
    """Numbers that begin with ``digits``, the highest first, as a range that every database finds
    by index."""
    highest = digits + "9" * max(0, _LONGEST_NUMBER - len(digits))
    found = rows.filter(**{f"{column}__gte": digits, f"{column}__lte": highest})
    return keys_of(found.order_by(f"-{column}"))


def sap_numbered(rows: QuerySet[Any], column: str, digits: str) -> Matches:
    """A SAP number, typed with or without its leading zeros."""
    padded = digits.zfill(SAP_NUMBER_LENGTH)
    found = numbered(rows, column, digits)
    return found | keys_of(rows.filter(**{column: padded}).order_by())


def newest(rows: QuerySet[Any], condition: Q, by: str) -> Matches:
    """Where too many rows fulfil the condition, some of them and those among the newest by this
    column."""
    found = keys_of(rows.filter(condition).order_by())
    if not found.is_cut:
        return found
    last = rows.order_by(f"-{by}").values_list(by, flat=True)[NEWEST_LOOKED_AT:].first()
    since = Q(**{f"{by}__gte": last}) if last else Q()
    latest = rows.filter(condition, since).order_by(f"-{by}", "-pk")
    return found | keys_of(latest)
