"""The last moment at which a write may still be sent, checked when its bytes leave.

A worker can be stopped anywhere (a stalled machine, a frozen process), and its lease may be over
when it wakes up between the check in the ledger and the sending. So each thread keeps the moment
until which a write may begin, and the transports check it immediately before they send.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sync.errors import LeaseLost

# A clock that goes on while the machine sleeps, where there is one.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_send_before: ContextVar[float | None] = ContextVar("send_before", default=None)


@contextmanager
def sending_within(seconds: float) -> Iterator[None]:
    """Writes sent inside later than ``seconds`` from now raise ``LeaseLost`` instead."""
    token = _send_before.set(time.clock_gettime(_CLOCK) + seconds)
    try:
        yield
    finally:
        _send_before.reset(token)


def refuse_if_late() -> None:
    """Raises ``LeaseLost`` when the time for the current write is over."""
    limit = _send_before.get()
    if limit is not None and time.clock_gettime(_CLOCK) > limit:
        raise LeaseLost("The worker was stopped too long: the write was not sent.")
