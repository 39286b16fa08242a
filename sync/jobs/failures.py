"""A failure as the ledger keeps it: its kind, its words, and the key of its cause."""

from __future__ import annotations

from sync.errors import NO_MAPPING, RemoteMisconfigured, SyncError

PORTAL_FAULT = "PortalFault"


def columns_of(error: BaseException) -> dict[str, str]:
    """The task's columns for ``error``; a bug's own text may hold data and stays in the log."""
    if isinstance(error, SyncError):
        return {
            "error_class": kind_of(error),
            "error_message": error.message,
            "cause_key": (error.cause_key or _cause_of(error))[:120],
            **error.mapping_columns,
        }
    name = type(error).__name__
    return {
        "error_class": PORTAL_FAULT,
        "error_message": f"A fault in the portal ({name}); the details are in the worker's log.",
        "cause_key": f"fault:{name}",
        **NO_MAPPING,
    }


def kind_of(error: SyncError) -> str:
    """The kind of ``sync.errors`` an error belongs to: a remote's own subclass says no more about
    who has to act."""
    if error.remote_is_unfit:
        return RemoteMisconfigured.__name__
    kinds = (kind for kind in type(error).__mro__ if kind.__module__ == SyncError.__module__)
    return next(kinds).__name__


def _cause_of(error: SyncError) -> str:
    """Failures of the same kind about the same system share a cause when nothing finer is known."""
    about = error.message.replace(error.reference, "…") if error.reference else error.message
    return f"{type(error).__name__}:{error.system}:{about[:60]}"
