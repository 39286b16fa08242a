"""Figures as they are shown: a table for people, one line of JSON each for machines."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from enum import StrEnum


class Aim(StrEnum):
    """On which side of its target a figure is to be."""

    AT_MOST = "≤"
    AT_LEAST = "≥"
    STATED = " "


@dataclass(frozen=True, slots=True)
class Figure:
    """A median where it was measured more than once."""

    name: str
    value: float
    unit: str = ""
    target: float | None = None
    aim: Aim = Aim.AT_MOST

    @property
    def is_met(self) -> bool | None:
        """None where no target is set."""
        if self.target is None:
            return None
        is_below = self.value <= self.target
        return is_below if self.aim == Aim.AT_MOST else self.value >= self.target

    @property
    def row(self) -> str:
        wanted = f"{self.aim} {self.target:g}" if self.target is not None else ""
        verdict = {True: "met", False: "NOT MET", None: ""}[self.is_met]
        return f"{self.name:<58} {self.value:>12,.4g} {self.unit:<10} {wanted:>10}  {verdict}"

    @property
    def line(self) -> str:
        return json.dumps(
            {"figure": self.name, "value": round(self.value, 4), "unit": self.unit,
             "target": self.target, "met": self.is_met}
        )  # fmt: skip


def at_least(name: str, value: float, target: float, unit: str = "") -> Figure:
    return Figure(name, value, unit, target, Aim.AT_LEAST)


def set_up_django() -> None:
    """In a process whose environment names the stage's database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "o2c_portal.settings")
    import django

    django.setup()
