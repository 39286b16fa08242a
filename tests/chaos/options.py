"""What a run of chaos is asked for, and the times it sets for the portal."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path

from sync.sandbox.shop.versions import NEWER
from tests.chaos.events import SHARE

MANAGE = (sys.executable, str(Path(__file__).resolve().parents[2] / "manage.py"))
READ_TIMEOUT = 3  # seconds
CALL_TIMEOUT = 5  # seconds
SETTLE_BEYOND = 5  # seconds the portal waits beyond the longest a stand-in works: two busy cores
ENVIRONMENT = {
    "MAGENTO_DEMO_READ_TIMEOUT_SECONDS": str(READ_TIMEOUT),
    "MAGENTO_DEMO_CONNECT_TIMEOUT_SECONDS": "2",
    "MAGENTO_DEMO_CALL_TIMEOUT_SECONDS": str(CALL_TIMEOUT),
    "SAP_RFC_TIMEOUT_SECONDS": str(READ_TIMEOUT),
    "PULL_OVERLAP_SECONDS": "60",
    "FOLLOW_COMPLETE_EVERY_SECONDS": "20",
    "FOLLOW_COMPLETE_DAYS": "0.0005",
    "RETRY_SCALE": "0.1",
    "LOG_LEVEL": "WARNING",
    "WORKER_THREADS": "4",  # of each of several worker processes
    # Fewer than threads: they queue for sessions, across processes, and killed ones leave slots.
    "SAP_SESSIONS": "8",
    "MAGENTO_DEMO_CONNECTIONS": "8",
}


@dataclass(frozen=True, slots=True)
class Options:
    """One run; the same seed injects the same faults in the same order."""

    directory: Path
    orders: int = 300
    seed: int = 1
    database: str = "sqlite"
    workers: int = 3
    at_once: int = 40
    fault_every: float = 4.0
    patience: float = 150.0
    ports_from: int = 0
    worker_command: tuple[str, ...] = ()
    only: frozenset[str] = frozenset()  # kinds of faults, all when empty
    at: frozenset[str] = frozenset()  # calls at which faults may strike, all when empty
    shop_version: str = NEWER.name  # of Magento, as the stand-in shop plays it
    shapes: tuple[str, ...] = ()  # of orders, all everyday ones when empty
    deliveries: int = 0  # of each order that can leave in parts; 0: one to three
    events: float = SHARE  # share of the orders to which something happens by hand
    clickers: int = 2  # impatient people of each role
    lease: int = 15  # seconds
    server_time: float = 7.0  # seconds: the longest a stand-in is made to work on a call

    @property
    def environment(self) -> dict[str, str]:
        """The portal's settings: it concludes nothing before the longest call must be over."""
        settle = str(math.ceil(self.server_time) + SETTLE_BEYOND)
        return {
            **ENVIRONMENT,
            "LEASE_SECONDS": str(self.lease),
            "MAGENTO_SETTLE_SECONDS": settle,
            "SAP_SETTLE_SECONDS": settle,
        }
