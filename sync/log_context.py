"""What a process is doing, so that each line of its log can say so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_doing: ContextVar[dict[str, str | int] | None] = ContextVar("doing", default=None)


@contextmanager
def doing(**what: str | int) -> Iterator[None]:
    """Such as ``task=7, step="push_order"``, for the lines of this thread until it is over."""
    before = _doing.set({**being_done(), **what})
    try:
        yield
    finally:
        _doing.reset(before)


def request_id() -> str:
    return str(being_done().get("request", ""))


def being_done() -> dict[str, str | int]:
    return _doing.get() or {}
