"""The interface of each function module as this system has it, and the check of every call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from threading import Lock
from typing import Any

from sync.errors import UnexpectedRecord
from sync.sap import abap
from sync.sap.conversions import is_padded
from sync.sap.refusals import SapFieldMissing, SapFieldRefused
from sync.told import told

SENT = {"RFC_IMPORT", "RFC_CHANGING", "RFC_TABLES"}
INTEGERS = {
    "RFCTYPE_INT": (-(2**31), 2**31 - 1),
    "RFCTYPE_INT1": (0, 255),
    "RFCTYPE_INT2": (-(2**15), 2**15 - 1),
    "RFCTYPE_INT8": (-(2**63), 2**63 - 1),
}


@dataclass(frozen=True, slots=True)
class Field:
    """An elementary field; ``length`` in characters, or bytes for packed and raw."""

    type: str
    length: int
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter; ``fields`` is ``None`` for a plain one, else the fields of its line."""

    direction: str
    is_table: bool
    field: Field
    fields: Mapping[str, Field] | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    function: str
    parameters: Mapping[str, Parameter]

    def has(self, parameter: str, field: str = "") -> bool:
        found = self.parameters.get(parameter)
        if found is None or not field:
            return found is not None
        return found.fields is None or field in found.fields

    def checked(
        self, arguments: Mapping[str, Any], optional: Collection[str] = ()
    ) -> dict[str, Any]:
        """The call as pyrfc needs it: exact types, values that fit, no field the system lacks.

        ``optional`` lists what may be left out where the system lacks it, as ``PARAMETER`` or
        ``PARAMETER.FIELD``. Raises SapFieldRefused or SapFieldMissing, which never quote a value.
        """
        sendable = {}
        for name, value in arguments.items():
            parameter = self.parameters.get(name)
            if parameter is None or parameter.direction not in SENT:
                if name in optional:
                    continue
                raise SapFieldMissing(f"{self.function}.{name}")
            sendable[abap.plain(name)] = self._checked_parameter(name, parameter, value, optional)
        return sendable

    def _checked_parameter(
        self, name: str, parameter: Parameter, value: Any, optional: Collection[str]
    ) -> Any:
        path = f"{self.function}.{name}"
        if parameter.is_table:
            if not isinstance(value, list | tuple):
                raise SapFieldRefused(path, told("a table must be a list of rows"))
            return [self._checked_row(name, parameter, row, optional) for row in value]
        if parameter.fields is not None:
            return self._checked_row(name, parameter, value, optional)
        return _checked_field(path, name, parameter.field, value)

    def _checked_row(
        self, name: str, parameter: Parameter, row: Any, optional: Collection[str]
    ) -> Any:
        path = f"{self.function}.{name}"
        if parameter.fields is None:
            return checked_value(path, parameter.field, row)
        if not isinstance(row, Mapping):
            raise SapFieldRefused(path, told("a row must be a mapping of fields"))
        sendable = {}
        for key, value in row.items():
            described = parameter.fields.get(key)
            if described is not None:
                checked = _checked_field(f"{path}.{key}", key, described, value)
                sendable[abap.plain(key)] = checked
            elif f"{name}.{key}" not in optional:
                raise SapFieldMissing(f"{path}.{key}")
        return sendable


def _checked_field(path: str, name: str, described: Field, value: Any) -> Any:
    checked = checked_value(path, described, value)
    if described.type == "RFCTYPE_CHAR" and checked and is_padded(name):
        return abap.alpha(checked, described.length)
    return checked


def checked_value(path: str, described: Field, value: Any) -> Any:
    """The value in the exact type and form pyrfc accepts; raises SapFieldRefused if it does not
    fit."""
    check = CHECKS.get(described.type)
    if check is None:
        raise SapFieldRefused(
            path, told("we do not send fields of type {type}", type=described.type)
        )
    return check(path, described, value)


def _text(path: str, value: Any) -> str:
    if not isinstance(value, str):
        raise SapFieldRefused(path, told("must be text"))
    return abap.plain(value)


def _char(path: str, described: Field, value: Any) -> str:
    text = abap.clean(_text(path, value))
    if abap.abap_length(text) > described.length:
        raise SapFieldRefused(
            path, told("longer than {length} characters", length=described.length)
        )
    return text


