"""The customer reference: a web order's number as SAP keeps it, and as it is found by there.

One form wherever it is formed, sent, searched for or compared. SAP compares its text as it stands,
so it is kept trimmed and in capitals (sheet 7).
"""

from __future__ import annotations

from sync.sap import abap


def normal_reference(customer_reference: str) -> str:
    """The one form of a reference. Capitals as ABAP makes them: one letter stays one letter."""
    return "".join(map(_capital, abap.plain(customer_reference).strip()))


def web_reference(prefix: str, increment_id: str) -> str:
    """The reference of a web order; ``prefix`` keeps the orders of two shops apart."""
    return normal_reference(prefix + increment_id.strip())


def _capital(letter: str) -> str:
    capital = letter.upper()
    return capital if len(capital) == 1 else letter
