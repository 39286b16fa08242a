"""The flows between shop and SAP: each safe to repeat, and to be interrupted anywhere."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from sync.models import Step
from sync.models.steps import ASKING
from sync.steps.step_run import Slice, StepRun


def _carried_out_by(step: Step) -> Callable[[StepRun], str | Slice]:
    """A step's module and function have the step's name; the function returns what it did."""
    name = step.name.lower()
    found: Callable[[StepRun], str | Slice] = getattr(import_module(f"{__name__}.{name}"), name)
    return found


STEPS: dict[str, Callable[[StepRun], str | Slice]] = {
    step: _carried_out_by(step) for step in Step if step not in ASKING
}

__all__ = ["STEPS", "Slice", "StepRun"]
