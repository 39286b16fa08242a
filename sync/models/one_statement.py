"""Asks several bounded questions of different tables in one statement: one turn to the database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def in_one_statement(questions: Iterable[tuple[str, QuerySet[Any, Any]]]) -> list[tuple[Any, ...]]:
    """The rows of each query put into its SELECT, where ``{rows}`` stands; all have the same
    columns. Django's ``union`` takes no limits on SQLite."""
    selects: list[str] = []
    values: list[Any] = []
    for select, rows in questions:
        try:
            sql, parameters = rows.query.sql_with_params()
        except EmptyResultSet:  # known to be empty without asking
            continue
        selects.append(select.format(rows=f"({sql}) AS asked"))
        values += parameters
    if not selects:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(selects), values)
        return list(cursor.fetchall())
