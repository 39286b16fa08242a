"""Hands that spoil records of one kind on the wire, and what must hold whatever they do.

``MUTATED_RECORDS`` says how many records are spoilt in all, 1,200 by default.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import transaction

from sync.models import SyncAttempt, SyncTask
from tests.steps.spoilt import STRANGE_ROWS, SpoiltLine, spoilt_row, spoilt_text, with_body

RECORDS = int(os.environ.get("MUTATED_RECORDS", "1200"))
FOREIGN = "0077777777"
SEEDS = range(4)
ORDER_MEMBERS = [
    "entity_id", "increment_id", "state", "status", "created_at", "updated_at", "store_id",
    "grand_total", "subtotal", "tax_amount", "order_currency_code", "customer_email",
    "customer_id", "billing_address", "payment", "items", "items", "items",
    "extension_attributes", "ext_order_id", "total_paid", "discount_amount",
]  # fmt: skip
State = SyncTask.State


def share(part: float) -> int:
    """How many records one seed of a test spoils."""
    return max(1, round(RECORDS * part / len(SEEDS)))


@contextmanager
def undone() -> Iterator[None]:
    """What the portal stores inside is forgotten."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def must_be_readable() -> None:
    """No attempt ended in a fault of the portal; what stopped says so in clear words."""
    errored = SyncAttempt.objects.filter(outcome=SyncAttempt.Outcome.ERRORED)
    assert [(one.task.step, one.message) for one in errored] == []
    for task in SyncTask.objects.exclude(error_class=""):
        message = task.error_message
        assert task.error_class != "PortalFault", message
        assert task.error_class.isidentifier()
        assert 20 < len(message) < 1000, message[:200]
        assert message.encode("utf-8")
        assert not {"@", "\x00", "x" * 60, "9" * 60, "secret"} & _parts(message), message[:200]


def _parts(message: str) -> set[str]:
    return {part for part in ("@", "\x00", "x" * 60, "9" * 60, "secret") if part in message}


def stopped() -> list[SyncTask]:
    """The tasks that wait for a person."""
    return list(SyncTask.objects.filter(state=State.NEEDS_ATTENTION))


# ---- the shop ----------------------------------------------------------------------------------
def spoil_orders(
    chance: random.Random, line: SpoiltLine, wanted: set[int], known: set[int]
) -> None:
    """From now on these orders come spoilt from every search and read of orders."""

    def spoil(name: str, answer: Any) -> Any:
        if not name.startswith("GET") or "/orders" not in name or answer.status_code != 200:
            return answer
        found = json.loads(answer.data)
        rows = found["items"] if "items" in found and "total_count" in found else None
        if rows is None:
            return with_body(answer, told(found))
        text = ",".join(told(row) for row in rows)
        return with_body(answer, f'{{"items":[{text}],"total_count":{len(rows)}}}')

    def told(row: Any) -> str:
        if row.get("entity_id") not in wanted:
            return json.dumps(row)
        while True:
            text = spoilt_text(chance, row, ORDER_MEMBERS)
            if _entity_id(text) not in known - {row["entity_id"]}:
                return text

    line.spoil = spoil


def _entity_id(text: str) -> int | None:
    """The key a spoilt order claims; it must not be that of a good one."""
    try:
        claimed = json.loads(text, parse_int=str, parse_float=str).get("entity_id")
        return int(Decimal(str(claimed)))
    except (ArithmeticError, ValueError):
        return None


PAPER_MEMBERS = [
    "entity_id", "increment_id", "order_id", "created_at", "updated_at", "email_sent", "items",
    "items", "items", "tracks", "comments", "grand_total", "tax_amount", "state",
    "order_currency_code",
]  # fmt: skip


def spoil_papers(chance: random.Random, line: SpoiltLine) -> list[str]:
    """From now on one shipment or invoice of each list comes spoilt; the bodies sent."""
    sent: list[str] = []

    def spoil(name: str, answer: Any) -> Any:
        if not name.startswith(("GET /rest/V1/shipments", "GET /rest/V1/invoices")):
            return answer
        found = json.loads(answer.data)
        if not found.get("items"):
            return answer
        rows = [json.dumps(row) for row in found["items"]]
        at = chance.randrange(len(rows))
        rows[at] = spoilt_text(chance, found["items"][at], PAPER_MEMBERS)
        sent.append(rows[at])
        return with_body(answer, f'{{"items":[{",".join(rows)}],"total_count":{len(rows)}}}')

    line.spoil = spoil
    return sent


