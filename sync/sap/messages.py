"""What SAP's messages mean: for whom they are, in plain words, with a remedy. SAP sheet 3."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sync.sap.records import SapMessage

EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")


class Kind(StrEnum):
    """What a message asks for."""

    OK = "ok"
    WARNING = "warning"
    LOCKED = "locked"
    MISSING_MASTER_DATA = "missing_master_data"
    DUPLICATE = "duplicate"
    INCOMPLETE = "incomplete"
    CLOSED_PERIOD = "closed_period"
    BUSINESS = "business"


class Owner(StrEnum):
    """Who can remove the cause."""

    SALES = "sales"
    LOGISTICS = "logistics"
    FINANCE = "finance"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A message in plain words, with what to do and who does it."""

    kind: Kind
    words: str
    remedy: str
    owner: Owner


def _master_data(words: str, remedy: str, owner: Owner = Owner.SALES) -> Explanation:
    return Explanation(Kind.MISSING_MASTER_DATA, words, remedy, owner)


def _locked(words: str) -> Explanation:
    return Explanation(
        Kind.LOCKED, words, "Nothing to do: it is tried again by itself.", Owner.SALES
    )


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

# Codes marked [U] on the sheet are unconfirmed; an administrator's own entries win over this table.
EXPLANATIONS: dict[str, Explanation] = {
    "V1 042": _locked("Someone has the sales document open in SAP."),
    "V1 043": _locked("Someone has the sales document open in SAP."),
    "VL 046": _locked("Someone has the delivery open in SAP."),
    "MC 601": _locked("The object is locked by another user in SAP."),
    "CZ 115": _master_data(
        "The sales area does not exist in SAP.",
        "Correct the sales organisation, distribution channel and division of the shop.",
        Owner.ADMINISTRATOR,
    ),
    "V1 382": _master_data(
        "The material is not set up in this sales area.",
        "Extend the material in SAP, or correct its entry in the material mapping.",
    ),
    "V1 849": _master_data(
        "The material is not maintained for the plant.",
        "Extend the material to the plant in SAP, or correct the mapping.",
        Owner.LOGISTICS,
    ),
    "V1 384": _master_data(
        "The sales unit is not defined for the material.",
        "Add the unit to the material in SAP, or correct the unit in the material mapping.",
    ),
    "VP 112": _master_data(
        "The customer is not set up in this sales area.",
        "Extend the customer in SAP, or correct the customer mapping.",
    ),
    "VP 199": _master_data(
        "The customer is not set up in this sales area.",
        "Extend the customer in SAP, or correct the customer mapping.",
    ),
    "V4 115": Explanation(
        Kind.DUPLICATE,
        "SAP already has an order with this customer reference.",
        "Look the order up by its reference before doing anything else.",
        Owner.SALES,
    ),
    "V1 555": Explanation(
        Kind.INCOMPLETE,
        "The order is saved but incomplete: it will not be delivered until completed.",
        "Open the order in SAP and fill in what its incompletion log lists.",
        Owner.SALES,
    ),
    "V1 293": Explanation(
        Kind.INCOMPLETE,
        "Data of a line is incomplete.",
        "Check the line's material, plant and price in SAP.",
        Owner.SALES,
    ),
    "V1 302": Explanation(
        Kind.BUSINESS,
        "The sales document does not exist in SAP.",
        "Check the number; the document may have been deleted or archived.",
        Owner.SALES,
    ),
    "F5 201": Explanation(
        Kind.CLOSED_PERIOD,
        "The posting period is not open.",
        "Open the period in SAP, or choose another date, then try again.",
        Owner.FINANCE,
    ),
    "F5 286": Explanation(
        Kind.CLOSED_PERIOD,
        "The posting period is not open.",
        "Open the period in SAP, or choose another date, then try again.",
        Owner.FINANCE,
    ),
    "M7 053": Explanation(
        Kind.CLOSED_PERIOD,
        "Goods movements are only possible in the current periods.",
        "Open the material period in SAP, or choose another date, then try again.",
        Owner.LOGISTICS,
    ),
    "00 341": Explanation(
        Kind.BUSINESS,
        "A program in SAP broke off while it worked on this document.",
        "Ask the SAP team to read the short dump (transaction ST22).",
        Owner.ADMINISTRATOR,
    ),
    "AD 559": Explanation(
        Kind.BUSINESS,
        "A table read asked SAP for more than 512 characters per row.",
        "Report it: the portal must ask for fewer columns.",
        Owner.ADMINISTRATOR,
    ),
}
# Only say that something before them went wrong; never the cause themselves.
FOLLOWERS = {"V4 219", "V4 248", "V4 233"}


def explain(message: SapMessage, taught: Mapping[str, Explanation] | None = None) -> Explanation:
    """Words and remedy for a message; ``taught`` holds an administrator's own entries by key.

    An entry for one type only has it behind the key: ``V1 302 E``.
    """
    own = taught or {}
    known = own.get(f"{message.key} {message.type}") or own.get(message.key)
    known = known or EXPLANATIONS.get(message.key)
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
    return EMAIL.sub("•••", message.text).strip()[:220]


# ---- RETURN, in all its shapes (SAP sheet 1.4) -------------------------------------------------
def read_return(answer: Mapping[str, Any], *parameters: str) -> tuple[SapMessage, ...]:
    """The messages of an answer, whether RETURN is a structure or a table; blank rows left out."""
    found: list[SapMessage] = []
    for parameter in parameters or ("RETURN",):
        value = answer.get(parameter)
        rows = value if isinstance(value, list) else [value] if value else []
        found += [_message(row) for row in rows if str(row.get("TYPE", "")).strip()]
    return tuple(found)


def _message(row: Mapping[str, Any]) -> SapMessage:
    message_class, number = _key(row)
    variables = tuple(str(row.get(f"MESSAGE_V{n}", "")).strip() for n in range(1, 5))
    return SapMessage(
        type=str(row["TYPE"]).strip().upper(),
        message_class=message_class,
        number=number,
        text=str(row.get("MESSAGE", "")).strip(),
        variables=variables,
        parameter=str(row.get("PARAMETER", "")).strip(),
        row=int(row.get("ROW") or 0),
        field=str(row.get("FIELD", "")).strip(),
    )


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    """Class and number; BAPIRETURN glues them together in CODE, as in ``V4115``."""
    if "CODE" in row and "ID" not in row:
        code = str(row["CODE"]).strip()
        return code[:-3].strip(), code[-3:].strip()
    return str(row.get("ID", "")).strip(), str(row.get("NUMBER", "")).strip()
