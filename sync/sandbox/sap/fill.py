"""Python values to ABAP values, refused exactly where pyrfc refuses them (pyrfc sheet, section 3).

The result is plain JSON: packed and floating numbers as text, RAW as hexadecimal digits.
"""

from __future__ import annotations

import locale
import os
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from .dictionary import CHARACTER_TYPES, PACKED_TYPES, Field, Parameter, Structure
from .exceptions import ExternalRuntimeError, conversion_failure, field_not_found

_INT_BITS = {"INT1": 8, "INT2": 16, "INT4": 32, "INT8": 64}
NOT_SET = object()


def is_strict() -> bool:
    """Whether overlong text is refused instead of cut (``SAP_STANDIN_STRICT``, on by default)."""
    return os.environ.get("SAP_STANDIN_STRICT", "1") != "0"


class Filler:
    """Fills parameters the way one connection is configured to."""

    def __init__(self, *, check_date: bool = True, check_time: bool = True) -> None:
        self.check_date = check_date
        self.check_time = check_time

    def parameter(self, parameter: Parameter, value: Any) -> Any:
        """``value`` ready for the wire; ``TypeError`` or ``ExternalRuntimeError`` if refused."""
        try:
            if parameter.structure is None:
                assert parameter.field is not None
                return self.scalar(parameter.field, value)
            if parameter.is_table:
                return self.table(parameter.structure, value)
            return self.row(parameter.structure, value)
        except TypeError as error:
            error.args += (parameter.name,)
            raise

    def table(self, structure: Structure, value: Any) -> list[dict[str, Any]]:
        """Rows of a table; exactly ``list`` of exactly ``dict``."""
        if type(value) is not list:
            raise TypeError("list required for table parameter, received", str(type(value)))
        rows = []
        for row in value:
            if type(row) is not dict:
                raise field_not_found("")
            rows.append(self.row(structure, row))
        return rows

    def row(self, structure: Structure, value: Any) -> dict[str, Any]:
        """A structure; exactly ``dict``; only the given fields are set."""
        if type(value) is not dict:
            raise TypeError(
                "dictionary required for structure parameter, received", str(type(value))
            )
        filled = {}
        for name, item in value.items():
            name.encode()  # pyrfc fails here with AttributeError for keys that are not text
            field = structure.by_name.get(name)
            if field is None:
                raise field_not_found(name)
            try:
                result = self.scalar(field, item)
            except TypeError as error:
                error.args += (name,)
                raise
            if result is not NOT_SET:
                filled[name] = result
        return filled

    def scalar(self, field: Field, value: Any) -> Any:
        """One value; ``NOT_SET`` where pyrfc skips it."""
        kind = field.abap_type
        if kind in CHARACTER_TYPES or kind == "STRING":
            return _text(field, value)
        if kind == "NUMC":
            return _digits(field, value)
        if kind == "DATS":
            return _date(value, self.check_date)
        if kind == "TIMS":
            return _time(value, self.check_time)
        if kind in PACKED_TYPES or kind == "FLTP":
            return _number(field, value)
        return _integer(field, value) if kind in _INT_BITS else _raw(field, value)


def _text(field: Field, value: Any) -> str:
    if type(value) is not str:
        raise TypeError("an string is required, received", value, "of type", type(value))
    text: str = value.split("\x00", 1)[0]
    units = len(text.encode("utf-16-le")) // 2  # a character beyond the BMP takes two places
    if field.abap_type == "STRING" or units <= field.length:
        return text
    if is_strict():
        raise ExternalRuntimeError(
            f"value of field '{field.name}' has {units} characters, its length is "
            f"{field.length} (stand-in in strict mode: SAP would cut it silently)",
            20,
            "RFC_INVALID_PARAMETER",
        )
    cut = text.encode("utf-16-le")[: field.length * 2]
    return cut.decode("utf-16-le", errors="ignore")


def _digits(field: Field, value: Any) -> str:
    if not isinstance(value, str) or not value.isdigit():
        raise TypeError("a numeric string is required, received", value, "of type", type(value))
    if not value.isascii() or len(value) > field.length:
        raise conversion_failure(f"value of field '{field.name}' does not fit NUMC({field.length})")
    return str.__str__(value).zfill(field.length)


def _date(value: Any, check: bool) -> Any:
    if not value:
        return NOT_SET
    if type(value) is date:
        return value.strftime("%Y%m%d")
    if type(value) is str and (not check or value == " " * 8 or _parses(value, "%Y%m%d", 8)):
        return value
    raise TypeError("date value required, received", value, "of type", type(value))


def _time(value: Any, check: bool) -> Any:
    if not value and type(value) is not time:
        return NOT_SET
    if type(value) is time:
        return value.strftime("%H%M%S")
    if type(value) is str and (not check or value == " " * 6 or _parses(value, "%H%M%S", 6)):
        return value
    raise TypeError("time value required, received", value, "of type", type(value))


def _parses(value: str, form: str, length: int) -> bool:
    if len(value) != length:
        return False
    try:
        datetime.strptime(value, form)  # noqa: DTZ007 - only the form is checked
    except ValueError:
        return False
    return True


def _number(field: Field, value: Any) -> str:
    if type(value) not in (Decimal, float, str):
        raise TypeError("a decimal value required, received", value, "of type", type(value))
    text = str(value)
    try:
        float(text)
    except ValueError:
        raise TypeError(
            "a decimal value required, received", value, "of type", type(value)
        ) from None
    return text if field.abap_type == "FLTP" else _packed(field, text)


def _packed(field: Field, text: str) -> str:
    """What the library makes of it; everything the sheet calls unknown is refused (code 22).

    The library reads numbers in the locale of the process, pyrfc always writes a point.
    """
    if "." in text and locale.localeconv()["decimal_point"] != ".":
        raise conversion_failure(f"Cannot convert string value of field '{field.name}' to BCD")
    plain = text.replace("-", "", 1).replace("+", "", 1).replace(".", "", 1)
    if not plain.isdigit() or not plain.isascii():
        raise conversion_failure(f"Cannot convert string value of field '{field.name}' to BCD")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise conversion_failure(f"Cannot convert value of field '{field.name}'") from None
    step = Decimal(1).scaleb(-field.decimals)
    if abs(number) >= Decimal(10) ** (field.length - field.decimals):
        raise conversion_failure(f"value of field '{field.name}' overflows its length")
    if number != number.quantize(step):
        raise conversion_failure(
            f"value of field '{field.name}' has more than {field.decimals} decimals"
        )
    return format(number, "f")


def _integer(field: Field, value: Any) -> int:
    if type(value) is not int:
        raise TypeError("an integer required, received", value, "of type", type(value))
    bits = _INT_BITS[field.abap_type]
    low, high = (0, 255) if bits == 8 else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    if low <= value <= high:
        return value
    if bits >= 32:
        raise OverflowError("Python int too large to convert to C int")
    raise conversion_failure(f"value of field '{field.name}' is out of range")


def _raw(field: Field, value: Any) -> str:
    if type(value) not in (bytes, bytearray):
        raise TypeError(f"expected bytes, {type(value).__name__} found")
    if field.abap_type == "RAW" and len(value) > field.length:
        raise conversion_failure(f"value of field '{field.name}' is longer than {field.length}")
    return bytes(value).hex()
