"""The ABAP dictionary of the stand-in: function modules, their parameters, structures, fields."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from .release import S4, lacks, length

DATA = Path(__file__).parent / "data"
CHARACTER_TYPES = frozenset({"CHAR", "CUKY", "UNIT", "LANG", "CLNT"})
PACKED_TYPES = frozenset({"DEC", "CURR", "QUAN"})


@dataclass(frozen=True, slots=True)
class Field:
    """A field; ``length`` in characters, digits (packed) or bytes (RAW)."""

    name: str
    abap_type: str
    length: int
    decimals: int = 0
    text: str = ""


@dataclass(frozen=True, eq=False)
class Structure:
    """A flat structure, the line type of most tables; ``lacking`` came with a later release."""

    name: str
    fields: tuple[Field, ...]
    lacking: dict[str, Field] = field(default_factory=dict)
    by_name: dict[str, Field] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {known.name: known for known in self.fields})


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
    """The interface of a function module; ``lacking`` came with a later release."""

    name: str
    parameters: dict[str, Parameter]
    lacking: dict[str, Parameter] = field(default_factory=dict)


@cache
def _raw() -> dict[str, Any]:
    main: dict[str, Any] = json.loads((DATA / "function-modules.json").read_text("utf-8"))
    extra: dict[str, Any] = json.loads((DATA / "supplement.json").read_text("utf-8"))
    main["structures"].update(extra["structures"])
    for name, fields in extra["append"].items():
        main["structures"][name] += fields
    return main


@cache
def structure(name: str, release: str = S4) -> Structure:
    """The structure or table ``name``; ``KeyError`` if the dictionary has none."""
    kept, lacking = [], {}
    for row in _raw()["structures"][_stored(name, release)]:
        field_name, abap_type, known, *rest = row
        found = Field(field_name, abap_type, length(release, name, field_name, known), *rest)
        if lacks(release, name, field_name):
            lacking[field_name] = found
        else:
            kept.append(found)
    return Structure(name, tuple(kept), lacking)


def has_structure(name: str) -> bool:
    """Whether the dictionary knows the structure or table."""
    return _stored(name, S4) in _raw()["structures"]


def _stored(name: str, release: str) -> str:
    """The document flow has another key on each release."""
    return f"VBFA_{release}" if name == "VBFA" else name


@cache
def function_module(name: str, release: str = S4) -> FunctionModule:
    """The interface of ``name``; ``KeyError`` if there is no such module."""
    rows = _raw()["functions"][name]
    parameters = {key: _parameter(key, row, release) for key, row in rows.items()}
    lacking = {key: parameters.pop(key) for key in list(parameters) if lacks(release, "", key)}
    return FunctionModule(name, parameters, lacking)


def _parameter(name: str, row: list[Any], release: str) -> Parameter:
    direction, kind, type_name, optional, default, text = row
    scalar, line = None, None
    if ":" in type_name:
        abap_type, *numbers = type_name.split(":")
        scalar = Field(name, abap_type, int(numbers[0]), int(numbers[1]) if numbers[1:] else 0)
    else:
        line = structure(type_name, release)
    is_table = kind == "table"
    return Parameter(name, direction, is_table, scalar, line, bool(optional), default, text)
