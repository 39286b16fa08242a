"""Typed access to the members of a Magento document, naming what is wrong with one.

Any member may be missing: Magento leaves nulls out. A member that is there but cannot be what it
should be (a text for an amount, NaN, half a surrogate pair) raises ``UnexpectedRecord`` with the
member's path; nothing else ever leaves this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sync.causes.shop import ShopCause
from sync.errors import UnexpectedRecord
from sync.told import told

LONGEST_TEXT = 255
LONGEST_NOTE = 65535
LARGEST_AMOUNT = Decimal(10) ** 12
LARGEST_NUMBER = 2**63 - 1  # keys of shops and of databases
FIRST_YEAR, LAST_YEAR = 1970, 2199
_STORED_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Members:
    """The members of one JSON object; ``path`` is its place in the document, such as
    ``items[2]``."""

    values: dict[str, Any]
    what: str = "record"
    path: str = ""

    def text(self, name: str, *, required: bool = False, limit: int = LONGEST_TEXT) -> str:
        """A number is taken as its digits; missing is empty."""
        value = self._value(name, required=required)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise self.unreadable(name, told("is not a text"))
        return self._clean(name, str(value), limit)

    def identifier(self, name: str) -> int:
        """A positive whole number that must be there."""
        value = self.optional_identifier(name)
        if value is None:
            raise self.unreadable(name, told("is missing"))
        return value

    def optional_identifier(self, name: str) -> int | None:
        """A positive whole number; None when missing or 0."""
        return self.whole_number(name) or None

    def whole_number(self, name: str) -> int | None:
        """0 or more; None when missing."""
        value = self._value(name, required=False)
        if value in (None, ""):
            return None
        number = self._number(name, value)
        if not 0 <= number <= LARGEST_NUMBER or number % 1:
            raise self.unreadable(name, told("is not a whole number that a database can hold"))
        return int(number)

    def amount(self, name: str, *, required: bool = False) -> Decimal:
        """At most the four decimals that Magento stores; 0 when missing.

        The shop adds and subtracts in floating point before it answers, so 53.970000000000006 may
        stand for 53.97.
        """
        value = self._value(name, required=required)
        if value is None or value == "":
            return Decimal(0)
        number = self._number(name, value)
        if abs(number) >= LARGEST_AMOUNT:
            raise self.unreadable(name, told("is not a number the portal can hold"))
        return _at_stored_precision(number)

    def flag(self, name: str) -> bool:
        """True for true, 1 and "1"; False when missing."""
        value = self._value(name, required=False)
        if value in (None, "", 0, "0", False):
            return False
        if value in (1, "1", True):
            return True
        raise self.unreadable(name, told("is neither yes nor no"))

    def moment(self, name: str, *fallbacks: str) -> datetime:
        """The shop sends UTC without a zone mark, in whole seconds (README "Time")."""
        for candidate in (name, *fallbacks):
            text = self.text(candidate)
            if text:
                return self._moment(candidate, text)
        raise self.unreadable(name, told("is missing"))

    def child(self, name: str) -> Members | None:
        """None where there is no such object (PHP writes an empty one as [])."""
        value = self._value(name, required=False)
        if value is None or value == []:
            return None
        if not isinstance(value, dict):
            raise self.unreadable(name, told("is not an object"))
        return Members(value, self.what, self._path(name))

    def children(self, name: str) -> list[Members]:
        """A null stands for an empty list (README bite 6)."""
        rows = self._list(name)
        for position, row in enumerate(rows):
            if not isinstance(row, dict):
                raise self.unreadable(f"{name}[{position}]", told("is not an object"))
        path = self._path(name)
        return [Members(row, self.what, f"{path}[{at}]") for at, row in enumerate(rows)]

    def texts(self, name: str) -> tuple[str, ...]:
        """Nulls are left out; a single text counts as a list of one."""
        value = self._value(name, required=False)
        rows = [value] if isinstance(value, str) else self._list(name)
        texts = [row for row in rows if row is not None]
        if not all(isinstance(row, str) for row in texts):
            raise self.unreadable(name, told("is not a list of texts"))
        return tuple(self._clean(name, row, LONGEST_TEXT) for row in texts)

    def unreadable(self, name: str, problem: str) -> UnexpectedRecord:
        """Never quotes the value, which may be personal data."""
        return UnexpectedRecord(
            told(
                "The shop's {what} cannot be read: {path} {problem}.",
                what=self.what,
                path=self._path(name),
                problem=problem,
            ),
            cause=ShopCause.UNREADABLE,
            detail=self.what.split(" ")[0],
        )

    def _value(self, name: str, *, required: bool) -> Any:
        value = self.values.get(name)
        if required and (value is None or value == ""):
            raise self.unreadable(name, told("is missing"))
        return value

    def _number(self, name: str, value: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise self.unreadable(name, told("is not a number"))
        try:
            number = Decimal(value)
        except (InvalidOperation, ValueError):
            raise self.unreadable(name, told("is not a number")) from None
        if not number.is_finite():
            raise self.unreadable(name, told("is not a number the portal can hold"))
        return number

    def _list(self, name: str) -> list[Any]:
        value = self._value(name, required=False)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.unreadable(name, told("is not a list"))
        return value

    def _clean(self, name: str, text: str, limit: int) -> str:
        if len(text) > limit:
            raise self.unreadable(
                name,
                told(
                    "is {length} characters long, at most {limit} fit",
                    length=len(text),
                    limit=limit,
                ),
            )
        if text.isprintable():  # nearly every text is, and then it holds neither of these
            return text
        if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise self.unreadable(name, told("contains characters that are no text"))
        return text

    def _moment(self, name: str, text: str) -> datetime:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise self.unreadable(name, told("is not a time")) from None
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise self.unreadable(name, told("is a time in no year an order can be of"))
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)

    def _path(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def _at_stored_precision(number: Decimal) -> Decimal:
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:
        number = number.quantize(_STORED_PLACES)
        return number.normalize() if number else Decimal(0)
    return number


def key_of(row: Any) -> int | None:
    """A row's ``entity_id``; None where the row is no record."""
    try:
        return Members(row).optional_identifier("entity_id") if isinstance(row, dict) else None
    except UnexpectedRecord:
        return None


def number_of(row: Any) -> str:
    """A row's ``increment_id`` if it is fit to be quoted and stored; otherwise empty."""
    number = row.get("increment_id") if isinstance(row, dict) else None
    if not isinstance(number, str) or len(number) > 50:
        return ""
    return number if number.isascii() and number.isprintable() else ""
