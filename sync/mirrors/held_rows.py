"""Related rows that are at hand, so that nobody reads them again within an attempt."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from django.db.models import Model


def hold(owner: Model, name: str, rows: Iterable[Model], by: str = "pk") -> None:
    """As if they had been prefetched in this sequence: ``owner.lines.all()`` asks the database no
    more."""
    let_go(owner, name)
    found = getattr(owner, name).all()
    found._result_cache, found._prefetch_done = sorted(rows, key=attrgetter(by)), True
    getattr(owner, "_prefetched_objects_cache")[name] = found  # noqa: B009


def is_known_to_have_none(owner: Model, name: str) -> bool:
    """Whether the rows are at hand, and there are none."""
    held = getattr(owner, "_prefetched_objects_cache", {})
    return name in held and not held[name]


def let_go(owner: Model, name: str) -> None:
    """There are others now: they are read when somebody asks."""
    held = getattr(owner, "_prefetched_objects_cache", {})
    setattr(owner, "_prefetched_objects_cache", {k: v for k, v in held.items() if k != name})  # noqa: B010
