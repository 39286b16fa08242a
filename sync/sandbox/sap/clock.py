"""The clock of the application server: what time it is, and how SAP writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """The present moment, aware UTC."""
    return datetime.now(UTC)


class Clock:
    """Times in the server's own zone, as ABAP keeps them."""

    def __init__(self, zone: str, now: Callable[[], datetime] = utc_now) -> None:
        self.zone = ZoneInfo(zone)
        self.now = now

    def local(self, moment: datetime) -> datetime:
        """The moment as the server's wall clock shows it."""
        return moment.astimezone(self.zone)

    def today(self) -> date:
        """The server's date."""
        return self.local(self.now()).date()

    def dats(self, moment: datetime | date | None) -> str:
        """``YYYYMMDD``; initial for ``None``."""
        if moment is None:
            return "00000000"
        day = self.local(moment) if isinstance(moment, datetime) else moment
        return day.strftime("%Y%m%d")

    def tims(self, moment: datetime | None) -> str:
        """``HHMMSS``; initial for ``None``."""
        return "000000" if moment is None else self.local(moment).strftime("%H%M%S")
