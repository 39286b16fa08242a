"""One parcel's number in two fields of SAP: whole in the one, cut at the length of the other."""

from __future__ import annotations

from collections.abc import Iterable

FIELD_LENGTH = 20  # of EXIDV, EXIDV2 and TRAID; BOLNR holds 35 (sheet 13.15)


def is_cut_from(short: str, whole: str) -> bool:
    """A short one that was not cut may begin a longer one by chance: LATE-1 and LATE-10 are two."""
    return len(short) == FIELD_LENGTH < len(whole) and whole.startswith(short)


def is_named(number: str, among: Iterable[str]) -> bool:
    """Whether one of them is this number, or the whole of which it is the beginning."""
    return any(number == one or is_cut_from(number, one) for one in among)
