"""Function descriptions with the attributes of pyrfc's (pyrfc sheet, sections 2 and 3)."""

from __future__ import annotations

from typing import Any

from .dictionary import CHARACTER_TYPES, PACKED_TYPES, Field, FunctionModule, Parameter, Structure

_RFC_TYPES = {
    "NUMC": "RFCTYPE_NUM",
    "DATS": "RFCTYPE_DATE",
    "TIMS": "RFCTYPE_TIME",
    "INT1": "RFCTYPE_INT1",
    "INT2": "RFCTYPE_INT2",
    "INT4": "RFCTYPE_INT",
    "INT8": "RFCTYPE_INT8",
    "FLTP": "RFCTYPE_FLOAT",
    "RAW": "RFCTYPE_BYTE",
    "STRING": "RFCTYPE_STRING",
    "XSTRING": "RFCTYPE_XSTRING",
}
_DIRECTIONS = {
    "import": "RFC_IMPORT",
    "export": "RFC_EXPORT",
    "changing": "RFC_CHANGING",
    "tables": "RFC_TABLES",
}
_BINARY = {"INT1": 1, "INT2": 2, "INT4": 4, "INT8": 8, "FLTP": 8, "STRING": 8, "XSTRING": 8}


def rfc_type(field: Field) -> str:
    """The name of the library's type constant."""
    if field.abap_type in CHARACTER_TYPES:
        return "RFCTYPE_CHAR"
    return "RFCTYPE_BCD" if field.abap_type in PACKED_TYPES else _RFC_TYPES[field.abap_type]


def lengths(field: Field) -> tuple[int, int]:
    """Bytes in a non-Unicode and in a Unicode system."""
    if field.abap_type in PACKED_TYPES:
        size = field.length // 2 + 1
        return size, size
    if field.abap_type in _BINARY:
        return _BINARY[field.abap_type], _BINARY[field.abap_type]
    return (
        (field.length, field.length)
        if field.abap_type == "RAW"
        else (field.length, field.length * 2)
    )


class TypeDescription:
    """A structure; ``fields`` as pyrfc's list of dicts."""

    def __init__(self, structure: Structure) -> None:
        self.name = structure.name
        self.fields: list[dict[str, Any]] = []
        nuc_offset = uc_offset = 0
        for field in structure.fields:
            nuc, uc = lengths(field)
            self.fields.append(
                {
                    "name": field.name,
                    "field_type": rfc_type(field),
                    "nuc_length": nuc,
                    "nuc_offset": nuc_offset,
                    "uc_length": uc,
                    "uc_offset": uc_offset,
                    "decimals": field.decimals,
                    "type_description": None,
                }
            )
            nuc_offset, uc_offset = nuc_offset + nuc, uc_offset + uc
        self.nuc_length, self.uc_length = nuc_offset, uc_offset


class FunctionDescription:
    """A function module; ``parameters`` as pyrfc's list of dicts."""

    def __init__(self, module: FunctionModule) -> None:
        self.name = module.name
        self.parameters = [_describe(parameter) for parameter in module.parameters.values()]


def _describe(parameter: Parameter) -> dict[str, Any]:
    if parameter.structure is not None:
        type_description = TypeDescription(parameter.structure)
        kind = "RFCTYPE_TABLE" if parameter.is_table else "RFCTYPE_STRUCTURE"
        nuc, uc, decimals = type_description.nuc_length, type_description.uc_length, 0
    else:
        assert parameter.field is not None
        type_description = None
        kind = rfc_type(parameter.field)
        (nuc, uc), decimals = lengths(parameter.field), parameter.field.decimals
    return {
        "name": parameter.name,
        "parameter_type": kind,
        "direction": _DIRECTIONS[parameter.direction],
        "nuc_length": nuc,
        "uc_length": uc,
        "decimals": decimals,
        "default_value": parameter.default,
        "parameter_text": parameter.text,
        "optional": parameter.optional,
        "type_description": type_description,
    }