# ---- SAP ---------------------------------------------------------------------------------------
Table = tuple[str, str, str]  # function module, table, the field that names the document
DELIVERY_TABLES: list[Table] = [
    ("BAPI_DELIVERY_GETLIST", "ET_DELIVERY_HEADER", "VBELN"),
    ("BAPI_DELIVERY_GETLIST", "ET_DELIVERY_HEADER_STS", "VBELN"),
    ("BAPI_DELIVERY_GETLIST", "ET_DELIVERY_ITEM", "VBELN"),
    ("BAPI_DELIVERY_GETLIST", "ET_DELIVERY_ITEM", "VBELN"),
    ("BAPI_DELIVERY_GETLIST", "ET_DELIVERY_ITEM_STS", "VBELN"),
    ("BAPI_DELIVERY_GETLIST", "ET_DELIVERY_PARTNER", "VBELN"),
    ("BAPI_DELIVERY_GETLIST", "ET_DOCUMENT_FLOW", "VBELV"),
    ("BAPI_DELIVERY_GETLIST", "ET_HU_HEADER", ""),
]
ORDER_TABLES: list[Table] = [
    ("BAPISDORDER_GETDETAILEDLIST", "ORDER_HEADERS_OUT", "DOC_NUMBER"),
    ("BAPISDORDER_GETDETAILEDLIST", "ORDER_ITEMS_OUT", "DOC_NUMBER"),
    ("BAPISDORDER_GETDETAILEDLIST", "ORDER_SCHEDULES_OUT", "DOC_NUMBER"),
    ("BAPISDORDER_GETDETAILEDLIST", "ORDER_STATUSHEADERS_OUT", "SD_DOC"),
    ("BAPISDORDER_GETDETAILEDLIST", "ORDER_CONDITIONS_OUT", "SD_DOC"),
    ("BAPISDORDER_GETDETAILEDLIST", "ORDER_BUSINESS_OUT", "SD_DOC"),
    ("BAPISDORDER_GETDETAILEDLIST", "ORDER_PARTNERS_OUT", "SD_DOC"),
    ("BAPISDORDER_GETDETAILEDLIST", "ORDER_FLOWS_OUT", "SD_DOC"),
]
BILLING_TABLES: list[Table] = [
    ("BAPI_BILLINGDOC_GETLIST", "SUCCESS", "BILL_DOC"),
    ("BAPI_BILLINGDOC_GETLIST", "BILLINGDOCUMENTDETAIL", "BILLINGDOC"),
    ("RFC_READ_TABLE", "DATA", ""),
    ("RFC_READ_TABLE", "DATA", ""),
]
# The fields the portal reads, and so can be misled by.
READ_FIELDS = {
    "ET_DELIVERY_HEADER": ["VBELN", "ERDAT", "VSTEL", "KUNNR", "KOSTK", "WBSTK", "FKSTK", "KODAT",
                           "KOUHR", "WADAT_IST", "SPE_WAUHR_IST", "SPE_WAZONE_IST", "BOLNR",
                           "LIFEX", "TRAID", "VSART", "ROUTE", "KUNAG"],
    "ET_DELIVERY_HEADER_STS": ["VBELN", "KOSTK", "WBSTK", "FKSTK"],
    "ET_DELIVERY_ITEM": ["VBELN", "POSNR", "MATNR", "MATNR_LONG", "LFIMG", "VRKME", "VGBEL",
                         "VGPOS", "UECHA", "UEPOS"],
    "ET_DELIVERY_ITEM_STS": ["VBELN", "POSNR", "KOSTA"],
    "ET_DELIVERY_PARTNER": ["VBELN", "PARVW", "KUNNR", "LIFNR"],
    "ET_DOCUMENT_FLOW": ["VBELV", "VBTYP_N", "ERDAT", "ERZET"],
    "ET_HU_HEADER": ["EXIDV", "EXIDV2", "VBELN", "VPOBJKEY"],
    "ORDER_HEADERS_OUT": ["DOC_NUMBER", "DOC_TYPE", "SALES_ORG", "CURRENCY", "NET_VAL_HD",
                          "REC_DATE", "PURCH_NO", "SOLD_TO"],
    "ORDER_ITEMS_OUT": ["DOC_NUMBER", "ITM_NUMBER", "MATERIAL", "MATERIAL_LONG", "REQ_QTY",
                        "SALES_UNIT", "NET_VALUE", "PO_ITM_NO", "REA_FOR_RE", "HG_LV_ITEM",
                        "REL_FOR_BI"],
    "ORDER_SCHEDULES_OUT": ["DOC_NUMBER", "ITM_NUMBER", "REQ_QTY"],
    "ORDER_STATUSHEADERS_OUT": ["SD_DOC", "DLV_STAT_H", "BILLINGSTA", "PRC_STAT_H", "OVERALLREJ",
                                "TOTINCOMPL"],
    "ORDER_CONDITIONS_OUT": ["SD_DOC", "ITM_NUMBER", "COND_TYPE", "COND_VALUE", "CURRENCY",
                             "COND_P_UNT", "CONDVALUE", "CALCTYPCON", "CONDCLASS", "CONDISACTI"],
    "ORDER_BUSINESS_OUT": ["SD_DOC", "ITM_NUMBER", "PURCH_NO_C"],
    "ORDER_PARTNERS_OUT": ["SD_DOC", "ITM_NUMBER", "PARTN_ROLE", "CUSTOMER"],
    "ORDER_FLOWS_OUT": ["SD_DOC", "PRECSDDOC", "PREDITDOC", "DOCCATEGOR_LONG", "REF_QTY",
                        "CREAT_DATE", "REC_TIME"],
    "SUCCESS": ["REF_DOC", "REF_DOC_ITEM", "BILL_DOC", "BILL_DOC_ITEM", "NET_VALUE", "TAX_VALUE",
                "CURRENCY", "NET_VALUE_ITEM", "TAX_VALUE_ITEM"],
    "BILLINGDOCUMENTDETAIL": ["BILLINGDOC", "BILL_TYPE", "SD_DOC_CAT", "CURRENCY", "NET_VALUE",
                              "TAX_VALUE", "CANCELLED"],
    "DATA": ["WA"],
    "SALES_ORDERS": ["SD_DOC", "PURCH_NO_C", "PURCH_NO", "CREATION_DATE"],
}  # fmt: skip


