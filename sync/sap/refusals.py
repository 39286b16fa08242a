"""SAP's own errors: how it says no, and an answer that cannot be taken apart."""

from __future__ import annotations

from collections.abc import Sequence

from sync.causes.cause import Cause, Team
from sync.causes.sap import SapCause
from sync.errors import (
    OutcomeUnknown,
    RemoteMisconfigured,
    RemoteRejected,
    RemoteUnavailable,
    UnexpectedRecord,
)
from sync.exchanges import redact_text
from sync.names.calls import sap_call_name
from sync.sap.explanations import UNKNOWN, Explanation
from sync.sap.records import SapMessage
from sync.told import told


def quotable(message: SapMessage) -> str:
    """SAP's own text without mail addresses, fit to be shown."""
    return redact_text(message.text).strip()[:220]


class Unattributed(UnexpectedRecord):
    """A row of an answer does not say which document it belongs to."""

    def __init__(self, what: str) -> None:
        super().__init__(what, cause=SapCause.UNREADABLE)


class SapRejected(RemoteRejected):
    """SAP understood and refused. The first of ``messages`` says why; ``explanation`` says what it
    means, what to do about it and who does it."""

    def __init__(
        self,
        message: str,
        *,
        cause: Cause,
        detail: str,
        messages: Sequence[SapMessage] = (),
        explanation: Explanation = UNKNOWN,
        reference: str = "",
    ) -> None:
        super().__init__(message, cause=cause, detail=detail, reference=reference)
        self.messages = tuple(messages)
        self.explanation = explanation
        if messages:
            self.headline = f"{cause.headline}: {messages[0].key}"
        if explanation is not UNKNOWN:
            self.remedy = explanation.remedy
            self.owner = Team[explanation.owner.name]

    @property
    def own_columns(self) -> dict[str, str]:
        if not self.messages:
            return {}
        first = self.messages[0]
        return {
            "sap_message_class": first.message_class,
            "sap_message_number": first.number,
        }


class SapLocked(RemoteUnavailable):
    """Someone has the document open in SAP; the portal tries again by itself."""

    def __init__(
        self, message: str, *, messages: Sequence[SapMessage] = (), reference: str = ""
    ) -> None:
        super().__init__(message, cause=SapCause.LOCKED, reference=reference)
        self.messages = tuple(messages)


class SapUpdateFailed(OutcomeUnknown):
    """The commit reports that SAP's update task failed; the portal looks and tries again by
    itself."""

    def __init__(self, message: SapMessage, *, reference: str = "") -> None:
        super().__init__(
            told(
                "SAP's update task broke off ({key}: {text}). The "
                "number it gave is looked up before anything is sent again.",
                key=message.key,
                text=quotable(message),
            ),
            cause=SapCause.UPDATE_FAILED,
            detail=message.key,
            reference=reference,
        )


class SapDumped(OutcomeUnknown):
    """A function that saves broke off with the runtime error ``key``; nothing was committed if it
    was the create (SAP sheet 13.13)."""

    def __init__(self, message: str, key: str) -> None:
        super().__init__(message, cause=SapCause.BROKE_OFF)
        self.key = key


class SapFieldRefused(SapRejected):
    """A value does not fit its field in SAP; nothing was sent. ``field`` never holds the value."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(
            told("A value does not fit SAP's field {field}: {why}.", field=field, why=why),
            cause=SapCause.FIELD_REFUSED,
            detail=field,
        )
        self.field = field


class SapFieldMissing(RemoteMisconfigured):
    """This SAP system lacks a function, parameter or field that we must send."""

    def __init__(self, field: str) -> None:
        super().__init__(
            told("This SAP system has no {field}.", field=field),
            cause=SapCause.FIELD_MISSING,
            detail=field,
        )
        self.field = field


class SapException(SapRejected):
    """A function module raised an ABAP exception, named by ``key``."""

    def __init__(
        self,
        function: str,
        key: str,
        message: SapMessage | None = None,
        explanation: Explanation = UNKNOWN,
    ) -> None:
        super().__init__(
            told("SAP refused to {call}: {key}.", call=sap_call_name(function), key=key),
            cause=SapCause.EXCEPTION,
            detail=f"{function}:{key}",
            messages=(message,) if message else (),
            explanation=explanation,
        )
        self.key = key


class SapNotAuthorized(RemoteMisconfigured):
    """The RFC user may not call this function or read this table."""

    def __init__(self, function: str) -> None:
        super().__init__(
            told(
                "The portal's user in SAP may not {call} ({function}).",
                call=sap_call_name(function),
                function=function,
            ),
            cause=SapCause.NOT_AUTHORISED,
            detail=function,
        )
