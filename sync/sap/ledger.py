"""A call as the ledger keeps it: without personal data, without what SAP left initial or only
gives back. What was sent is kept with its zeros: a division 00 is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.exchanges import Exchange, redact

MASK = "•••"
# Fields that hold a person or what a person wrote; PARTN_NUMB and document numbers stay readable.
PERSONAL = {
    "NAME", "NAME_2", "NAME_3", "NAME_4", "C_O_NAME", "STREET", "STREET_LNG", "HOUSE_NO",
    "CITY", "DISTRICT", "POSTL_CODE", "POSTL_COD1", "TELEPHONE", "TELEPHONE2", "TEL1_NUMBR",
    "FAX_NUMBER", "E_MAIL", "TEXT_LINE", "PASSWD", "CC_NUMBER", "CC_NAME", "ORDERER_NA",
    "NAME1", "NAME2", "STRAS", "ORT01", "PSTLZ", "TELF1", "VALUEPART1", "VALUEPART2",
}  # fmt: skip


def silent(exchange: Exchange) -> None:
    """The observer of a client nobody listens to."""


def request(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent."""
    kept: dict[str, Any] = redact(masked(arguments, with_initial=True))
    return kept


def answer(
    arguments: Mapping[str, Any], received: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """What came back; pyrfc returns the tables we sent in as well, those are left out."""
    if received is None:
        return None
    own = {k: v for k, v in received.items() if k == "RETURN" or k not in arguments}
    kept: dict[str, Any] = redact(masked(own))
    return kept


def masked(value: Any, *, with_initial: bool = False) -> Any:
    """The value with personal fields masked, ready for JSON; initial values are dropped unless
    wanted."""
    if isinstance(value, Mapping):
        return {
            key: MASK if key in PERSONAL else masked(item, with_initial=with_initial)
            for key, item in value.items()
            if with_initial or not _is_initial(item)
        }
    if isinstance(value, list | tuple):
        return [masked(item, with_initial=with_initial) for item in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _is_initial(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip("0 ")
    return value in (None, 0, [], {}, b"")