class Hand:
    """Spoils one row of one table, wherever it comes by: always the same one, in the same way."""

    def __init__(self, chance: random.Random, tables: list[Table]) -> None:
        self.function, self.table, self.key = chance.choice(tables)
        self.chance = chance
        self.kind = chance.choices(("field", "row", "twice", "foreign"), (82, 8, 5, 5))[0]
        self.at = chance.random()
        self.told: tuple[str, Any] | None = None
        self.document = ""
        self.row: Any = None
        self.original: dict[str, Any] | None = None

    def __call__(self, name: str, answer: Any) -> Any:
        if name != self.function or not isinstance(answer, dict) or not answer.get(self.table):
            return answer
        rows = list(answer[self.table])
        if self.original is None:
            self._choose(rows[int(self.at * len(rows))])
        if self.original in rows:
            at = rows.index(self.original)
            rows[at : at + 1] = [self.original, self.row] if self.kind == "twice" else [self.row]
            if self.kind == "foreign":
                rows.insert(at, self.original)
        return {**answer, self.table: rows}

    def _choose(self, row: dict[str, Any]) -> None:
        self.original = dict(row)
        self.document = str(row.get(self.key, ""))
        if self.kind == "twice":
            self.row = dict(row)
        elif self.kind == "row":
            self.row = self.chance.choice(STRANGE_ROWS)
        elif self.kind == "foreign" and self.key:
            self.row = {**row, self.key: FOREIGN}
        else:
            self.kind = "field"
            self.row, *told = spoilt_row(self.chance, row, READ_FIELDS[self.table])
            self.told = (told[0], told[1])

    @property
    def is_plausible(self) -> bool:
        """A value that may as well be true: no reader can tell that it was changed."""
        if self.told is None:
            return False
        name, value = self.told
        text = str(value)
        could_be = text.isascii() and (text.strip() == "" or text.isalnum()) and len(text) <= 12
        return isinstance(value, str | int) and value is not True and could_be and name != "WA"
