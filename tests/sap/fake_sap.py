"""A connection with pyrfc's call contract and prepared answers; written from pyrfc's sheet."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

INTERFACES = json.loads((Path(__file__).parent / "interfaces.json").read_text(encoding="utf-8"))
CHARACTERS = {"CHAR", "CUKY", "UNIT", "LANG", "CLNT"}
PACKED = {"DEC", "CURR", "QUAN"}
OTHERS = {"NUMC": "RFCTYPE_NUM", "DATS": "RFCTYPE_DATE", "TIMS": "RFCTYPE_TIME",
          "INT1": "RFCTYPE_INT1", "INT2": "RFCTYPE_INT2", "INT4": "RFCTYPE_INT",
          "FLTP": "RFCTYPE_FLOAT", "RAW": "RFCTYPE_BYTE"}  # fmt: skip
DIRECTIONS = {"import": "RFC_IMPORT", "export": "RFC_EXPORT", "tables": "RFC_TABLES"}


# ---- pyrfc's exceptions, by name (pyrfc sheet 5) -----------------------------------------------
class RFCError(Exception):
    """Raised by pyrfc itself."""


class RFCLibError(RFCError):
    """Raised by SAP's library; ``message`` holds hosts, ports and free text."""

    def __init__(self, message: str = "", code: int = 0, key: str = "", **details: str) -> None:
        super().__init__(message, code, key)
        self.message, self.code, self.key = message, code, key
        for name in ("msg_class", "msg_type", "msg_number", "msg_v1", "msg_v2", "msg_v3", "msg_v4"):
            setattr(self, name, details.get(name, ""))


class ABAPApplicationError(RFCLibError):
    """RAISE in the function module."""


class ABAPRuntimeError(RFCLibError):
    """A message or a short dump."""


class LogonError(RFCLibError):
    """Refused at logon."""


class CommunicationError(RFCLibError):
    """The network."""


class ExternalRuntimeError(RFCLibError):
    """Misuse of the library."""


# ---- descriptions ------------------------------------------------------------------------------
class Description:
    """pyrfc's FunctionDescription."""

    def __init__(self, function: str, missing: set[str]) -> None:
        self.name = function
        self.parameters = [
            _parameter(name, row[0], row[1], row[2], missing)
            for name, row in INTERFACES["functions"][function].items()
            if name not in missing
        ]


class Line:
    """pyrfc's TypeDescription."""

    def __init__(self, structure: str, parameter: str, missing: set[str]) -> None:
        rows = INTERFACES["structures"].get(structure, [])
        self.name = structure
        self.fields = [
            {"name": name, **_typed("field_type", abap_type, length, decimals)}
            for name, abap_type, length, decimals in rows
            if f"{parameter}.{name}" not in missing
        ]


def _parameter(
    name: str, direction: str, kind: str, line: Any, missing: set[str]
) -> dict[str, Any]:
    described: dict[str, Any] = {"name": name, "direction": DIRECTIONS[direction]}
    if kind == "scalar":
        return {**described, **_typed("parameter_type", *line), "type_description": None}
    kind_name = "RFCTYPE_TABLE" if kind == "table" else "RFCTYPE_STRUCTURE"
    return {
        **described,
        "parameter_type": kind_name,
        "nuc_length": 0,
        "decimals": 0,
        "type_description": Line(line, name, missing),
    }


def _typed(key: str, abap_type: str, length: int, decimals: int) -> dict[str, Any]:
    if abap_type in PACKED:
        return {key: "RFCTYPE_BCD", "nuc_length": length // 2 + 1, "decimals": decimals}
    name = "RFCTYPE_CHAR" if abap_type in CHARACTERS else OTHERS[abap_type]
    return {key: name, "nuc_length": length, "decimals": decimals}


# ---- the connection ----------------------------------------------------------------------------
Answer = Mapping[str, Any] | Exception | Callable[..., Mapping[str, Any]]


@dataclass
class FakeSap:
    """A SAP system: what it answers, and what it was asked. ``missing`` makes it an older one."""

    answers: dict[str, Any] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    described: list[str] = field(default_factory=list)
    connections: list[FakeConnection] = field(default_factory=list)
    opening_error: Exception | None = None
    logons: list[dict[str, Any]] = field(default_factory=list)

    def connect(self, **parameters: Any) -> FakeConnection:
        self.logons.append(parameters)
        if self.opening_error is not None:
            raise self.opening_error
        connection = FakeConnection(self)
        self.connections.append(connection)
        return connection

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def sent(self, function: str) -> dict[str, Any]:
        """The parameters of the one call of this function."""
        (found,) = [parameters for name, parameters in self.calls if name == function]
        return found

    @property
    def functions(self) -> list[str]:
        return [name for name, _ in self.calls]


class FakeConnection:
    """One connection; answers in turn when given a list."""

    def __init__(self, system: FakeSap) -> None:
        self.system = system
        self.is_closed = False
        self.options: list[dict[str, Any]] = []

    def get_function_description(self, name: str) -> Description:
        self.system.described.append(name)
        if name in self.system.missing or name not in INTERFACES["functions"]:
            raise ABAPApplicationError("", 5, "FU_NOT_FOUND", msg_class="FL", msg_number="046")
        return Description(name, self.system.missing)

    def call(self, name: str, options: dict[str, Any], **parameters: Any) -> Mapping[str, Any]:
        assert not self.is_closed, "a closed connection was used"
        self.options.append(options)
        self.system.calls.append((name, parameters))
        answer = self.system.answers.get(name, {})
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        answered: Mapping[str, Any] = answer(**parameters) if callable(answer) else answer
        return {**self._empty_tables(name), **answered}

    def _empty_tables(self, name: str) -> dict[str, Any]:
        """pyrfc gives every table of the interface, filled or not."""
        parameters = INTERFACES["functions"].get(name, {})
        return {
            parameter: []
            for parameter, row in parameters.items()
            if row[1] == "table" and parameter not in self.system.missing
        }

    def close(self) -> None:
        self.is_closed = True


def message(message_type: str, message_class: str, number: str, *variables: str) -> dict[str, Any]:
    """A row of BAPIRET2."""
    return {
        "TYPE": message_type,
        "ID": message_class,
        "NUMBER": number,
        "MESSAGE": f"text of {message_class} {number}",
        **{f"MESSAGE_V{n}": value for n, value in enumerate(variables, start=1)},
    }
