"""One finding of a readiness check."""

from __future__ import annotations

from dataclasses import dataclass

from sync.models import ReadinessFinding

State = ReadinessFinding.State


@dataclass(frozen=True, slots=True)
class Finding:
    """A check by name, its light, what was seen, and what to do about it."""

    name: str
    state: ReadinessFinding.State
    detail: str = ""
    remedy: str = ""


def green(name: str, detail: str = "") -> Finding:
    """All is well."""
    return Finding(name, State.GREEN, detail)


def amber(name: str, detail: str, remedy: str = "") -> Finding:
    """It works, but somebody should look."""
    return Finding(name, State.AMBER, detail, remedy)


def red(name: str, detail: str, remedy: str = "") -> Finding:
    """It does not work like this."""
    return Finding(name, State.RED, detail, remedy)
