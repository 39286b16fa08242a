"""Faults on demand: what goes wrong, how often, how long, and for which function module."""

from __future__ import annotations

import itertools
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = {
    "latency": "every call takes longer by the given seconds",
    "refuse": "the port is really closed for the given seconds",
    "dump": "short dump: ABAPRuntimeError 3",
    "abort": "MESSAGE of type A: ABAPRuntimeError 4, its key is the message text",
    "drop_before": "connection lost, nothing was done",
    "drop_after": "done, but the answer is lost",
    "lost_commit_answer": "the commit took effect, its answer is lost",
    "commit_error": "the update task fails: RETURN of the commit holds an error",
    "locked": "V1 042, the document is being processed by another user",
    "message": "the order is refused with the message named by key, such as F5 201",
    "logon_refused": "user or password is not accepted",
}
_numbers = itertools.count(1)


class ConnectionDropped(Exception):
    """The connection to the caller is to be cut without an answer."""


@dataclass(slots=True)
class Fault:
    """An armed fault; ``times`` 0 = until removed; blank ``operation`` = any function module."""

    kind: str
    times: int = 1
    seconds: float = 0.0
    operation: str = ""
    key: str = "TIME_OUT"
    number: int = field(default_factory=lambda: next(_numbers))
    fired: int = 0


class FaultPanel:
    """Holds the armed faults; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def arm(
        self, kind: str, *, times: int = 1, seconds: float = 0.0, operation: str = "", key: str = ""
    ) -> Fault:
        """Add a fault; ``ValueError`` for an unknown kind or a negative number."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; known: {', '.join(KINDS)}")
        if times < 0 or not 0 <= seconds <= 3600:
            raise ValueError("times must be 0 or more, seconds between 0 and 3600")
        fault = Fault(kind, times, seconds, operation.strip().upper(), key or "TIME_OUT")
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, kind: str, operation: str = "") -> Fault | None:
        """The first fault that strikes now; it counts as fired once."""
        with self._lock:
            for fault in self._faults:
                if fault.kind == kind and fault.operation in ("", operation):
                    fault.fired += 1
                    if fault.times and fault.fired >= fault.times:
                        self._faults.remove(fault)
                    return fault
        return None

    def clear(self, number: int | None = None) -> None:
        """Remove one fault, or all."""
        with self._lock:
            self._faults = (
                []
                if number is None
                else [fault for fault in self._faults if fault.number != number]
            )

    def as_dicts(self) -> list[dict[str, Any]]:
        """The armed faults as the control API shows them."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]
