"""Groups of web orders that one task reads together: its reference names them by their keys."""

from __future__ import annotations

from collections.abc import Iterable

from sync.models.systems import MAGENTO, SAP, name_of
from sync.told import told

GROUP = "orders:"
# Billing costs about three calls for each order, two seconds in all; and a task's reference
# holds this many keys of eight digits.
ORDERS_IN_GROUP = 8


def groups_of(keys: Iterable[int]) -> list[tuple[int, ...]]:
    keys = sorted(keys)
    return [
        tuple(keys[start : start + ORDERS_IN_GROUP])
        for start in range(0, len(keys), ORDERS_IN_GROUP)
    ]


def reference_of(group: Iterable[int]) -> str:
    return GROUP + ",".join(map(str, group))


def in_words(reference: str) -> str:
    """A task's reference as people read it."""
    count = len(keys_in(reference))
    if count:
        return told("{count} orders", count=count) if count > 1 else told("1 order")
    kind = reference.partition(":")[0]
    if kind == "click":
        return ""  # what was clicked stands in the outcome
    return name_of(reference) if kind in {SAP, MAGENTO} else reference


def keys_in(reference: str) -> list[int]:
    """The keys of a group's orders; empty where the reference is of something else."""
    if not reference.startswith(GROUP):
        return []
    return [int(key) for key in reference.removeprefix(GROUP).split(",")]
