"""Column types shared by the mirrors: money, quantities, SAP document numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models

SAP_NUMBER_LENGTH = 10


def money(**options: Any) -> models.DecimalField[Decimal, Decimal]:
    """An amount; its currency stands in a column beside it."""
    return models.DecimalField(max_digits=20, decimal_places=4, **options)


def quantity(**options: Any) -> models.DecimalField[Decimal, Decimal]:
    """A quantity in the line's unit; SAP keeps three decimals, Magento four."""
    return models.DecimalField(max_digits=15, decimal_places=4, **options)


def document_number(**options: Any) -> models.CharField[str, str]:
    """A SAP document number in internal form: ten characters, zeros kept."""
    return models.CharField(max_length=SAP_NUMBER_LENGTH, **options)
