"""The ABAP dictionary of the stand-in: function modules, their parameters, structures, fields."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
CHARACTER_TYPES = frozenset({"CHAR", "CUKY", "UNIT", "LANG", "CLNT"})
PACKED_TYPES = frozenset({"DEC", "CURR", "QUAN"})
_VBFA = {"VBFA": "VBFA_ECC"}  # the stand-in has the ECC key of the document flow


@dataclass(frozen=True, slots=True)
class Field:
    """A field; ``length`` in characters, digits (packed) or bytes (RAW)."""

    name: str
    abap_type: str
    length: int
    decimals: int = 0
    text: str = ""


@dataclass(frozen=True)
class Structure:
    """A flat structure, the line type of most tables."""

    name: str
    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {field.name: field for field in self.fields})

    by_name: dict[str, Field] = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter; exactly one of ``field`` (scalar) and ``structure`` is set."""

    name: str
    direction: str  # import, export, changing, tables: seen from the function module
    is_table: bool
    field: Field | None
    structure: Structure | None
    optional: bool
    default: str
    text: str


@dataclass(frozen=True, slots=True)
class FunctionModule:
    """The interface of a function module."""

    name: str
    parameters: dict[str, Parameter]


@cache
def _raw() -> dict[str, Any]:
    main: dict[str, Any] = json.loads((DATA / "function-modules.json").read_text("utf-8"))
    extra: dict[str, Any] = json.loads((DATA / "supplement.json").read_text("utf-8"))
    main["structures"].update(extra["structures"])
    for name, fields in extra["append"].items():
        main["structures"][name] += fields
    return main


@cache
def structure(name: str) -> Structure:
    """The structure or table ``name``; ``KeyError`` if the dictionary has none."""
    rows = _raw()["structures"][_VBFA.get(name, name)]
    return Structure(name, tuple(Field(*row) for row in rows))


def has_structure(name: str) -> bool:
    """Whether the dictionary knows the structure or table."""
    return _VBFA.get(name, name) in _raw()["structures"]


@cache
def function_module(name: str) -> FunctionModule:
    """The interface of ``name``; ``KeyError`` if there is no such module."""
    rows = _raw()["functions"][name]
    return FunctionModule(name, {key: _parameter(key, row) for key, row in rows.items()})


def _parameter(name: str, row: list[Any]) -> Parameter:
    direction, kind, type_name, optional, default, text = row
    scalar, line = None, None
    if ":" in type_name:
        abap_type, *numbers = type_name.split(":")
        scalar = Field(name, abap_type, int(numbers[0]), int(numbers[1]) if numbers[1:] else 0)
    else:
        line = structure(type_name)
    is_table = kind == "table"
    return Parameter(name, direction, is_table, scalar, line, bool(optional), default, text)
