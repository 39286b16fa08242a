"""Reads RETURN, in all its shapes, as messages, and raises where it refuses. SAP sheet 1.4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sync.causes.sap import SapCause
from sync.errors import UnexpectedRecord
from sync.names.calls import sap_call_name
from sync.sap import abap
from sync.sap.explanations import UNKNOWN, Explanation, Kind
from sync.sap.messages import cause_of, explain
from sync.sap.options import SapOptions
from sync.sap.records import SapMessage
from sync.sap.refusals import SapLocked, SapRejected, quotable
from sync.told import told

TYPES = frozenset("SIWEAX")
LONGEST_WORDS = 220  # BAPIRET2-MESSAGE
LONGEST_KEY = 20  # BAPIRET2-ID


def read_return(answer: Mapping[str, Any], *parameters: str) -> tuple[SapMessage, ...]:
    """The messages of an answer, whether RETURN is a structure or a table, without blank rows.

    Raises UnexpectedRecord for a RETURN that does not say whether the call succeeded.
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
        told("SAP's RETURN cannot be read: whether the call went well is not known."),
        cause=SapCause.UNREADABLE,
        detail="RETURN",
    )


def _text(row: Mapping[str, Any], name: str) -> str:
    """Blank where the field is not text."""
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return abap.readable(str(value)[:LONGEST_WORDS]).strip()


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    """Class and number; BAPIRETURN joins them in CODE, as in ``V4115``."""
    if "CODE" in row and "ID" not in row:
        code = _text(row, "CODE")[:LONGEST_KEY]
        return code[:-3].strip(), code[-3:].strip()
    return _text(row, "ID")[:LONGEST_KEY], _text(row, "NUMBER")[:LONGEST_KEY]


def refuse(
    messages: Sequence[SapMessage],
    *,
    function: str,
    reference: str = "",
    taught: Mapping[str, Explanation] | None = None,
) -> None:
    """Raise when any message is of type E, A or X; warnings never block."""
    cause = cause_of(messages)
    if cause is None:
        return
    failures = [message for message in messages if message.is_failure]
    locks = [m for m in failures if explain(m, taught).kind is Kind.LOCKED]
    if locks:
        words = explain(locks[0], taught).words
        raise SapLocked(
            f"{words} ({locks[0].key}: {quotable(locks[0])})",
            messages=messages,
            reference=reference,
        )
    explanation = explain(cause, taught)
    raise SapRejected(
        told(
            "{words} (SAP was asked to {call} and says {key}: {text})",
            words=explanation.words,
            call=sap_call_name(function),
            key=cause.key,
            text=quotable(cause),
        ),
        cause=SapCause.UNKNOWN_MESSAGE if explanation is UNKNOWN else SapCause.REFUSED,
        detail=_detail(cause, explanation),
        messages=[cause, *(one for one in messages if one is not cause)],
        explanation=explanation,
        reference=reference,
    )


def _detail(cause: SapMessage, explanation: Explanation) -> str:
    """Equal for failures that one repair clears: names the data that is missing, and nothing
    else."""
    if explanation.kind is not Kind.MISSING_MASTER_DATA:
        return cause.key
    return ":".join([cause.key, *filter(None, cause.variables)])


def refuse_reading(
    answer: Mapping[str, Any], function: str, options: SapOptions, reference: str = ""
) -> None:
    """Raise on a failed read, unless its only failure says that nothing was found."""
    messages = [m for m in read_return(answer) if m.key not in options.nothing_found_messages]
    refuse(messages, function=function, reference=reference, taught=options.taught_messages)
