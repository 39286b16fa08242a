"""A remote call as the ledger keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

MASK = "•••"
LONGEST_LIST = 20
SENSITIVE = (
    "passw", "secret", "token", "authorization", "email", "e_mail", "telephone", "tel1_numbr",
    "street", "firstname", "lastname", "postcode", "postl_co", "fax",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exchange:
    """One remote call as the ledger keeps it: redacted, with what came back."""

    system: str  # "magento" or "sap"
    operation: str  # "POST order/17/ship", "BAPI_SALESORDER_CREATEFROMDAT2"
    is_write: bool
    started_at: datetime
    duration_seconds: float
    outcome: str  # "ok", "refused", "unavailable", "unknown"
    request: dict[str, Any]
    answer: dict[str, Any] | None


Observer = Callable[[Exchange], None]


def redact(value: Any) -> Any:
    """The same value with personal data and secrets masked and long lists cut."""
    if isinstance(value, dict):
        return {
            key: MASK if item and _is_sensitive(str(key)) else redact(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        kept = [redact(item) for item in value[:LONGEST_LIST]]
        left_out = len(value) - len(kept)
        return [*kept, f"… {left_out} more"] if left_out else kept
    return value


def _is_sensitive(key: str) -> bool:
    return any(word in key.lower() for word in SENSITIVE)
