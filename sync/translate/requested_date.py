"""The delivery date SAP is asked for. Pure, and the same whenever the order is translated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sync.told import told
from sync.translate.sap_texts import TextFitter

SATURDAY = 5
ISO_DATE = len("2026-11-26")


@dataclass(frozen=True, slots=True)
class RequestedDate:
    """``chosen`` is what the customer chose in the shop, as the shop wrote it. Without a choice and
    without ``after_days``, SAP proposes the date."""

    after_days: int | None = None
    in_working_days: bool = True
    chosen: str = ""

    def of(self, ordered: date, fitter: TextFitter) -> date | None:
        """A chosen date that is no date, or before the order, is left out."""
        if self.chosen:
            chosen = _read(self.chosen)
            if chosen is not None and chosen >= ordered:
                return chosen
            fitter.leave_out(told("requested delivery date"), self.chosen)
        if self.after_days is None:
            return None
        if not self.in_working_days:
            return ordered + timedelta(days=self.after_days)
        return _working_days_after(ordered, self.after_days)


def _read(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:ISO_DATE])
    except ValueError:
        return None


def _working_days_after(day: date, count: int) -> date:
    while count or day.weekday() >= SATURDAY:
        day += timedelta(days=1)
        count -= count > 0 and day.weekday() < SATURDAY
    return day
