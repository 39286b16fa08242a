"""A call as the ledger keeps it: without personal data, initial fields or returned input.

What was sent keeps its zeros: a division 00 is a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.exchanges import Exchange, redact


def silent(exchange: Exchange) -> None:
    """An observer that keeps nothing."""


def request(arguments: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = redact(arguments)
    return kept


def answer(
    arguments: Mapping[str, Any], received: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """pyrfc also returns the tables we sent; those are left out."""
    if received is None:
        return None
    own = {k: v for k, v in received.items() if k == "RETURN" or k not in arguments}
    kept: dict[str, Any] = redact(_without_initial(own))
    return kept


def _without_initial(value: Any) -> Any:
    if isinstance(value, dict | Mapping):
        kept = {}
        for name, item in value.items():
            if type(item) is str:  # most fields are, and most of them are initial
                if item.strip("0 "):
                    kept[name] = item
            elif not _is_initial(item):
                kept[name] = _without_initial(item)
        return kept
    if isinstance(value, list | tuple):
        return [_without_initial(item) for item in value]
    return value


def _is_initial(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip("0 ")
    return value in (None, 0, [], {}, b"")
