"""How the environment variables of a shop are named, for the settings as well."""

from __future__ import annotations


def shop_variables(code: str) -> str:
    """What their names begin with, in whatever case the code is written."""
    return f"MAGENTO_{code.upper().replace('-', '_')}_"
