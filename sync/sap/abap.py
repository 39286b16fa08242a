"""ABAP's ways of writing values, to Python and back. Pure; SAP sheet 1.2, 1.5 and 1.6."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from sync.causes.sap import SapCause
from sync.currencies import currency_decimals
from sync.errors import UnexpectedRecord
from sync.told import told

STORED_DECIMALS = 2  # of a CURR field, whatever its currency
UNSET_DATES = {"", "00000000"}
LONGEST_NUMC = 18
MOST_DIGITS = 31  # of a packed number
FIRST_YEAR, LAST_YEAR = 1900, 2199
PLAIN_NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)(E[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
UNREADABLE = "\ufffd"  # stands for a character that no database holds
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def not_readable(what: str) -> UnexpectedRecord:
    return UnexpectedRecord(what, cause=SapCause.UNREADABLE)


def plain(value: str) -> str:
    """Exactly ``str``: pyrfc refuses subclasses, and ``str()`` leaves a SafeString as it is."""
    return str.__str__(value)


def clean(value: str) -> str:
    """Text SAP can hold: no control characters (RFC drops all after NUL), no lone surrogates."""
    readable = CONTROL.sub(" ", plain(value))
    return readable.encode("utf-16-le", "ignore").decode("utf-16-le", "ignore")


def readable(value: str) -> str:
    """The text with a mark in place of what no database holds: NUL and half characters."""
    if value.isprintable():
        return value
    whole = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\x00", UNREADABLE)


def abap_length(value: str) -> int:
    """An emoji takes two characters of an ABAP field."""
    return len(value.encode("utf-16-le", "surrogatepass")) // 2


def cut(value: str, length: int) -> str:
    while abap_length(value) > length:
        value = value[:-1]
    return value


def capitals(value: str) -> str:
    """As ABAP makes them: one letter stays one letter, so that ß stays."""
    return "".join(map(_capital, plain(value)))


def _capital(letter: str) -> str:
    capital = letter.upper()
    return capital if len(capital) == 1 else letter


def is_digits(value: str) -> bool:
    """ASCII digits only: pyrfc lets ``²`` pass, SAP does not."""
    return value.isascii() and value.isdigit()


def alpha(value: str, length: int = 10) -> str:
    """Internal form under exit ALPHA: digits are padded with zeros, anything else stays."""
    bare = plain(value).strip()
    return bare.zfill(length) if is_digits(bare) else bare


def without_alpha(value: str) -> str:
    """External form under exit ALPHA: leading zeros of digits are dropped."""
    bare = value.strip()
    return (bare.lstrip("0") or "0") if is_digits(bare) else bare


def matn1(value: str, length: int = 18, *, pads: bool = True) -> str:
    """Internal form of a material number; customising may switch the padding off (SAP sheet
    1.5)."""
    bare = plain(value).strip()
    return bare.zfill(length) if pads and is_digits(bare) else bare


def write_numc(value: int, length: int) -> str:
    """Raises UnexpectedRecord for a number that does not fit."""
    digits = str(value)
    if value < 0 or len(digits) > length:
        raise not_readable(told("A number does not fit a NUMC field of {length}.", length=length))
    return digits.zfill(length)


def write_item_number(value: int) -> str:
    return write_numc(value, 6)


def read_numc(value: str) -> int:
    """Blank is zero."""
    bare = value.strip()
    if bare and not is_digits(bare):
        raise not_readable(told("SAP sent a NUMC field that is not digits."))
    if len(bare) > LONGEST_NUMC:
        raise not_readable(told("SAP sent a NUMC field with too many digits."))
    return int(bare or "0")


def write_date(value: date | None) -> str:
    """``YYYYMMDD``; unset is the empty text, which pyrfc takes as "do not set"."""
    return value.strftime("%Y%m%d") if value else ""


def read_date(value: str) -> date | None:
    """SAP writes an unset date as zeros, blanks or nothing.

    A year that none of our documents can have is refused: 99991231, which elsewhere means "without
    end", is never found in the fields we read.
    """
    bare = value.strip()
    if bare in UNSET_DATES:
        return None
    if len(bare) != 8 or not is_digits(bare):
        raise not_readable(told("SAP sent a date we cannot read."))
    try:
        found = date(int(bare[:4]), int(bare[4:6]), int(bare[6:]))
    except ValueError as exc:
        raise not_readable(told("SAP sent an impossible date.")) from exc
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise not_readable(told("SAP sent a date in the year {year}.", year=found.year))
    return found


def write_time(value: time) -> str:
    return value.strftime("%H%M%S")


def read_clock(value: str) -> timedelta | None:
    """Time since the start of the day; 24:00:00 exists in ABAP, blank is ``None``."""
    bare = value.strip()
    if not bare:
        return None
    if len(bare) != 6 or not is_digits(bare):
        raise not_readable(told("SAP sent a time we cannot read."))
    hours, minutes, seconds = int(bare[:2]), int(bare[2:4]), int(bare[4:])
    since = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if minutes > 59 or seconds > 59 or since > timedelta(hours=24):
        raise not_readable(told("SAP sent an impossible time."))
    return since


def read_time(value: str) -> time | None:
    """000000 may mean midnight or unset, and counts as unset."""
    since = read_clock(value)
    if not since:
        return None
    return (datetime(2000, 1, 1, tzinfo=UTC) + since).time()


def read_moment(day: str, clock: str, zone: ZoneInfo) -> datetime | None:
    """A local SAP date and time as aware UTC; ``None`` without a date, midnight without a time.

    24:00:00 is the next day's midnight. An hour that the clock repeats is taken as the first of
    the two, one that it skips as if the clock had not been changed.
    """
    found = read_date(day)
    if found is None:
        return None
    local = datetime.combine(found, time(0)) + (read_clock(clock) or timedelta())
    return local.replace(tzinfo=zone).astimezone(UTC)


def write_packed(value: Decimal, digits: int, decimals: int) -> str:
    """A packed number as plain text; too many decimals or digits are refused, never rounded."""
    if not value.is_finite():
        raise ValueError("not a finite number")
    try:
        exact = value.quantize(Decimal(1).scaleb(-decimals))
    except InvalidOperation as exc:
        raise ValueError("too many digits") from exc
    if exact != value:
        raise ValueError(f"more than {decimals} decimals")
    if len(exact.as_tuple().digits) > digits:
        raise ValueError(f"more than {digits} digits")
    return format(exact, "f")


def read_packed(value: object) -> Decimal:
    """A packed number as pyrfc gives it, or as RFC_READ_TABLE writes it (sign at the end)."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal | None):
        raise not_readable(told("SAP sent an amount that is not a number."))
    text = str(value if value is not None else "").strip()
    if text.endswith("-"):
        text = f"-{text[:-1].strip()}"
    if text and not PLAIN_NUMBER.fullmatch(text):
        raise not_readable(told("SAP sent an amount we cannot read."))
    number = Decimal(text or "0")
    if number and not -MOST_DIGITS <= number.adjusted() < MOST_DIGITS:
        raise not_readable(told("SAP sent an amount with too many digits."))
    return number


def external_amount(stored: Decimal, currency: str) -> Decimal:
    """The real amount behind a CURR field; never use it on BAPICURR or BAPICUREXT (sheet 1.6)."""
    return stored.scaleb(STORED_DECIMALS - currency_decimals(currency))


def implied_decimals(digits: str, decimals: int) -> Decimal:
    """A NUMC amount or quantity of the simulation: 901 with two decimals is 9.01."""
    return Decimal(read_numc(digits)).scaleb(-decimals)