def _string(path: str, described: Field, value: Any) -> str:
    return abap.clean(_text(path, value))


def _numc(path: str, described: Field, value: Any) -> str:
    text = _text(path, value)
    if not abap.is_digits(text):
        raise SapFieldRefused(path, told("must be digits"))
    if len(text) > described.length:
        raise SapFieldRefused(path, told("longer than {length} digits", length=described.length))
    return text.zfill(described.length)


def _date(path: str, described: Field, value: Any) -> str:
    if type(value) is date:
        return abap.write_date(value)
    text = _text(path, value)
    try:
        found = abap.read_date(text)
    except UnexpectedRecord as exc:
        raise SapFieldRefused(path, told("must be a date YYYYMMDD")) from exc
    # pyrfc refuses 00000000; the empty text means "do not set".
    return abap.write_date(found)


def _time(path: str, described: Field, value: Any) -> str:
    if type(value) is time:
        return abap.write_time(value)
    text = _text(path, value)
    try:
        since = abap.read_clock(text)
    except UnexpectedRecord as exc:
        raise SapFieldRefused(path, told("must be a time HHMMSS")) from exc
    if since is not None and since.days:
        raise SapFieldRefused(path, told("24:00:00 cannot be sent"))
    return text.strip()


def _packed(path: str, described: Field, value: Any) -> str:
    if not isinstance(value, Decimal):
        raise SapFieldRefused(path, told("must be a Decimal"))
    try:
        return abap.write_packed(value, described.length * 2 - 1, described.decimals)
    except ValueError as exc:
        raise SapFieldRefused(path, str(exc)) from None


def _integer(path: str, described: Field, value: Any) -> int:
    lowest, highest = INTEGERS[described.type]
    if type(value) is not int:
        raise SapFieldRefused(path, told("must be a whole number"))
    if not lowest <= value <= highest:
        raise SapFieldRefused(path, told("is out of range"))
    return value


def _raw(path: str, described: Field, value: Any) -> bytes:
    if type(value) is not bytes:
        raise SapFieldRefused(path, told("must be bytes"))
    if described.type == "RFCTYPE_BYTE" and len(value) > described.length:
        raise SapFieldRefused(path, told("longer than {length} bytes", length=described.length))
    return value


CHECKS: dict[str, Callable[[str, Field, Any], Any]] = {
    "RFCTYPE_CHAR": _char,
    "RFCTYPE_STRING": _string,
    "RFCTYPE_NUM": _numc,
    "RFCTYPE_DATE": _date,
    "RFCTYPE_TIME": _time,
    "RFCTYPE_BCD": _packed,
    "RFCTYPE_BYTE": _raw,
    "RFCTYPE_XSTRING": _raw,
    **dict.fromkeys(INTEGERS, _integer),
}


def read_interface(function: str, description: Any) -> Interface:
    return Interface(function, {row["name"]: _parameter(row) for row in description.parameters})


def _parameter(row: Mapping[str, Any]) -> Parameter:
    lines = row.get("type_description")
    return Parameter(
        direction=str(row["direction"]),
        is_table=row["parameter_type"] == "RFCTYPE_TABLE",
        field=_field(row, "parameter_type"),
        fields=_fields(lines.fields) if lines is not None else None,
    )


def _fields(rows: Any) -> dict[str, Field] | None:
    """``None`` when the line is one elementary value without a name."""
    named = {row["name"]: _field(row, "field_type") for row in rows}
    return None if set(named) == {""} else named


def _field(row: Mapping[str, Any], type_key: str) -> Field:
    return Field(str(row[type_key]), int(row.get("nuc_length") or 0), int(row.get("decimals") or 0))


@dataclass(slots=True)
class InterfaceCache:
    """Per system and function; a look-up stops all threads, so each is made once (sheet 8)."""

    _found: dict[Hashable, Interface] = field(default_factory=dict)
    _looking: dict[Hashable, Lock] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, system: Hashable, function: str, read: Callable[[], Any]) -> Interface:
        key = (system, function)
        found = self._found.get(key)
        if found is None:
            with self._lock:
                looking = self._looking.setdefault(key, Lock())
            with looking:
                found = self._found.get(key) or read_interface(function, read())
                self._found[key] = found
        return found


PROCESS_CACHE = InterfaceCache()
