"""The delivery date SAP is asked for."""

from __future__ import annotations

from datetime import date

import pytest

from sync.translate.requested_date import RequestedDate
from sync.translate.sap_texts import TextFitter

FRIDAY = date(2026, 3, 6)
MONDAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("days", "working", "ordered", "expected"),
    [
        (None, True, FRIDAY, None),
        (0, True, FRIDAY, FRIDAY),
        (0, True, date(2026, 3, 7), MONDAY),
        (1, True, FRIDAY, MONDAY),
        (1, True, date(2026, 3, 8), MONDAY),
        (5, True, FRIDAY, date(2026, 3, 13)),
        (3, False, FRIDAY, MONDAY),
    ],
)
def test_days_after_the_order(
    days: int | None, working: bool, ordered: date, expected: date | None
) -> None:
    assert RequestedDate(days, working).of(ordered, TextFitter()) == expected


@pytest.mark.parametrize("chosen", ["soon", "2026-03-05", "06.03.2026"])
def test_a_choice_that_cannot_be_kept_is_left_out_and_the_days_count(chosen: str) -> None:
    fitter = TextFitter()

    assert RequestedDate(3, False, chosen).of(FRIDAY, fitter) == MONDAY
    assert [(cut.field, cut.words) for cut in fitter.cuts] == [("requested delivery date", 1)]
