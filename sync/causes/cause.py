"""What the table of causes says about each cause."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LONGEST_KEY = 120
SHOP, SAP, PORTAL = "magento", "sap", ""  # the system a failure speaks of


class Kind(StrEnum):
    """What a failure calls for; each kind has a class of its own in ``sync.errors``."""

    UNAVAILABLE = "RemoteUnavailable"
    OUTCOME_UNKNOWN = "OutcomeUnknown"
    REJECTED = "RemoteRejected"
    MISCONFIGURED = "RemoteMisconfigured"
    UNEXPECTED = "UnexpectedRecord"
    MAPPING_MISSING = "MappingMissing"
    DISAGREE = "RecordsDisagree"
    CHANGED = "RemoteChanged"
    HELD = "OrderHeld"
    FAULT = "PortalFault"


class Team(StrEnum):
    """Who acts on a failure; the value is the word that pages show."""

    SALES = "Sales"
    LOGISTICS = "Logistics"
    FINANCE = "Finance"
    ADMINISTRATOR = "Administrator"


class Link(StrEnum):
    """The page on which a cause is removed, by its name in ``sync.urls``."""

    CONNECTIONS = "connections"
    READINESS = "readiness"
    MASTER_DATA = "master_data"


@dataclass(frozen=True, slots=True)
class Cause:
    """``owner`` acts; None means the team of the step that stopped. ``remedy`` says how, and names
    only what the owner can do. ``means_remote_is_away``: the remote as a whole does not answer,
    whatever it is asked for."""

    code: str
    headline: str
    remedy: str
    kind: Kind
    system: str
    owner: Team | None = None
    link: Link | None = None
    means_remote_is_away: bool = False

    def key(self, detail: str = "") -> str:
        """Equal for tasks that stopped for the same reason; ``detail`` separates those that need
        their own repair."""
        return f"{self.code}:{detail}"[:LONGEST_KEY] if detail else self.code
