"""Parameters on the ABAP side: decoded from the wire with initial values, and encoded again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .dictionary import CHARACTER_TYPES, PACKED_TYPES, Field, FunctionModule, Parameter, Structure
from .wrap import initial


class Row(dict[str, Any]):
    """A structure in ABAP memory: a field that was not set has its initial value."""

    def __init__(self, structure: Structure, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.structure = structure

    def __missing__(self, name: str) -> Any:
        field = self.structure.by_name.get(name) or self.structure.lacking[name]
        return _native(field, initial(field))

    def date(self, name: str) -> str:
        """A date as ``YYYYMMDD``, or blank when initial."""
        value: str = self[name]
        return "" if value.strip("0 ") == "" else value


def decode(module: FunctionModule, wire: dict[str, Any]) -> dict[str, Any]:
    """All parameters of the module, those not sent with their default or initial value."""
    known = {**module.parameters, **module.lacking}
    return {name: _decoded(parameter, wire.get(name)) for name, parameter in known.items()}


def _decoded(parameter: Parameter, value: Any) -> Any:
    if parameter.structure is None:
        assert parameter.field is not None
        if value is None:
            has_default = parameter.default not in ("", "SPACE")
            value = parameter.default if has_default else initial(parameter.field)
        return _native(parameter.field, value)
    if parameter.is_table:
        return [_row(parameter.structure, row) for row in value or []]
    return _row(parameter.structure, value or {})


def _row(structure: Structure, values: dict[str, Any]) -> Row:
    by_name = structure.by_name
    return Row(structure, {name: _native(by_name[name], item) for name, item in values.items()})


def _native(field: Field, value: Any) -> Any:
    if field.abap_type in PACKED_TYPES:
        return Decimal(value)
    return value.rstrip(" ") if field.abap_type in CHARACTER_TYPES else value


def encode(module: FunctionModule, results: dict[str, Any]) -> dict[str, Any]:
    """Results ready for the wire; left out are initial fields and what the release lacks."""
    wire = {}
    for name, value in results.items():
        if name in module.lacking:
            continue
        parameter = module.parameters[name]
        if parameter.structure is None:
            assert parameter.field is not None
            wire[name] = _sent(parameter.field, value)
        elif parameter.is_table:
            wire[name] = [_sent_row(parameter.structure, row) for row in value]
        else:
            wire[name] = _sent_row(parameter.structure, value)
    return wire


def _sent_row(structure: Structure, row: dict[str, Any]) -> dict[str, Any]:
    by_name, lacking = structure.by_name, structure.lacking
    return {
        name: _sent(by_name[name], value)
        for name, value in row.items()
        if (value or value == 0) and name not in lacking
    }


def _sent(field: Field, value: Any) -> Any:
    if field.abap_type in PACKED_TYPES:
        return format(Decimal(value).quantize(Decimal(1).scaleb(-field.decimals)), "f")
    if field.abap_type == "NUMC":
        return str(value).zfill(field.length)
    if field.abap_type in CHARACTER_TYPES:
        return str(value)[: field.length]
    return value
