"""A SAP order with the items a person has tied in the place of those they stand for. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from sync.sap.records import SapSalesOrder


def with_ties(read: SapSalesOrder, tied: Mapping[int, int]) -> SapSalesOrder:
    """``tied`` says by item number which item of a web line it stands for. Only one that replaces a
    rejected item takes its place; several in one place stay what they are: additions."""
    rejected = {item.item_number for item in read.items if item.rejection_reason}
    in_place = Counter(tied.values())
    moved = {new: old for new, old in tied.items() if old in rejected and in_place[old] == 1}
    if not moved:
        return read
    kept = [item for item in read.items if item.item_number not in moved.values()]
    return replace(
        read,
        items=tuple(
            replace(one, item_number=moved.get(one.item_number, one.item_number)) for one in kept
        ),
        conditions=tuple(
            replace(one, item_number=moved.get(one.item_number, one.item_number))
            for one in read.conditions
            if one.item_number not in moved.values()
        ),
    )
