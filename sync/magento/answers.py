"""An answer's body as values: amounts exact, and a marker for what is no JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

import requests

NOT_JSON: Final = object()


def decoded(response: requests.Response) -> Any:
    """``NOT_JSON`` for anything else: Magento answers in HTML too [550, 561].

    Amounts are read as ``Decimal``. NaN and Infinity are no JSON but appear where PHP is not asked
    to be strict: they become ``Decimal`` values that the record parsers then refuse by name.
    """
    try:
        text = response.content.decode("utf-8-sig")
        return json.loads(text, parse_float=Decimal, parse_constant=Decimal, parse_int=_whole)
    except (ValueError, RecursionError):
        return NOT_JSON


def _whole(digits: str) -> int | Decimal:
    """int() raises for thousands of digits; such a number is none of ours."""
    return int(digits) if len(digits) < 40 else Decimal("NaN")
