"""A remote call as the ledger keeps it: redacted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

MASK = "***"
SENT = "sent"  # the outcome of a write that is about to leave
LONGEST_LIST = 20
LONGEST_TEXT = 2000
LONGEST_NAME = 100  # of a field, as any remote has them
LONGEST_ADDRESS = 320
DEEPEST_LEVEL = 40
LONGEST_INTEGER = 256  # bits

# Normalised key: lower case, letters and digits only (E_MAIL and email are one).
_MASKED_KEYS = frozenset((
    "prefix", "suffix", "middlename", "dob", "gender", "company", "vatid", "taxvat", "fax",
    "remoteip", "xforwardedfor", "protectcode", "street", "postcode", "postalcode", "city",
    "region", "regioncode",
    "customernote", "name", "name1", "name2", "name3", "name4", "coname", "streetlng", "strsuppl1",
    "strsuppl2", "strsuppl3", "houseno", "district", "postlcode", "postlcod1", "postlcod2",
    "telephone", "telephone2", "telboxno", "telno", "tel1numbr", "tel1ext", "faxnumber",
    "faxnumbr", "fax1numbr", "email", "telf1", "stras", "ort01", "pstlz", "ordererna", "textline",
    "valuepart1", "valuepart2", "otp", "user", "username", "ccnumber", "ccname", "ccowner",
    "authorization", "cookie", "optionvalue", "giftmessage", "ponumber",
    "purchnos", "ref1", "assnumber", "refdocl",  # what a customer wrote may stand there
))  # fmt: skip
_MASKED_PARTS = (
    "firstname", "lastname", "fullname", "customername", "customeremail", "customerdob",
    "customertaxvat", "passw", "secret", "token", "emailaddress",
)  # fmt: skip
# Keys that look personal but are not: a flag, a shop's own words for a parcel, a product.
_PLAIN_KEYS = frozenset({"emailsent", "sendemail"})
_ARTICLE = "sku"  # beside it stands an article's name, not a person's
_EMAIL = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+")
_CREDENTIAL = re.compile(r"(?i)\b(bearer|oauth)\s+\S+")
# Nearly every value: a number, a code, a date. Neither pattern above can match in it.
_holds_one_plain_word = re.compile(r"[A-Za-z0-9.:/_+-]*").fullmatch


@dataclass(frozen=True, slots=True)
class Exchange:
    system: str  # "magento" or "sap"
    operation: str  # "POST order/17/ship", "BAPI_SALESORDER_CREATEFROMDAT2"
    is_write: bool
    started_at: datetime
    duration_seconds: float
    outcome: str  # "ok", "refused", "unavailable", "unknown"; "sent" before a write leaves
    request: dict[str, Any]
    answer: dict[str, Any] | None


# Told of a write before it leaves (``SENT``), and of every call once it has ended. Where it raises
# before, nothing is sent.
Observer = Callable[[Exchange], None]


def redact(value: Any) -> Any:
    """Fit for JSON, with personal data and secrets masked and long parts cut."""
    return _redacted(value, 0)


def redact_text(text: str) -> str:
    """Without e-mail addresses and credentials, cut to a readable length."""
    if len(text) <= LONGEST_TEXT and _holds_one_plain_word(text):
        return text
    # Cut first: the search takes time that grows with the square of the length.
    begin, left = text[: LONGEST_TEXT + LONGEST_ADDRESS], len(text) - LONGEST_TEXT
    plain = _CREDENTIAL.sub(MASK, _EMAIL.sub(MASK, begin) if "@" in begin else begin)
    plain = plain.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if left <= 0 or (left <= LONGEST_ADDRESS and len(plain) <= LONGEST_TEXT):
        return plain
    return f"{plain[:LONGEST_TEXT]}… {left} more characters"


def _redacted(value: Any, level: int) -> Any:
    if level > DEEPEST_LEVEL:
        return "…"
    if type(value) is str:  # most values are
        return redact_text(value)
    if isinstance(value, dict | Mapping):
        is_article = bool(value.get(_ARTICLE))
        return {
            (known := _known_key(key))[0]: MASK
            if known[1] and _is_told(item) and not (is_article and key == "name")
            else _redacted(item, level + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return _redacted_list(list(value), level)
    return _plain(value)


def _redacted_list(values: list[Any], level: int) -> list[Any]:
    kept = [_redacted(item, level + 1) for item in values[:LONGEST_LIST]]
    left_out = len(values) - len(kept)
    return [*kept, f"… {left_out} more"] if left_out else kept


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return redact_text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):  # JSON writes no more digits than Python does
        return value if value.bit_length() < LONGEST_INTEGER else f"<{value.bit_length()} bits>"
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return redact_text(str(value))


def _is_told(item: Any) -> bool:
    """Empty values are kept: that something is missing is no secret, and it helps."""
    return not (item is None or item in ("", [], {}) or isinstance(item, bool))


def _known_key(key: Any) -> tuple[str, bool]:
    """As the ledger keeps it, and whether it hides what stands under it."""
    name = str(key)
    return _of_key(name) if len(name) < LONGEST_NAME else _of_key.__wrapped__(name)


@lru_cache(maxsize=4096)  # records have few names and many values
def _of_key(name: str) -> tuple[str, bool]:
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    is_hiding = plain in _MASKED_KEYS or any(part in plain for part in _MASKED_PARTS)
    return redact_text(name), is_hiding and plain not in _PLAIN_KEYS
