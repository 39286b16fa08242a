"""The teams that act on what has stopped."""

from __future__ import annotations

from enum import StrEnum


class Team(StrEnum):
    """By the word a page shows."""

    SALES = "Sales"
    LOGISTICS = "Logistics"
    FINANCE = "Finance"
    ADMINISTRATOR = "Administrator"
