"""Lists of keys in SQL: written as numbers, where Django would send each as a parameter.

A list page asks for the documents of 100 rows ten times over, and taking a statement apart at each
placeholder took psycopg a tenth of the page. The database gets the same text either way.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import BigAutoField, ForeignKey
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In


class _Written:
    """Only whole numbers: anything else stays a parameter."""

    rhs: Any

    def batch_process_rhs(
        self, compiler: Any, connection: Any, rhs: Collection[Any] | None = None
    ) -> Any:
        keys = self.rhs if rhs is None else rhs
        if keys and all(type(key) is int for key in keys):
            return [str(key) for key in keys], []
        return super().batch_process_rhs(compiler, connection, rhs)  # type: ignore[misc]


class KeyIn(_Written, In):
    """``pk__in``."""


class ForeignKeyIn(_Written, RelatedIn):
    """Also of documents read ahead."""


def write_keys() -> None:
    """For every question from now on."""
    BigAutoField.register_lookup(KeyIn)
    ForeignKey.register_lookup(ForeignKeyIn)
