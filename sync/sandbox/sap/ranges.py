"""Selection ranges: SIGN, OPTION, LOW, HIGH."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any


def matches(rows: list[Any], stem: str, values: Iterable[str]) -> bool:
    """Whether one of the values is in the range table; an empty table lets all pass."""
    if not rows:
        return True
    return any(_selected(rows, stem, value) for value in values)


def _selected(rows: list[Any], stem: str, value: str) -> bool:
    including = [row for row in rows if row["SIGN"] in ("I", "")]
    excluding = [row for row in rows if row["SIGN"] == "E"]
    included = not including or any(_hit(row, stem, value) for row in including)
    return included and not any(_hit(row, stem, value) for row in excluding)


def _hit(row: Any, stem: str, value: str) -> bool:
    low, high = row[f"{stem}_LOW"], row[f"{stem}_HIGH"]
    tests = {
        "EQ": value == low,
        "": value == low,
        "NE": value != low,
        "GT": value > low,
        "LT": value < low,
        "GE": value >= low,
        "LE": value <= low,
        "BT": low <= value <= high,
        "NB": not low <= value <= high,
        "CP": fnmatchcase(value, low.replace("+", "?")),
        "NP": not fnmatchcase(value, low.replace("+", "?")),
    }
    return bool(tests.get(row["OPTION"], False))
