"""Related rows that are at hand, so that nobody reads them again within an attempt."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from django.db.models import Model


def hold(owner: Model, name: str, rows: Iterable[Model], by: str = "pk") -> None:
    """As if they had been prefetched in this sequence: ``owner.lines.all()`` asks the database no
    more."""
    held = getattr(owner, "_prefetched_objects_cache", {})
    setattr(owner, "_prefetched_objects_cache", {k: v for k, v in held.items() if k != name})  # noqa: B010
    found = getattr(owner, name).all()
    found._result_cache, found._prefetch_done = sorted(rows, key=attrgetter(by)), True
    getattr(owner, "_prefetched_objects_cache")[name] = found  # noqa: B009


def let_go(owner: Model, *names: str) -> None:
    """Another has written them, or they were written in bulk: they are read again when asked."""
    held = getattr(owner, "_prefetched_objects_cache", {})
    rest = {name: rows for name, rows in held.items() if name not in names}
    setattr(owner, "_prefetched_objects_cache", rest)  # noqa: B010
