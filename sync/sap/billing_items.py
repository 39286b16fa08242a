"""The lines of billing documents: values from the list, quantities from the web invoice. Sheet 5.

BAPI_BILLINGDOC_GETLIST knows a line's reference and values, but neither quantity nor material.
Those come from BAPI_WEBINVOICE_GETDETAIL, else from the delivery or sales order billed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sync.errors import RemoteMisconfigured, RemoteRejected
from sync.sap import abap
from sync.sap.bapi import SapSession
from sync.sap.deliveries import search_deliveries
from sync.sap.messages import cause_of, read_return
from sync.sap.orders import get_sales_orders
from sync.sap.records import SapBillingItem
from sync.sap.refusals import SapNotAuthorized
from sync.sap.rows import Row, amount, material, number, rows, text

WEB_INVOICE = "BAPI_WEBINVOICE_GETDETAIL"
# The line structure is not spelt out in any public source: each value under its likely names.
ITEM_NUMBER = ("ITEM_NUMBER", "BILL_DOC_ITEM", "ITM_NUMBER", "ITEM")
QUANTITY = ("INV_QTY", "BILL_QTY", "QUANTITY", "REQ_QTY")
UNIT = ("SALES_UNIT", "UNIT", "BASE_UOM")


@dataclass(frozen=True, slots=True)
class BilledLine:
    """The line of a delivery or sales order that was billed."""

    sap_sales_order_number: str
    sap_item_number: int
    material: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Invoice:
    """What the web invoice and the billed documents add to a billing document."""

    head: Row = field(default_factory=dict)
    items: tuple[SapBillingItem, ...] = ()


class BillingLines:
    """The lines the list gave, and the documents they bill, read once and only when needed."""

    def __init__(
        self, session: SapSession, references: Sequence[str], lines: Mapping[str, list[Row]]
    ) -> None:
        self._session = session
        self._references = references
        self._billed: dict[tuple[str, int], BilledLine] | None = None
        self._sold_to = ""
        self.of = lines

    def billed(self, reference: str, item: int) -> BilledLine | None:
        """The delivery or order line behind a billing line; ``None`` when SAP does not show it."""
        if self._billed is None:
            self._billed = self._read_billed()
        return self._billed.get((reference, item))

    def sold_to(self) -> str:
        """A sold-to of the billed documents, for when VBRK does not tell the payer."""
        if self._billed is None:
            self._billed = self._read_billed()
        return self._sold_to

    def _read_billed(self) -> dict[tuple[str, int], BilledLine]:
        billed = {}
        for delivery in search_deliveries(self._session, delivery_numbers=self._references):
            self._sold_to = self._sold_to or delivery.sold_to
            for line in delivery.items:
                # A billing line may name a batch split; it bills the same order line.
                for item_number, quantity in ((line.item_number, line.quantity), *line.splits):
                    billed[delivery.delivery_number, item_number] = BilledLine(
                        line.sap_sales_order_number,
                        line.sap_item_number,
                        line.material,
                        quantity,
                        line.unit,
                    )
        for order in get_sales_orders(self._session, self._references):
            self._sold_to = self._sold_to or order.sold_to
            number = order.sap_sales_order_number
            for item in order.items:
                billed[number, item.item_number] = BilledLine(
                    number, item.item_number, item.material, item.quantity, item.unit
                )
        return billed


def read_invoices(
    session: SapSession, payers: Mapping[str, str], lines: BillingLines
) -> dict[str, Invoice]:
    """Head and lines per billing document; ``payers`` blank where VBRK could not be read."""
    return {
        document: _invoice(session, document, payer, lines) for document, payer in payers.items()
    }


def _invoice(session: SapSession, document: str, payer: str, lines: BillingLines) -> Invoice:
    answer = _web_invoice(session, document, payer or lines.sold_to())
    head: Row = answer.get("WEBINVOICEDOCUMENT") or {}
    web = {number(row, *ITEM_NUMBER): row for row in rows(answer, "WEBINVOICEITEMS")}
    pads = session.options.pads_numeric_materials
    found = {number(row, "BILL_DOC_ITEM"): row for row in lines.of.get(document, [])}
    items = (_item(row, web.get(line, {}), lines, pads=pads) for line, row in sorted(found.items()))
    return Invoice(head, tuple(items))


def _web_invoice(session: SapSession, document: str, partner: str) -> dict[str, Any]:
    """The web invoice; empty where the module is missing, forbidden or refuses."""
    if not partner:
        return {}
    arguments = {
        "PARTNER_NUMBER": abap.alpha(partner),
        "PARTNER_ROLE": session.options.web_invoice_partner_role,
        "BILLINGDOC": document,
    }
    try:
        answer = session.call(WEB_INVOICE, arguments)
    except SapNotAuthorized:
        session.renew()
        return {}
    except (RemoteRejected, RemoteMisconfigured):
        return {}
    return {} if cause_of(read_return(answer)) is not None else answer


def _item(row: Row, web: Row, lines: BillingLines, *, pads: bool) -> SapBillingItem:
    reference = abap.alpha(text(row, "REF_DOC"))
    reference_item = number(row, "REF_DOC_ITEM")
    billed = lines.billed(reference, reference_item)
    return SapBillingItem(
        item_number=number(row, "BILL_DOC_ITEM"),
        reference_document=reference,
        reference_item=reference_item,
        sap_sales_order_number=billed.sap_sales_order_number if billed else "",
        sap_item_number=billed.sap_item_number if billed else 0,
        material=material(web, "MATERIAL_LONG", "MATERIAL", pads=pads)
        or (billed.material if billed else ""),
        quantity=amount(web, *QUANTITY) or (billed.quantity if billed else Decimal(0)),
        unit=text(web, *UNIT) or (billed.unit if billed else ""),
        net_value=amount(row, "NET_VALUE_ITEM"),
        tax_value=amount(row, "TAX_VALUE_ITEM"),
    )
