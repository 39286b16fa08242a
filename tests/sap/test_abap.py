"""ABAP's ways of writing values."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest

from sync.errors import UnexpectedRecord
from sync.sap import abap

BERLIN = ZoneInfo("Europe/Berlin")


class Choice(StrEnum):
    """As Django's TextChoices."""

    ORDER = "TA"


class Safe(str):
    """As Django's SafeString."""

    __slots__ = ()

    def __str__(self) -> str:
        return self


@pytest.mark.parametrize(("value", "expected"), [(Choice.ORDER, "TA"), (Safe("x"), "x")])
def test_text_becomes_exactly_str(value: str, expected: str) -> None:
    plain = abap.plain(value)

    assert type(plain) is str
    assert plain == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("4711", "0000004711"), (" 4711 ", "0000004711"), ("CPD-1", "CPD-1"), ("²", "²"), ("", "")],
)
def test_alpha_pads_digits_only(value: str, expected: str) -> None:
    assert abap.alpha(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("0000004711", "4711"), ("CPD-1", "CPD-1"), ("000", "0"), ("", "")]
)
def test_alpha_is_undone(value: str, expected: str) -> None:
    assert abap.without_alpha(value) == expected


@pytest.mark.parametrize(
    ("value", "pads", "expected"),
    [
        ("100", True, "000000000000000100"),
        ("100", False, "100"),
        ("MAT-1", True, "MAT-1"),
        ("1" * 20, True, "1" * 20),
    ],
)
def test_materials_follow_matn1(value: str, pads: bool, expected: str) -> None:
    assert abap.matn1(value, pads=pads) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("20240229", date(2024, 2, 29)),
        ("", None),
        ("00000000", None),
        ("        ", None),
        ("21991231", date(2199, 12, 31)),
    ],
)
def test_dates_are_read(value: str, expected: date | None) -> None:
    assert abap.read_date(value) == expected


@pytest.mark.parametrize(
    "value", ["2024-02-29", "20230229", "2023", "2023022x", "99991231", "00010101"]
)
def test_an_unreadable_date_is_an_unexpected_record(value: str) -> None:
    with pytest.raises(UnexpectedRecord):
        abap.read_date(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("143000", time(14, 30)), ("000000", None), ("      ", None), ("240000", time(0))],
)
def test_times_are_read(value: str, expected: time | None) -> None:
    assert abap.read_time(value) == expected


@pytest.mark.parametrize("value", ["250000", "126000", "12:34", "240001"])
def test_an_unreadable_time_is_an_unexpected_record(value: str) -> None:
    with pytest.raises(UnexpectedRecord):
        abap.read_time(value)


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        ("20260302", "090000", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("20260702", "090000", datetime(2026, 7, 2, 7, tzinfo=UTC)),
        ("20260302", "240000", datetime(2026, 3, 2, 23, tzinfo=UTC)),
        ("20260328", "240000", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("20260329", "015959", datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)),
        ("20260329", "023000", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("20260329", "030000", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("20261025", "013000", datetime(2026, 10, 24, 23, 30, tzinfo=UTC)),
        ("20261025", "023000", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("20261025", "030000", datetime(2026, 10, 25, 2, tzinfo=UTC)),
        ("20260302", "", datetime(2026, 3, 1, 23, tzinfo=UTC)),
        ("00000000", "090000", None),
    ],
)
def test_local_moments_become_utc(day: str, clock: str, expected: datetime | None) -> None:
    assert abap.read_moment(day, clock, BERLIN) == expected


def test_a_moment_past_the_end_of_time_is_an_unexpected_record() -> None:
    with pytest.raises(UnexpectedRecord):
        abap.read_moment("99991231", "240000", BERLIN)


@pytest.mark.parametrize(
    ("value", "digits", "decimals", "expected"),
    [
        ("19.9", 29, 9, "19.900000000"),
        ("1E+2", 13, 3, "100.000"),
        ("-5", 13, 2, "-5.00"),
        ("0", 5, 0, "0"),
    ],
)
def test_packed_numbers_are_written_plainly(
    value: str, digits: int, decimals: int, expected: str
) -> None:
    assert abap.write_packed(Decimal(value), digits, decimals) == expected


@pytest.mark.parametrize(
    ("value", "digits", "decimals"),
    [("1.2345", 13, 3), ("123456", 5, 0), ("NaN", 13, 3), ("Infinity", 13, 3), ("1E+40", 29, 9)],
)
def test_packed_numbers_are_never_rounded_or_cut(value: str, digits: int, decimals: int) -> None:
    with pytest.raises(ValueError, match=r"digits|decimals|finite"):
        abap.write_packed(Decimal(value), digits, decimals)


@pytest.mark.parametrize(
    ("stored", "currency", "expected"),
    [
        ("100.00", "EUR", "100.00"),
        ("100.00", "JPY", "10000"),
        ("60.12", "KRW", "6012"),
        ("1.00", "CLP", "100"),
        ("10.00", "KWD", "1.000"),
    ],
)
def test_curr_fields_shift_by_the_decimals_of_the_currency(
    stored: str, currency: str, expected: str
) -> None:
    assert abap.external_amount(Decimal(stored), currency) == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "expected"), [("12.50-", "-12.50"), (" 12.50", "12.50"), ("", "0"), (None, "0")]
)
def test_amounts_of_a_table_carry_their_sign_at_the_end(value: object, expected: str) -> None:
    assert abap.read_packed(value) == Decimal(expected)


def test_numc_amounts_have_implied_decimals() -> None:
    assert abap.implied_decimals("000000000000901", 2) == Decimal("9.01")


def test_an_emoji_takes_two_places_and_is_never_halved() -> None:
    assert abap.abap_length("a😀") == 3
    assert abap.cut("a😀", 2) == "a"


def test_text_loses_what_sap_cannot_hold() -> None:
    assert abap.clean("a\x00b\ud800c") == "a bc"


@pytest.mark.parametrize(("value", "length"), [(-1, 6), (1000000, 6)])
def test_a_number_that_does_not_fit_numc_is_refused(value: int, length: int) -> None:
    with pytest.raises(UnexpectedRecord):
        abap.write_numc(value, length)
