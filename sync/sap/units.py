"""Units of measure: ISO codes to SAP's internal keys. Sheet 1.5 (exit CUNIT).

SAP may map several internal units to one ISO code, so which one is meant can be configured.
"""

from __future__ import annotations

from collections.abc import Mapping

# Only codes that are no internal key themselves; KG, ST, EA and the like stay as they are.
INTERNAL_BY_ISO = {
    "PCE": "ST", "KGM": "KG", "GRM": "G", "TNE": "TO", "MTR": "M", "CMT": "CM", "MMT": "MM",
    "MTK": "M2", "MTQ": "M3", "LTR": "L", "MLT": "ML",
}  # fmt: skip


def internal_unit(unit: str, taught: Mapping[str, str]) -> str:
    """Converts an ISO code; any other key is taken as internal already."""
    bare = unit.strip()
    return taught.get(bare) or INTERNAL_BY_ISO.get(bare) or bare
