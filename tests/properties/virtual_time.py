"""A time of its own for a test: it goes on only when told, for the portal and both stand-ins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

MOMENT = timedelta(milliseconds=1)  # every look at the clock takes one, so that no two are equal


class VirtualTime:
    """Begins tomorrow morning: after the real time that defaults of columns still read."""

    def __init__(self) -> None:
        self._now = self._begin = self._morning()

    @staticmethod
    def _morning() -> datetime:
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        return tomorrow.replace(hour=9, minute=0, second=0, microsecond=0)

    def __call__(self) -> datetime:
        """The present time."""
        self._now += MOMENT
        return self._now

    def go_to(self, moment: datetime) -> None:
        """Let it be ``moment``, unless that is over."""
        self._now = max(self._now, moment)

    def start_again(self) -> None:
        """Back to the first morning, for the next example."""
        self._now = self._begin

    def seconds(self, _clock: int = 0) -> float:
        """The same for the fence, which asks the system's clock."""
        return (self._now - self._begin).total_seconds()

    def rule(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the portal read this time."""
        monkeypatch.setattr(timezone, "now", self)
        fence_clock = SimpleNamespace(clock_gettime=self.seconds)
        monkeypatch.setattr("sync.fence.time", fence_clock)
