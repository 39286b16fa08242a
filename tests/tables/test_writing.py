"""How money, quantities, counts, days and distances in time are written, in each language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation
from django.utils.html import strip_tags

from sync.templatetags.portal import count, moment, money, quantity, relative, tracking_link

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "currency", "written"),
    [
        ("1234.5", "EUR", "1,234.50 EUR"),
        ("0", "USD", "0.00 USD"),
        ("14522.0000", "JPY", "14,522 JPY"),
        ("2.3456", "KWD", "2.346 KWD"),
        ("-1.5", "EUR", "\N{MINUS SIGN}1.50 EUR"),
        ("0.005", "EUR", "0.01 EUR"),
    ],
)
def test_money_has_the_decimals_of_its_currency(value: str, currency: str, written: str) -> None:
    assert strip_tags(money(Decimal(value), currency)) == written


def test_no_amount_is_a_dash() -> None:
    assert strip_tags(money(None, "EUR")) == "–"


@pytest.mark.parametrize(
    ("value", "written"),
    [("2.0000", "2"), ("0.5", "0.5"), ("100", "100"), ("1250.000", "1,250"), (None, "–")],
)
def test_quantities_carry_no_needless_zeros(value: str | None, written: str) -> None:
    assert quantity(Decimal(value) if value else None) == written


@pytest.mark.parametrize(
    ("distance", "written"),
    [
        (timedelta(seconds=2), "just now"),
        (timedelta(seconds=40), "40 s ago"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=-2), "in 2 h"),
        (timedelta(days=9), "9 d ago"),
    ],
)
def test_a_distance_in_time_is_one_short_phrase(distance: timedelta, written: str) -> None:
    assert relative(NOW - distance, NOW) == written


def test_only_web_addresses_become_tracking_links() -> None:
    assert "<a" in tracking_link({"1": "https://dhl.example/1"}, "1")
    assert "<a" not in tracking_link({"1": "javascript:alert(1)"}, "1")
    assert "<a" not in tracking_link({}, "1")


@pytest.mark.parametrize(("value", "written"), [(7, "7"), (12345, "12,345"), ("50+", "50+")])
def test_a_count_has_its_thousands_apart(value: object, written: str) -> None:
    assert count(value) == written


MORNING = datetime(2026, 11, 26, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("draw", "english", "german"),
    [
        (lambda: money(Decimal("1234.5"), "EUR"), "1,234.50 EUR", "1.234,50 EUR"),
        (lambda: money(Decimal("-0.5"), "EUR"), "\N{MINUS SIGN}0.50 EUR", "\N{MINUS SIGN}0,50 EUR"),
        (lambda: quantity(Decimal("1250.5")), "1,250.5", "1.250,5"),
        (lambda: count(12345), "12,345", "12.345"),
        (lambda: moment(MORNING), "26 Nov 2026, 07:05", "26. Nov 2026, 07:05"),
        (lambda: moment(MORNING, "time"), "07:05", "07:05"),
        (lambda: moment(date(2026, 5, 1)), "1 May 2026", "1. Mai 2026"),
    ],
)
def test_numbers_and_days_follow_the_language_of_the_reader(
    draw: Callable[[], str], english: str, german: str
) -> None:
    with timezone.override(UTC):
        assert strip_tags(draw()) == english
        with translation.override("de"):
            assert strip_tags(draw()) == german
        assert strip_tags(draw()) == english


def test_a_moment_is_in_the_readers_time_zone() -> None:
    with timezone.override("Europe/Berlin"):
        assert strip_tags(moment(MORNING)) == "26 Nov 2026, 08:05"
