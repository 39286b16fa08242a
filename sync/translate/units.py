"""Converts a quantity to the unit of its order item: exactly, or not at all (SAP sheet 13.6).

A delivery or a billing document may use another sales unit than the order, such as cartons for
pieces. Only the base quantity beside it leads safely from one unit to the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

THOUSANDTHS = 1000  # SAP's quantities have three decimals


@dataclass(frozen=True, slots=True)
class Counted:
    """A line's quantity in its sales unit, and in the material's base unit where SAP tells it."""

    quantity: Decimal
    unit: str
    base_quantity: Decimal | None = None
    base_unit: str = ""

    def in_unit(self, wanted: str) -> Decimal | None:
        """None where there is no exact conversion. Where either unit is unknown, the quantity is
        returned as it is."""
        if not wanted or not self.unit or wanted == self.unit:
            return self.quantity
        return self.base_quantity if wanted == self.base_unit else None


def billed_with_base_quantity(billed: Decimal, unit: str, delivered: Counted | None) -> Counted:
    """Calculated from the delivered line; left out where there is none or it is not exact."""
    if (
        delivered is None
        or unit != delivered.unit
        or not delivered.quantity
        or delivered.base_quantity is None
    ):
        return Counted(billed, unit)
    base = Fraction(billed) * Fraction(delivered.base_quantity) / Fraction(delivered.quantity)
    if THOUSANDTHS % base.denominator:
        return Counted(billed, unit)
    exact = Decimal(base.numerator) / Decimal(base.denominator)
    return Counted(billed, unit, exact, delivered.base_unit)
