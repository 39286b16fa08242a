"""What a person types into a search box, turned into conditions an index can answer."""

from __future__ import annotations

from django.db.models import Q

from sync.models.columns import SAP_NUMBER_LENGTH

SHORTEST_NAME = 3
_LONGEST_NUMBER = 50


def number_prefix(field: str, digits: str) -> Q:
    """Numbers that begin with ``digits``, as a range that every database finds by index."""
    highest = digits + "9" * max(0, _LONGEST_NUMBER - len(digits))
    return Q(**{f"{field}__gte": digits, f"{field}__lte": highest})


def sap_number(field: str, digits: str) -> Q:
    """A SAP number, typed with or without its leading zeros."""
    padded = Q(**{field: digits.zfill(SAP_NUMBER_LENGTH)})
    return padded | number_prefix(field, digits)


def email_prefix(field: str, text: str) -> Q:
    return Q(**{f"{field}__istartswith": text})


def name_contains(field: str, text: str) -> Q | None:
    """None when the text is too short to search for."""
    return Q(**{f"{field}__icontains": text}) if len(text) >= SHORTEST_NAME else None
