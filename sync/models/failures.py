"""A failure as the ledger keeps it."""

from __future__ import annotations

from sync.causes.cause import Cause, Kind
from sync.causes.portal import PortalCause
from sync.errors import SyncError
from sync.told import told

NO_FAILURE = {
    "error_class": "",
    "error_message": "",
    "cause": "",
    "cause_key": "",
    "headline": "",
    "remedy": "",
    "owner": "",
    "sap_message_class": "",
    "sap_message_number": "",
    "mapping_table": "",
    "mapping_key": "",
    "mapping_field": "",
}


def columns_of(error: Exception) -> dict[str, str]:
    """The task's columns for ``error``. The text of an unexpected exception may hold customer data,
    so it stays in the log."""
    if not isinstance(error, SyncError):
        name = type(error).__name__
        message = told(
            "A fault in the portal ({name}); the details are in the worker's log.", name=name
        )
        return columns_for(PortalCause.FAULT, message, detail=name)
    return columns_for(error.cause, error.message, kind=error.kind, detail=error.detail) | {
        "headline": _if_other(error.headline, error.cause.headline)[:160],
        "remedy": _if_other(error.remedy, error.cause.remedy),
        "owner": _if_other(error.owner or "", error.cause.owner or ""),
        **error.own_columns,
    }


def columns_for(
    cause: Cause, message: str, *, kind: Kind | None = None, detail: str = ""
) -> dict[str, str]:
    """The task's columns for a failure that is fully described by its cause."""
    return NO_FAILURE | {
        "error_class": kind or cause.kind,
        "error_message": message,
        "cause": cause.code,
        "cause_key": cause.key(detail),
    }


def _if_other(own: str, usual: str) -> str:
    """Store only what differs from the cause's own row."""
    return own if own != usual else ""
