"""The small tables that people keep, held in memory for as long as nobody changes them.

The database itself renews the mark with each change (a trigger on every table), whoever makes it
and by whatever means; so one query tells whether what is held is still what stands there.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import models

from sync.models import (
    AmountMapping,
    CarrierMapping,
    IntakeRule,
    InvoiceMailRule,
    MasterDataMark,
    PaymentMapping,
    RegionMapping,
    SalesArea,
    SapMessageEntry,
    ShippingMapping,
    Shop,
    SourceMapping,
    TextMapping,
)

Row = TypeVar("Row", bound=models.Model)
Tables = dict[type[models.Model], tuple[Any, ...]]

HELD: tuple[type[models.Model], ...] = (
    AmountMapping,
    CarrierMapping,
    IntakeRule,
    InvoiceMailRule,
    PaymentMapping,
    RegionMapping,
    SalesArea,
    SapMessageEntry,
    ShippingMapping,
    Shop,
    SourceMapping,
    TextMapping,
)


_of_process: tuple[str, Tables] = ("", {})  # replaced as a whole, never changed
_of_thread = threading.local()


def rows_of(model: type[Row]) -> tuple[Row, ...]:
    """All rows of a held table as they stand now; they belong to all threads: change none."""
    tables: Tables | None = getattr(_of_thread, "tables", None)
    return (_tables() if tables is None else tables)[model]


@contextmanager
def read_once() -> Iterator[None]:
    """What is asked for within stands as it was at the beginning: for one order's work."""
    if getattr(_of_thread, "tables", None) is not None:
        yield
        return
    _of_thread.tables = _tables()
    try:
        yield
    finally:
        _of_thread.tables = None


def _tables() -> Tables:
    global _of_process
    mark = MasterDataMark.objects.values_list("mark", flat=True).first() or ""
    known, tables = _of_process
    if not mark or mark != known:
        tables = {model: tuple(model._default_manager.all()) for model in HELD}
        _of_process = (mark, tables)
    return tables
