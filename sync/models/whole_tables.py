"""Whether tables hold anything at all: compiled once, because it is asked with every task."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL


def any_in(*found: QuerySet[Any], or_none_in: QuerySet[Any] | None = None) -> RawSQL:
    """Use it for conditions that are always the same, and keep it."""
    queries = [*found, *([] if or_none_in is None else [or_none_in])]
    compiled = [query.order_by().values("pk").query.sql_with_params() for query in queries]
    tests = [f"EXISTS ({sql})" for sql, _ in compiled]
    if or_none_in is not None:
        tests[-1] = f"NOT {tests[-1]}"
    values = [value for _, values in compiled for value in values]
    return RawSQL(" OR ".join(tests), values, output_field=BooleanField())
