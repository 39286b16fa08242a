"""The customer reference: a web order's number in the form in which SAP keeps and finds it.

The same form is used wherever it is built, sent, searched for or compared. SAP compares the text
literally, so it is kept trimmed and in capitals (sheet 7).
"""

from __future__ import annotations

from sync.sap import abap


def normal_reference(customer_reference: str) -> str:
    """Trimmed and in capitals."""
    return abap.capitals(customer_reference).strip()


def web_reference(prefix: str, increment_id: str) -> str:
    """``prefix`` keeps the orders of two shops apart."""
    return normal_reference(prefix + increment_id.strip())
