"""Exceptions with the names and attributes of pyrfc's (pyrfc sheet, section 5)."""

from __future__ import annotations

from dataclasses import asdict, dataclass


class RFCError(Exception):
    """Raised by the client library itself; carries no code or key."""


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """What the RFC library knows about a failure; blank where the library has nothing to say."""

    message: str = ""
    code: int = 0
    key: str = ""
    msg_class: str = ""
    msg_type: str = ""
    msg_number: str = ""
    msg_v1: str = ""
    msg_v2: str = ""
    msg_v3: str = ""
    msg_v4: str = ""


class RFCLibError(RFCError):
    """Raised by SAP's RFC library; ``str()`` begins with the number, an oddity of pyrfc."""

    code = 0

    def __init__(self, info: ErrorInfo | str = "", code: int | None = None, key: str = "") -> None:
        if not isinstance(info, ErrorInfo):
            info = ErrorInfo(message=info, code=self.code if code is None else code, key=key)
        super().__init__(info.message)
        self.info = info
        self.message = info.message
        self.code = info.code
        self.key = info.key
        self.msg_class = info.msg_class
        self.msg_type = info.msg_type
        self.msg_number = info.msg_number
        self.msg_v1, self.msg_v2 = info.msg_v1, info.msg_v2
        self.msg_v3, self.msg_v4 = info.msg_v3, info.msg_v4

    def __reduce__(self) -> tuple[type[RFCLibError], tuple[ErrorInfo]]:
        return (type(self), (self.info,))

    def __str__(self) -> str:
        details = (self.msg_class, self.msg_type, self.msg_number)
        variables = (self.msg_v1, self.msg_v2, self.msg_v3, self.msg_v4)
        return (
            f"{self.code} (rc={self.code}): key={self.key}, message={self.message} "
            f"[MSG: class={details[0]}, type={details[1]}, number={details[2]}, "
            f"v1-4:={';'.join(variables)}]"
        )


class ABAPApplicationError(RFCLibError):
    """A function module raised an exception, or does not exist."""

    code = 5


class ABAPRuntimeError(RFCLibError):
    """A short dump (code 3) or an ABAP message of type A, E or X (code 4)."""

    code = 3


class LogonError(RFCLibError):
    """User or password refused."""

    code = 2


class CommunicationError(RFCLibError):
    """The network or the partner is gone (1), or the call was cancelled (7)."""

    code = 1


class ExternalRuntimeError(RFCLibError):
    """Refused on the caller's side: bad handle (13), unknown field (20), not convertible (22)."""

    code = 20


class ExternalApplicationError(RFCLibError):
    """An error of an external application."""

    code = 17


class ExternalAuthorizationError(RFCLibError):
    """An authorisation error outside SAP."""

    code = 18


_BY_NAME: dict[str, type[RFCLibError]] = {
    cls.__name__: cls
    for cls in (
        ABAPApplicationError,
        ABAPRuntimeError,
        LogonError,
        CommunicationError,
        ExternalRuntimeError,
        ExternalApplicationError,
        ExternalAuthorizationError,
    )
}


def error_as_dict(error: RFCLibError) -> dict[str, object]:
    """The error as the stand-in sends it over the wire."""
    return {"class": type(error).__name__, **asdict(error.info)}


def error_from_dict(data: dict[str, object]) -> RFCLibError:
    """The reverse of ``error_as_dict``."""
    fields = {key: value for key, value in data.items() if key != "class"}
    return _BY_NAME[str(data["class"])](ErrorInfo(**fields))  # type: ignore[arg-type]


def field_not_found(name: str) -> ExternalRuntimeError:
    """An unknown parameter or field (code 20)."""
    return ExternalRuntimeError(f"field '{name}' not found", 20, "RFC_INVALID_PARAMETER")


def conversion_failure(text: str) -> ExternalRuntimeError:
    """A value the library cannot convert (code 22)."""
    return ExternalRuntimeError(text, 22, "RFC_CONVERSION_FAILURE")


def communication_failure(text: str) -> CommunicationError:
    """The partner was not reached, or the connection broke (code 1)."""
    return CommunicationError(text, 1, "RFC_COMMUNICATION_FAILURE")
