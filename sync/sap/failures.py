"""What an exception out of a call means: for the outcome, for the session, for who must act.

pyrfc sheet 5 and 6. Classes are told by name, so pyrfc and the stand-in both work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sync.causes.sap import SapCause
from sync.errors import (
    LogonRefused,
    OutcomeUnknown,
    RemoteUnavailable,
    SyncError,
    UnexpectedRecord,
)
from sync.names.calls import sap_call_name
from sync.sap.connection import class_names
from sync.sap.messages import explain
from sync.sap.records import SapMessage
from sync.sap.refusals import (
    SapDumped,
    SapException,
    SapFieldMissing,
    SapFieldRefused,
    SapNotAuthorized,
)
from sync.told import told

FIELD_NAME = re.compile(r"[A-Z/][A-Z0-9_/]{0,29}")
# ExternalRuntimeError while filling: an unknown field, a value not convertible. Nothing was sent.
INVALID_PARAMETER, CONVERSION_FAILURE = 20, 22
SHORT_DUMP = 3
FILL_CODES = {INVALID_PARAMETER, CONVERSION_FAILURE}
FUNCTION_MISSING = "FU_NOT_FOUND"
NO_AUTHORITY = "RFC_NO_AUTHORITY"
TIME_OUT_KEYS = {"TIME_OUT", "RFC_CANCELED", "RFC_TIMEOUT"}


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed call; ``keeps_session`` only when the ABAP session is surely the same as before."""

    error: SyncError | None  # None: not a remote failure, the exception itself goes up
    keeps_session: bool
    outcome: str  # "refused", "unavailable", "unknown"
    was_cut: bool = False  # the connection was gone before or during the call


def read_failure(exc: BaseException, function: str, *, changes: bool) -> Failure:
    """``changes``: the function may have saved."""
    refused = _refusal(exc, function)
    if refused is not None:
        return refused
    if changes:
        return Failure(_unknown(exc, function), False, "unknown")
    if "RFCError" in class_names(exc) or isinstance(exc, OSError):
        return Failure(_unavailable(exc, function), False, "unavailable", _was_cut(exc))
    if isinstance(exc, UnexpectedRecord):
        return Failure(exc, True, "refused")  # a read with an unclear RETURN
    if isinstance(exc, ValueError | ArithmeticError):
        # Results are converted after SAP has run the call (pyrfc sheet 4).
        return Failure(_unreadable(exc, function), False, "unavailable")
    return Failure(None, False, "unavailable")


def _refusal(exc: BaseException, function: str) -> Failure | None:
    """A call that certainly did not run, or was refused; ``None`` for any other failure."""
    names, code = class_names(exc), getattr(exc, "code", None)
    if "ABAPApplicationError" in names:
        return Failure(_application_error(exc, function), True, "refused")
    if "ExternalRuntimeError" in names and code in FILL_CODES:
        return Failure(_refused_by_library(exc, function), True, "refused")
    if isinstance(exc, TypeError | OverflowError | UnicodeEncodeError | AttributeError):
        return Failure(_not_fillable(exc, function), True, "refused")
    if getattr(exc, "key", None) == NO_AUTHORITY:
        # Refused before the function ran, but the session is a new one.
        return Failure(SapNotAuthorized(function), False, "refused")
    return None


def _application_error(exc: BaseException, function: str) -> SyncError:
    key = str(getattr(exc, "key", "") or told("an exception"))
    if key == FUNCTION_MISSING:
        return SapFieldMissing(function)
    message_class = str(getattr(exc, "msg_class", "") or "").strip()
    if not message_class:
        return SapException(function, key)
    variables = tuple(str(getattr(exc, f"msg_v{n}", "") or "").strip() for n in range(1, 5))
    message = SapMessage(
        type=str(getattr(exc, "msg_type", "") or "E"),
        message_class=message_class,
        number=str(getattr(exc, "msg_number", "") or ""),
        text="",
        variables=variables,
    )
    return SapException(function, key, message, explain(message))


