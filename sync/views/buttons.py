"""A button that a page offers for what comes next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Button:
    """Posts where it does the work itself, after its question is answered where it ``asks``;
    otherwise it opens the page where it is done."""

    label: str
    url: str
    icon: str
    is_post: bool = False
    asks: bool = False
    is_main: bool = True
    permission: str = ""
