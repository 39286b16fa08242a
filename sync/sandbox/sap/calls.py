"""What a function module is given when it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .exceptions import ABAPApplicationError, ErrorInfo
from .messages import Message
from .session import Session
from .system import SapSystem

Handler = Callable[["Call"], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the system, the caller's session, the decoded parameters."""

    system: SapSystem
    session: Session
    function: str
    parameters: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.parameters[name]

    def bapiret2(self, messages: list[Message]) -> list[dict[str, Any]]:
        """Messages as a RETURN table in the logon language."""
        return [message.bapiret2(self.session.language) for message in messages]

    def bapireturn(self, messages: list[Message]) -> dict[str, Any]:
        """The first message as a BAPIRETURN structure; empty if there is none."""
        return messages[0].bapireturn(self.session.language) if messages else {}

    def bapiret1(self, messages: list[Message]) -> dict[str, Any]:
        """The first message as a BAPIRETURN1 structure; empty if there is none."""
        return messages[0].bapiret1(self.session.language) if messages else {}


def abap_raise(key: str, message: Message | None = None) -> ABAPApplicationError:
    """RAISE in a function module, with or without a message."""
    if message is None:
        return ABAPApplicationError(ErrorInfo(" Number:000", 5, key, msg_number="000"))
    values = [*message.variables, "", "", "", ""][:4]
    text = (
        f"ID:{message.message_class} Type:{message.type} Number:{message.number} "
        f"{' '.join(message.variables)}"
    ).rstrip()
    return ABAPApplicationError(
        ErrorInfo(text, 5, key, message.message_class, message.type, message.number, *values)
    )
