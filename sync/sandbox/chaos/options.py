"""What a run of chaos is asked for, and the times it sets for the portal."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

# Seconds. The longest a stand-in is made to work on a call is LONGEST_SERVER_TIME, plus what two
# busy cores add; the portal must wait longer than that before it concludes anything.
LONGEST_SERVER_TIME = 7.0
SETTLE = 12
LEASE = 15
READ_TIMEOUT = 3
ENVIRONMENT = {
    "LEASE_SECONDS": str(LEASE),
    "MAGENTO_SETTLE_SECONDS": str(SETTLE),
    "SAP_SETTLE_SECONDS": str(SETTLE),
    "MAGENTO_DEMO_READ_TIMEOUT_SECONDS": str(READ_TIMEOUT),
    "MAGENTO_DEMO_CONNECT_TIMEOUT_SECONDS": "2",
    "SAP_RFC_TIMEOUT_SECONDS": str(READ_TIMEOUT),
    "PULL_OVERLAP_SECONDS": "60",
    "FOLLOW_COMPLETE_EVERY_SECONDS": "20",
    "FOLLOW_COMPLETE_DAYS": "0.0005",
    "RETRY_SCALE": "0.1",
    "LOG_LEVEL": "WARNING",
}


@dataclass(frozen=True, slots=True)
class Options:
    """One run; the same seed injects the same faults in the same order."""

    directory: Path
    manage: tuple[str, ...]
    orders: int = 300
    seed: int = 1
    database: str = "sqlite"
    workers: int = 3
    at_once: int = 40
    fault_every: float = 4.0
    patience: float = 150.0
    ports_from: int = 0
    worker_command: tuple[str, ...] = ()
    only: frozenset[str] = frozenset()
    environment: dict[str, str] = field(default_factory=lambda: dict(ENVIRONMENT))
