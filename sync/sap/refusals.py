"""SAP's own errors: how it says no, and an answer that cannot be taken apart."""

from __future__ import annotations

from collections.abc import Sequence

from sync.errors import (
    OutcomeUnknown,
    RemoteMisconfigured,
    RemoteRejected,
    RemoteUnavailable,
    UnexpectedRecord,
)
from sync.exchanges import redact_text
from sync.sap.explanations import UNKNOWN, Explanation, Kind, Owner
from sync.sap.records import SapMessage

SYSTEM = "sap"


def quotable(message: SapMessage) -> str:
    """SAP's own text for a person, without mail addresses."""
    return redact_text(message.text).strip()[:220]


class Unattributed(UnexpectedRecord):
    """A row of an answer does not say which document it belongs to."""


class SapRejected(RemoteRejected):
    """SAP understood and refused; carries the messages, their meaning and a remedy."""

    def __init__(
        self,
        message: str,
        *,
        messages: Sequence[SapMessage] = (),
        explanation: Explanation = UNKNOWN,
        cause_key: str = "",
        reference: str = "",
    ) -> None:
        super().__init__(message, system=SYSTEM, reference=reference, cause_key=cause_key)
        self.messages = tuple(messages)
        self.kind: Kind = explanation.kind
        self.words = explanation.words
        self.remedy = explanation.remedy
        self.owner: Owner = explanation.owner


class SapLocked(RemoteUnavailable):
    """Someone has the document open in SAP; it is tried again by itself."""

    remote_is_away = False

    def __init__(
        self, message: str, *, messages: Sequence[SapMessage] = (), reference: str = ""
    ) -> None:
        super().__init__(message, system=SYSTEM, reference=reference, cause_key="sap:locked")
        self.messages = tuple(messages)


class SapUpdateFailed(OutcomeUnknown):
    """The commit says that SAP's update task broke off: looked up, and tried again by itself."""

    remote_is_away = False

    def __init__(self, message: SapMessage, *, reference: str = "") -> None:
        super().__init__(
            f"SAP's update task broke off ({message.key}: {quotable(message)}). The "
            "number it gave is looked up before anything is sent again.",
            system=SYSTEM,
            reference=reference,
            cause_key=f"sap:{message.key}",
        )


class SapFieldRefused(SapRejected):
    """A value does not fit its field in SAP; nothing was sent. ``field`` names the field only."""

    def __init__(self, field: str, why: str) -> None:
        explanation = Explanation(
            Kind.BUSINESS,
            "A value does not fit its field in SAP; nothing was sent.",
            "Correct the value in the order or its mapping.",
            Owner.SALES,
        )
        super().__init__(
            f"A value does not fit SAP's field {field}: {why}.",
            explanation=explanation,
            cause_key=f"sap:field:{field}",
        )
        self.field = field


class SapFieldMissing(RemoteMisconfigured):
    """This SAP system lacks a function, parameter or field that we must send."""

    def __init__(self, field: str) -> None:
        super().__init__(
            f"This SAP system has no {field}.", system=SYSTEM, cause_key=f"sap:missing:{field}"
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
            f"{function} refused with {key}.",
            messages=(message,) if message else (),
            explanation=explanation,
            cause_key=f"sap:{function}:{key}",
        )
        self.key = key


class SapNotAuthorized(RemoteMisconfigured):
    """The RFC user may not call this function or read this table."""

    def __init__(self, function: str) -> None:
        super().__init__(
            f"The RFC user is not authorised for {function}. Add the function group to its "
            "S_RFC authorisation.",
            system=SYSTEM,
            cause_key=f"sap:authorisation:{function}",
        )
