"""Leaves out of a comparison what SAP has rejected: of that the order's stage tells. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from sync.sap.records import SapSalesOrder

TOTALS = frozenset({"order net total", "order tax total", "order gross total"})


def without_rejected(
    differences: Sequence[dict[str, str]], read: SapSalesOrder
) -> list[dict[str, str]]:
    """SAP's totals leave rejected items out, so they say nothing where there are some."""
    rejected = tuple(f"item {one.item_number} " for one in read.items if one.rejection_reason)
    if not rejected:
        return list(differences)
    return [
        one
        for one in differences
        if one["field"] not in TOTALS and not one["field"].startswith(rejected)
    ]
