"""The table of all recorded exchanges: how each is played, or why it does not concern the portal.

``coverage.toml`` has a line for each. ``client`` names a play of ``test_client`` or the kind of
error the client raises; ``shop`` names the suite in which the stand-in answers it. A word with a
dash in front is a reason instead, spelt out in ``[reasons]``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("coverage.toml")


@dataclass(frozen=True)
class Entry:
    """How one exchange is played on each side."""

    client: str
    shop: str


_document = tomllib.loads(FILE.read_text(encoding="utf-8"))
REASONS: dict[str, str] = _document["reasons"]
TABLE: dict[str, Entry] = {name: Entry(**line) for name, line in _document["exchanges"].items()}
