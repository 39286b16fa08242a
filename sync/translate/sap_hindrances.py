"""Why an order does not move in SAP, in plain words: blocks and missing data. Pure; no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from sync.causes.cause import Team
from sync.told import told

# The work that waits, by the kind of missing data (SAP sheet 13.2).
HELD_UP = {
    "general": "deliveries will not start",
    "delivery": "deliveries will not start",
    "picking": "picking will not start",
    "packing": "packing will not start",
    "goods issue": "goods issue cannot be posted",
    "pricing": "its prices are not complete",
    "billing": "it will not be billed",
}
COMPLETING = told(
    "{what}. Sales completes the order in SAP (transaction VA02, Edit, Incompletion log); the rest "
    "goes on by itself."
)


OF_BILLING = frozenset({"pricing", "billing"})


class HoldsUp(Enum):
    GOODS = auto()
    BILLING = auto()


@dataclass(frozen=True, slots=True)
class Hindrance:
    headline: str
    what: str  # what does not happen, and who does what about it
    owner: Team
    holds_up: HoldsUp


BLOCKS = {
    "credit": Hindrance(
        told("Blocked by SAP's credit check"),
        told(
            "No delivery starts. Finance releases the order in SAP (transaction VKM3) or asks the "
            "customer to pay."
        ),
        Team.FINANCE,
        HoldsUp.GOODS,
    ),
    "delivery": Hindrance(
        told("Delivery block in SAP"),
        told(
            "What is blocked is not delivered. Logistics or sales removes the block in the SAP "
            "order (transaction VA02)."
        ),
        Team.LOGISTICS,
        HoldsUp.GOODS,
    ),
    "billing": Hindrance(
        told("Billing block in SAP"),
        told(
            "What is blocked is not billed. Finance removes the block in the SAP order "
            "(transaction VA02)."
        ),
        Team.FINANCE,
        HoldsUp.BILLING,
    ),
}


def what_is_held_up(incomplete_for: Sequence[str]) -> str:
    """``incomplete_for`` empty: SAP only said that data is missing."""
    kinds = [HELD_UP.get(kind, kind) for kind in incomplete_for or ("general",)]
    *others, last = dict.fromkeys(kinds)
    return f"{', '.join(others)} and {last}" if others else last


def hindrances(
    blocks: Sequence[str], *, is_incomplete: bool, incomplete_for: Sequence[str]
) -> list[Hindrance]:
    found = [BLOCKS[block] for block in blocks if block in BLOCKS]
    if is_incomplete:
        held_up = what_is_held_up(incomplete_for)
        what = told(COMPLETING, what=f"{held_up[0].upper()}{held_up[1:]}")
        is_for_billing = bool(incomplete_for) and OF_BILLING.issuperset(incomplete_for)
        holds_up = HoldsUp.BILLING if is_for_billing else HoldsUp.GOODS
        found.append(Hindrance(told("Incomplete in SAP"), what, Team.SALES, holds_up))
    return found
