"""How money, quantities and distances in time are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils.html import strip_tags

from sync.templatetags.portal import money, quantity, relative, tracking_link

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
    ("value", "written"), [("2.0000", "2"), ("0.5", "0.5"), ("100", "100"), (None, "–")]
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
