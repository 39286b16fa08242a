"""Packs the payloads of mirrors that were stored before payloads were packed."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet


def pack_payloads(mirrors: QuerySet[Any]) -> int:
    """Inside a transaction. Rows that somebody writes just now are left out: that packs them."""
    locked = mirrors.select_for_update(skip_locked=True)
    found = list(locked.only("payload").order_by("pk"))
    return mirrors.order_by().bulk_update(found, ["payload"])
