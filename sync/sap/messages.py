"""What SAP's messages mean: for whom they are, in plain words, with a remedy. SAP sheet 3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sync.errors import UnexpectedRecord
from sync.exchanges import redact_text
from sync.sap import abap
from sync.sap.explanations import Explanation, Kind, Owner
from sync.sap.message_list import EXPLANATIONS
from sync.sap.records import SapMessage

__all__ = ["EXPLANATIONS", "Explanation", "Kind", "Owner"]

TYPES = frozenset("SIWEAX")
LONGEST_WORDS = 220  # BAPIRET2-MESSAGE
LONGEST_KEY = 20  # BAPIRET2-ID

UNKNOWN = Explanation(
    Kind.BUSINESS,
    "SAP refused with a message that is not in our list.",
    "Read SAP's own text; an administrator can add the message to the list.",
    Owner.SALES,
)
NOT_A_FAILURE = Explanation(Kind.OK, "SAP reports success.", "", Owner.SALES)
ONLY_A_WARNING = Explanation(
    Kind.WARNING, "SAP warns, but goes on.", "Read the warning.", Owner.SALES
)

# Only say that something before them went wrong; never the cause themselves.
FOLLOWERS = {"V4 219", "V4 248", "V4 233"}


def explain(message: SapMessage, taught: Mapping[str, Explanation] | None = None) -> Explanation:
    """Words and remedy for a message.

    ``taught`` holds an administrator's own entries by key (``V1 293``), or by key and type
    (``V1 293 E``), which win over the list.
    """
    by_type = f"{message.key} {message.type}"
    own = taught or {}
    known = (
        own.get(by_type)
        or own.get(message.key)
        or EXPLANATIONS.get(by_type)
        or EXPLANATIONS.get(message.key)
    )
    if message.is_failure:
        return known or UNKNOWN
    if known is not None and known.kind in {Kind.INCOMPLETE, Kind.DUPLICATE}:
        return known
    return ONLY_A_WARNING if message.type == "W" else NOT_A_FAILURE


def cause_of(messages: Sequence[SapMessage]) -> SapMessage | None:
    """The failure that says why; SAP's "was not saved" rows only follow it."""
    failures = [message for message in messages if message.is_failure]
    telling = [message for message in failures if message.key not in FOLLOWERS]
    return next(iter(telling or failures), None)


def quotable(message: SapMessage) -> str:
    """SAP's own text for a person, without mail addresses."""
    return redact_text(message.text).strip()[:LONGEST_WORDS]


# ---- RETURN, in all its shapes (SAP sheet 1.4) -------------------------------------------------
def read_return(answer: Mapping[str, Any], *parameters: str) -> tuple[SapMessage, ...]:
    """The messages of an answer, whether RETURN is a structure or a table; blank rows left out.

    Raises UnexpectedRecord for a RETURN that does not say whether the call went well.
    """
    found: list[SapMessage] = []
    for parameter in parameters or ("RETURN",):
        value = answer.get(parameter)
        rows = value if isinstance(value, list) else [value] if value else []
        found += [_message(row) for row in rows if not _is_blank(row)]
    return tuple(found)


def _is_blank(row: Any) -> bool:
    if not isinstance(row, Mapping):
        raise _unclear()
    kind = row.get("TYPE")
    if isinstance(kind, str):
        return not kind.strip()
    if any(_text(row, name) for name in ("ID", "CODE", "MESSAGE")):
        raise _unclear()
    return True


def _message(row: Mapping[str, Any]) -> SapMessage:
    message_class, number = _key(row)
    kind = row["TYPE"].strip().upper()
    if kind not in TYPES:
        raise _unclear()
    place = _text(row, "ROW")
    return SapMessage(
        type=kind,
        message_class=message_class,
        number=number,
        text=_text(row, "MESSAGE"),
        variables=tuple(_text(row, f"MESSAGE_V{n}") for n in range(1, 5)),
        parameter=_text(row, "PARAMETER"),
        row=int(place) if abap.is_digits(place) and len(place) < 10 else 0,
        field=_text(row, "FIELD"),
    )


def _unclear() -> UnexpectedRecord:
    return UnexpectedRecord(
        "SAP's RETURN cannot be read: whether the call went well is not known.",
        system="sap",
        cause_key="sap:unreadable:RETURN",
    )


def _text(row: Mapping[str, Any], name: str) -> str:
    """Words of a message; whatever cannot be words is left out."""
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return abap.readable(str(value)[:LONGEST_WORDS]).strip()


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    """Class and number; BAPIRETURN glues them together in CODE, as in ``V4115``."""
    if "CODE" in row and "ID" not in row:
        code = _text(row, "CODE")[:LONGEST_KEY]
        return code[:-3].strip(), code[-3:].strip()
    return _text(row, "ID")[:LONGEST_KEY], _text(row, "NUMBER")[:LONGEST_KEY]
