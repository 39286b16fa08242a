"""A failure as the ledger keeps it."""

from __future__ import annotations

from sync.causes.cause import Cause, Kind
from sync.causes.portal import PortalCause
from sync.errors import SyncError

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
    """The task's columns for ``error``; a bug's own text may hold data and stays in the log."""
    if not isinstance(error, SyncError):
        name = type(error).__name__
        told = f"A fault in the portal ({name}); the details are in the worker's log."
        return columns_for(PortalCause.FAULT, told, detail=name)
    return columns_for(error.cause, error.message, kind=error.kind, detail=error.detail) | {
        "headline": _if_other(error.headline, error.cause.headline)[:160],
        "remedy": _if_other(error.remedy, error.cause.remedy),
        "owner": _if_other(error.owner or "", error.cause.owner or ""),
        **error.own_columns,
    }


def columns_for(
    cause: Cause, message: str, *, kind: Kind | None = None, detail: str = ""
) -> dict[str, str]:
    """The columns of a failure that is all its cause says."""
    return NO_FAILURE | {
        "error_class": kind or cause.kind,
        "error_message": message,
        "cause": cause.code,
        "cause_key": cause.key(detail),
    }


def _if_other(own: str, usual: str) -> str:
    """What the row of its cause does not say already."""
    return own if own != usual else ""
