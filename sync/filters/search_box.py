"""What a person types into a search box, turned into the keys of the documents it means.

Each question is one index's and ends after a bounded number of rows, however many match.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


def of_all(first: QuerySet[Any, Any], *others: QuerySet[Any, Any]) -> Matches:
    """The keys that any of these questions answers, each by an index that few rows fulfil."""
    return bounded(key for (key,) in first.union(*others)[: MOST_MATCHES + 1])


def tidy(text: str) -> str:
    """As it was meant: without the # of a number, and with one blank between words."""
    return " ".join(text.split()).lstrip("#").strip()


def digits_of(text: str) -> str:
    """The digits of a number typed with blanks; empty where it is no number."""
    compact = "".join(text.split())
    return compact if compact.isdecimal() and compact.isascii() else ""


def orders_of_words(text: str) -> list[str]:
    """A name as it was typed, and with its last or its first word at the other end."""
    words = text.replace(",", " ").split()
    turned = (words, [*words[-1:], *words[:-1]], [*words[1:], *words[:1]])
    return list(dict.fromkeys(" ".join(one) for one in turned))


def in_each_case(text: str) -> list[str]:
    """SQLite, and PostgreSQL without a locale, know the case of English letters only."""
    if text.isascii():
        return [text]
    return list(dict.fromkeys((text, text.lower(), text.title(), text.upper())))


def each_word(column: str, text: str) -> Q:
    """Every word stands somewhere in the column."""
    found = Q()
    for word in text.replace(",", " ").split():
        one = Q()
        for written in in_each_case(word):
            one |= Q(**{f"{column}__icontains": written})
        found &= one
    return found


def longest_word(text: str) -> int:
    return max(map(len, text.replace(",", " ").split()), default=0)


def names_in_full(text: str) -> Iterator[str]:
    for name in orders_of_words(text):
        yield from in_each_case(name)


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
