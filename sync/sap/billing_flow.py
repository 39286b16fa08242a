"""Which billing documents followed a document, from the document flow (VBFA). Sheet 6.2.

VBFA is keyed by the preceding document, so that many are asked for in one cheap read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sync.sap import abap
from sync.sap.bapi import SapSession
from sync.sap.records import SapSalesOrder
from sync.sap.rows import chunks
from sync.sap.table_read import (
    VALUES_PER_READ,
    ColumnUnknown,
    TableForbidden,
    any_of,
    read_table,
)

COLUMNS = ("VBELV", "VBELN", "VBTYP_N")
BILLING = frozenset("MNOPSU")


def later_billing_documents(
    session: SapSession, numbers: Sequence[str]
) -> dict[str, set[str]] | None:
    """By preceding document; None where the table may not be read. A row without document numbers
    is left out."""
    if not session.options.reads_tables:
        return None
    asked = list(dict.fromkeys(abap.alpha(number) for number in numbers if number.strip()))
    found: dict[str, set[str]] = {}
    try:
        for chunk in chunks(asked, VALUES_PER_READ):
            for row in read_table(session, "VBFA", COLUMNS, any_of("VBELV", chunk)):
                if row.get("VBTYP_N") in BILLING and row.get("VBELV") in asked and row.get("VBELN"):
                    found.setdefault(row["VBELV"], set()).add(row["VBELN"])
    except (TableForbidden, ColumnUnknown):
        return None
    return found


def billing_in_flow(orders: Iterable[SapSalesOrder]) -> dict[str, set[str]]:
    """By order, the billing documents that its own document flow names."""
    return {
        one.sap_sales_order_number: {
            link.subsequent_document for link in one.flow if link.category in BILLING
        }
        for one in orders
    }
