"""How numbers, days and times are written in the reader's language, by the formats of Django.

Django's own functions take ten times as long, and a list writes a hundred of each.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.utils.formats import date_format, get_format
from django.utils.translation import get_language

from sync.currencies import currency_decimals

MINUS = "\N{MINUS SIGN}"


def number(value: Decimal | int, digits: int | None = None) -> str:
    """Thousands apart; without trailing zeros, unless the number of ``digits`` is given."""
    plain = f"{Decimal(value).normalize():,f}" if digits is None else f"{value:,.{digits}f}"
    return plain.translate(_signs(_language()))


def amount(value: Decimal, currency: str) -> str:
    """Rounded to the currency's decimals, and without its code."""
    digits = currency_decimals(currency)
    return number(Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP), digits)


def day(value: date) -> str:
    return _day(value.year, value.month, value.day, _language())


def time(value: datetime) -> str:
    return _time(value.hour, value.minute, _language())


def day_and_time(value: datetime) -> str:
    return f"{day(value)}, {time(value)}"


def _language() -> str:
    return get_language() or "en"


@lru_cache(maxsize=16)
def _signs(language: str) -> dict[int, str]:
    point = get_format("DECIMAL_SEPARATOR", language)
    return {
        ord("."): point,
        ord(","): get_format("THOUSAND_SEPARATOR", language),
        ord("-"): MINUS,
    }


@lru_cache(maxsize=4096)
def _day(year: int, month: int, of_month: int, language: str) -> str:
    written: str = date_format(date(year, month, of_month), "DATE_FORMAT")
    return written


@lru_cache(maxsize=4096)
def _time(hour: int, minute: int, language: str) -> str:
    return date_format(datetime(2000, 1, 1, hour, minute), "TIME_FORMAT")  # noqa: DTZ001
