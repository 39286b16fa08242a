"""What an ECC system lacks of the dictionary, which was read on S/4 (SAP sheet, releases, 6.2)."""

from __future__ import annotations

import os
import re

S4, ECC = "S4", "ECC"
# Tail fields and parameters that came with S/4; BUILD_LONG (a building's name) is older.
_LATER = re.compile(
    r"(?!BUILD_LONG$)\w+_LONG|INCOTERMSV|INCOTERMS[23]L|REQ_SEGMENT|SGT_\w+"
    r"|USE_ET_DATA_4_RETURN|ET_DATA"
)
_STATUS_IN_HEADER = re.compile(r"[A-Z]{2}STK")  # kept in VBUK on ECC
_DOCUMENT_CATEGORIES = {"VBTYP", "VBTYP_N", "VBTYP_V"}
_TABLES = {"VBAK", "VBAP", "VBUK", "LIKP", "LIPS", "VBRK", "VBRP"}


def release_from_environment() -> str:
    """``SAP_STANDIN_RELEASE``: S4 (default) or ECC."""
    release = os.environ.get("SAP_STANDIN_RELEASE", S4).upper()
    if release not in (S4, ECC):
        raise ValueError(f"SAP_STANDIN_RELEASE must be {S4} or {ECC}")
    return release


def lacks(release: str, structure: str, field: str) -> bool:
    """Whether the release has no such field; for a parameter ``structure`` is blank."""
    if release == S4:
        return False
    in_header = structure == "LIKP" and _STATUS_IN_HEADER.fullmatch(field)
    return bool(in_header or _LATER.fullmatch(field))


def length(release: str, structure: str, field: str, known: int) -> int:
    """The length on this release: document categories and materials of tables grew with S/4."""
    if structure not in _TABLES:
        return known
    if field in _DOCUMENT_CATEGORIES:
        return 4 if release == S4 else 1
    return (40 if release == S4 else 18) if field == "MATNR" else known
