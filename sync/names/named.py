"""A code's name, and what stands in for one."""

from __future__ import annotations

from collections.abc import Mapping

from sync.told import told


def quoted(code: str) -> str:
    """A code nobody has named, told apart from plain words; empty for none."""
    return f"“{code}”" if code else ""


def name_in(names: Mapping[str, str], code: str) -> str:
    return names.get(code) or quoted(code)


def name_with_code(names: Mapping[str, str], code: str) -> str:
    """For codes that people also use by themselves, such as billing type F2."""
    if code not in names:
        return quoted(code)
    return told("{name} ({code})", name=names[code], code=code)
