"""A wire that spoils records: what the remotes answer, with single values replaced on the way."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, Final

from tests.magento.test_mutations import STRANGE
from tests.wire import Line
from tests.world import World

GONE: Final = object()
Row = dict[str, Any]
Spoil = Callable[[str, Any], Any]

# As pyrfc could hand them over, and some that it never should.
STRANGE_VALUES: list[Any] = [
    GONE, None, True, 0, -1, 10**30, float("nan"), float("inf"), Decimal(-3), Decimal("NaN"),
    Decimal("-Infinity"), Decimal("1E+40"), Decimal("1E-40"), "", " ", "x", "Z", "ZZZZ", "-1",
    "NaN", "1_000", "١٢", "1,5", "99991231", "00000000", "20260230", "nonsense", "99999999",
    "240001", "\ud83d", "\ude00", "\x00", "a\x00b", "\u202e", "😀" * 30, "x" * 70_000, "9" * 5000,
    [], {}, ["x"], [None], b"\xff", "KAR", "XXX", "<b>&amp;</b>", "12345678901",
]  # fmt: skip
STRANGE_ROWS: list[Any] = [None, "x", [], 7, {}, b"row"]


@dataclass
class SpoiltLine(Line):
    """The wire of a world, with a hand on what comes back."""

    spoil: Spoil | None = field(default=None)

    def carry(self, name: str, call: Callable[[], Any]) -> Any:
        """One remote call; its answer as the hand left it."""
        answer = super().carry(name, call)
        return self.spoil(name, answer) if self.spoil else answer


def wired(world: World) -> SpoiltLine:
    """Put a spoiling wire between a world and its remotes."""
    line = SpoiltLine()
    world.line = line
    world.new_worker()
    return line


# ---- the shop ----------------------------------------------------------------------------------
def spoilt_text(chance: random.Random, document: Any, names: list[str]) -> str:
    """A JSON document with one to three members somewhere below these names made strange."""
    marks: dict[str, str] = {}
    spoilt = copy.deepcopy(document)
    for at in range(chance.choice((1, 1, 1, 2, 3))):
        owner, key = _a_place(chance, spoilt, names)
        if chance.random() < 0.2 and isinstance(owner, dict):
            del owner[key]
        else:
            mark = f"@@{chance.getrandbits(48)}-{at}@@"
            owner[key] = mark
            marks[mark] = chance.choice(STRANGE)
    text = json.dumps(spoilt)
    for mark, value in marks.items():
        text = text.replace(f'"{mark}"', value)
    return text


def _a_place(chance: random.Random, document: Any, names: list[str]) -> tuple[Any, Any]:
    owner, key = document, chance.choice([name for name in names if name in document] or names)
    while key in owner and isinstance(owner, dict) and chance.random() < 0.85:
        below = owner[key]
        if not (isinstance(below, dict | list) and below):
            break
        if isinstance(below, list):
            at = chance.randrange(len(below))
            if not isinstance(below[at], dict) or not below[at]:
                break
            below = below[at]
        owner, key = below, chance.choice(list(below))
    return owner, key


def with_body(answer: Any, text: str) -> Any:
    """A shop's answer with another body."""
    return SimpleNamespace(
        data=text.encode("utf-8", "surrogatepass"),
        headers={k: v for k, v in dict(answer.headers).items() if k.lower() != "content-length"},
        status_code=answer.status_code,
    )


# ---- SAP ---------------------------------------------------------------------------------------
def spoilt_row(chance: random.Random, row: Row, names: list[str]) -> tuple[Any, str, Any]:
    """A row of SAP's with one field made strange; with the field's name and the new value."""
    name, value = chance.choice(names), chance.choice(STRANGE_VALUES)
    changed = dict(row)
    if value is GONE:
        changed.pop(name, None)
    else:
        changed[name] = value
    return changed, name, value
