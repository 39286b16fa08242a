"""How SAP says no, beyond what sync.errors knows: with its messages, or because of a lock."""

from __future__ import annotations

from collections.abc import Sequence

from sync.errors import OutcomeUnknown, RemoteMisconfigured, RemoteRejected, RemoteUnavailable
from sync.sap.explanations import UNKNOWN, Explanation, Kind, Owner
from sync.sap.records import SapMessage

SYSTEM = "sap"


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
            f"SAP's update task broke off ({message.key}: {message.quotable_text}). The "
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
