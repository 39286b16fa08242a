"""Writes what the portal itself knows of a web order's lines."""

from __future__ import annotations

from collections.abc import Mapping

from sync.models import SalesOrder, SalesOrderLine


def write_lines(order: SalesOrder, column: str, values: Mapping[int, object]) -> None:
    """One column of the order's lines by item id, with one query however many there are."""
    changed = []
    for line in order.lines.all():
        if line.item_id in values and getattr(line, column) != values[line.item_id]:
            setattr(line, column, values[line.item_id])
            changed.append(line)
    if changed:
        SalesOrderLine.objects.bulk_update(changed, [column])
