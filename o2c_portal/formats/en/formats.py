"""The day before the month, for readers on both sides of the ocean; 24 hours, as SAP has them."""

from __future__ import annotations

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
