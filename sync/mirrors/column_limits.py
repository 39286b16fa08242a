"""Checks before storing whether a remote's values fit the mirror's columns.

SQLite would keep a text of any length and PostgreSQL would refuse it with an error of its own, so
neither is left to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Model

from sync.causes.cause import SAP, SHOP
from sync.causes.sap import SapCause
from sync.causes.shop import ShopCause
from sync.errors import UnexpectedRecord
from sync.told import told

_CAUSES = {SHOP: ShopCause.DOES_NOT_FIT, SAP: SapCause.DOES_NOT_FIT}


def must_fit(model: type[Model], rows: Iterable[Mapping[str, Any]], *, system: str) -> None:
    """Raises ``UnexpectedRecord`` for a value that its column cannot hold."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    fields |= {field.name: field for field in model._meta.concrete_fields}
    for row in rows:
        for name, value in row.items():
            if (field := fields.get(name)) is not None and not _fits(field, value):
                raise UnexpectedRecord(
                    told(
                        "its {column} holds a value the portal cannot store (too long, too "
                        "large, or not a character).",
                        column=name.replace("_", " "),
                    ),
                    cause=_CAUSES[system],
                    detail=name,
                )


@contextmanager
def named(document: str) -> Iterator[None]:
    """Adds to an error the document whose value does not fit."""
    try:
        yield
    except UnexpectedRecord as error:
        message = told(
            "{document} of the shop cannot be stored: {message}",
            document=document,
            message=error.message,
        )
        raise UnexpectedRecord(message, cause=error.cause, detail=error.detail) from error


def _fits(field: Field[Any, Any], value: Any) -> bool:
    if value is None or type(value) is bool or field.is_relation:
        return True
    if type(value) is str and field.max_length:  # most columns: their validator is slower
        return len(value) <= field.max_length and _is_text(value)
    if isinstance(value, str) and not _is_text(value):
        return False
    if isinstance(value, Decimal):
        value = value.normalize()  # SAP's 59.950000000 has two decimals
    try:
        field.run_validators(value)
    except ValidationError:
        return False
    return True


def _is_text(value: str) -> bool:
    return value.isprintable() or (
        "\x00" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    )
