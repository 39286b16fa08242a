"""The result of one readiness check."""

from __future__ import annotations

from dataclasses import dataclass

from sync.models import ReadinessFinding

State = ReadinessFinding.State


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Green works, amber works but a person should look at it, red cannot work like this."""

    name: str
    state: ReadinessFinding.State
    detail: str = ""
    remedy: str = ""


def green(name: str, detail: str = "") -> CheckResult:
    return CheckResult(name, State.GREEN, detail)


def amber(name: str, detail: str, remedy: str = "") -> CheckResult:
    return CheckResult(name, State.AMBER, detail, remedy)


def red(name: str, detail: str, remedy: str = "") -> CheckResult:
    return CheckResult(name, State.RED, detail, remedy)
