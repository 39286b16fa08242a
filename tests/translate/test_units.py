"""A carton is a piece only where SAP says of how many: exactly, or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sync.translate.units import Counted, billed_with_base_quantity

CARTON = Counted(Decimal(2), "KAR", Decimal(24), "ST")


@pytest.mark.parametrize(
    ("line", "wanted", "quantity"),
    [
        (Counted(Decimal(3), "ST"), "ST", 3),
        (CARTON, "ST", 24),
        (CARTON, "KAR", 2),
        (Counted(Decimal(2), "KAR"), "ST", None),
        (CARTON, "KG", None),
        (Counted(Decimal(3), ""), "ST", 3),
        (CARTON, "", 2),
    ],
)
def test_a_quantity_is_converted_exactly_or_left_alone(
    line: Counted, wanted: str, quantity: int | None
) -> None:
    assert line.in_unit(wanted) == quantity


@pytest.mark.parametrize(
    ("billed", "unit", "pieces"),
    [("1", "KAR", 12), ("0.5", "KAR", 6), ("1", "PAL", None), ("0.0001", "KAR", None)],
)
def test_what_is_billed_is_converted_as_what_was_delivered(
    billed: str, unit: str, pieces: int | None
) -> None:
    assert billed_with_base_quantity(Decimal(billed), unit, CARTON).in_unit("ST") == pieces


def test_what_cannot_be_divided_evenly_is_not_converted() -> None:
    three = Counted(Decimal(3), "KAR", Decimal(10), "ST")

    assert billed_with_base_quantity(Decimal(1), "KAR", three).in_unit("ST") is None