def _refused_by_library(exc: BaseException, function: str) -> SyncError:
    if getattr(exc, "code", None) == INVALID_PARAMETER:
        quoted = re.search(r"field '([A-Z0-9_/]+)' not found", str(getattr(exc, "message", "")))
        return SapFieldMissing(
            f"{function}.{quoted[1]}" if quoted else told("field of {function}", function=function)
        )
    return SapFieldRefused(function, told("a value could not be converted"))


def _not_fillable(exc: BaseException, function: str) -> SyncError:
    """pyrfc appends field, structure and parameter to ``args``, innermost first. The value is in
    there too and must not be quoted."""
    args = exc.args[4:] if len(exc.args) > 4 and exc.args[2] == "of type" else exc.args[2:]
    path = [arg for arg in reversed(args) if isinstance(arg, str) and FIELD_NAME.fullmatch(arg)]
    return SapFieldRefused(".".join([function, *path]), told("the type of a value was refused"))


def _cause(exc: BaseException) -> str:
    """The exception's class and key; its texts hold hosts and, for MESSAGE, free text."""
    message_class = str(getattr(exc, "msg_class", "") or "").strip()
    if getattr(exc, "code", None) == 4 and message_class:
        detail = f"{message_class} {getattr(exc, 'msg_number', '')}".strip()
    else:
        detail = str(getattr(exc, "key", "") or "")
    name = type(exc).__name__
    return f"{name} {detail}".strip() if re.fullmatch(r"[A-Z0-9_/ ]{1,40}", detail) else name


def _unknown(exc: BaseException, function: str) -> SyncError:
    message = told(
        "SAP was asked to {call}, and no clear answer came back "
        "({reason}). The session was thrown away.",
        call=sap_call_name(function),
        reason=_cause(exc),
    )
    if _is_dump(exc):
        return SapDumped(message, str(getattr(exc, "key", "") or ""))
    return OutcomeUnknown(
        message,
        cause=SapCause.OUTCOME_UNKNOWN if _is_away(exc) else SapCause.BROKE_OFF,
    )


def _unreadable(exc: BaseException, function: str) -> SyncError:
    return UnexpectedRecord(
        told(
            "SAP was asked to {call} and answered with a value that pyrfc cannot convert ({kind}).",
            call=sap_call_name(function),
            kind=type(exc).__name__,
        ),
        cause=SapCause.UNCONVERTIBLE,
        detail=function,
    )


def _unavailable(exc: BaseException, function: str) -> SyncError:
    if "LogonError" in class_names(exc):
        return LogonRefused(told("SAP refused the logon."), cause=SapCause.LOGON)
    timed_out = str(getattr(exc, "key", "") or "") in TIME_OUT_KEYS
    cause = SapCause.TIMED_OUT if timed_out else SapCause.UNREACHABLE
    return RemoteUnavailable(
        told(
            "SAP did not answer when asked to {call} ({reason}).",
            call=sap_call_name(function),
            reason=_cause(exc),
        ),
        cause=cause if _is_away(exc) else SapCause.BROKE_OFF,
    )


def _was_cut(exc: BaseException) -> bool:
    """Gateways and firewalls cut idle connections, and the first call on them then fails (sheet
    13.16). A time-out, a dump or a refused logon is not a cut."""
    key = str(getattr(exc, "key", "") or "")
    return "CommunicationError" in class_names(exc) and key not in TIME_OUT_KEYS


def _is_dump(exc: BaseException) -> bool:
    return "ABAPRuntimeError" in class_names(exc) and getattr(exc, "code", None) == SHORT_DUMP


def _is_away(exc: BaseException) -> bool:
    """Whether SAP as a whole is away. A dump or a MESSAGE of type A only ends the program on this
    call's data, and an answer that cannot be converted did arrive."""
    names = class_names(exc)
    lost = "RFCError" in names or isinstance(exc, OSError)
    return lost and "ABAPRuntimeError" not in names
