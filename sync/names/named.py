"""A code's name, and what stands in for one."""

from __future__ import annotations

from collections.abc import Mapping


def quoted(code: str) -> str:
    """A code nobody has named, told apart from plain words; empty for none."""
    return f"“{code}”" if code else ""


def name_in(names: Mapping[str, str], code: str) -> str:
    return names.get(code) or quoted(code)


def name_with_code(names: Mapping[str, str], code: str) -> str:
    """For codes that people also use by themselves, such as billing type F2."""
    return f"{names[code]} ({code})" if code in names else quoted(code)
