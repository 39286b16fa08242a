"""The lines of billing documents, gathered from what this SAP system lets us read. Sheet 5.

BAPI_BILLINGDOC_GETLIST knows a line's reference and values, but neither quantity nor material.
VBRP knows all of them. Where it may not be read, BAPI_WEBINVOICE_GETDETAIL does; where that will
not answer either, quantity and material are those of the whole delivery or order line billed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from sync.errors import RemoteMisconfigured, RemoteRejected
from sync.sap import abap
from sync.sap.abap import not_readable
from sync.sap.bapi import SapSession
from sync.sap.functions import READ_WEB_INVOICE
from sync.sap.messages import cause_of
from sync.sap.records import SapBillingItem, SapDelivery, SapSalesOrder
from sync.sap.refusals import SapNotAuthorized
from sync.sap.returns import read_return
from sync.sap.rows import (
    Row,
    amount,
    material,
    number,
    require_distinct,
    required_amount,
    required_quantity,
    rows,
    structure,
    text,
    text_or_blank,
)
from sync.told import told

# The line structure is not spelt out in any public source: each value under its likely names.
ITEM_NUMBER = ("ITEM_NUMBER", "BILL_DOC_ITEM", "ITM_NUMBER", "ITEM")
QUANTITY = ("INV_QTY", "BILL_QTY", "QUANTITY", "REQ_QTY")
UNIT = ("SALES_UNIT", "UNIT", "BASE_UOM")
BILLED, BILLED_ITEM = ("REF_DOC", "SD_DOC_NUMBER"), ("REF_DOC_ITEM", "DOC_ITEM_NUMBER")
ORDER, ORDER_ITEM = ("SD_DOC_NUMBER",), ("DOC_ITEM_NUMBER",)


@dataclass(frozen=True, slots=True)
class BilledLine:
    sap_sales_order_number: str
    sap_item_number: int
    material: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class LineSources:
    """One line as the list, VBRP and the web invoice give it; blank where a source lacks it."""

    item_number: int
    listed: Row
    stored: Row
    web: Row
    currency: str

    def values(self) -> tuple[Decimal, Decimal]:
        """Net and tax; VBRP is CURR and shifts, the others are external amounts (sheet 1.6)."""
        if self.listed:
            return (
                required_amount(self.listed, "NET_VALUE_ITEM"),
                required_amount(self.listed, "TAX_VALUE_ITEM"),
            )
        if self.stored:
            net, tax = required_amount(self.stored, "NETWR"), amount(self.stored, "MWSBP")
            return (
                abap.external_amount(net, self.currency),
                abap.external_amount(tax, self.currency),
            )
        return amount(self.web, "NET_VALUE"), amount(self.web, "TAX_AMOUNT", "TAX_VALUE")


@dataclass(frozen=True, slots=True)
class Invoice:
    """What the web invoice and the billed documents add to a billing document."""

    head: Row = field(default_factory=dict)
    items: tuple[SapBillingItem, ...] = ()


@dataclass(frozen=True, slots=True)
class BilledDocuments:
    """The lines of deliveries and orders that were billed, by document and item, and the sold-to
    parties by document."""

    lines: Mapping[tuple[str, int], BilledLine]
    sold_to: Mapping[str, str]


def billed_documents(
    deliveries: Sequence[SapDelivery], orders: Sequence[SapSalesOrder]
) -> BilledDocuments:
    lines = {}
    for delivery in deliveries:
        for line in delivery.items:
            # A billing line may name a batch split; it bills the same order line.
            for item_number, quantity in ((line.item_number, line.quantity), *line.splits):
                lines[delivery.delivery_number, item_number] = BilledLine(
                    line.sap_sales_order_number,
                    line.sap_item_number,
                    line.material,
                    quantity,
                    line.unit,
                )
    for order in orders:
        number = order.sap_sales_order_number
        for item in order.items:
            lines[number, item.item_number] = BilledLine(
                number, item.item_number, item.material, item.quantity, item.unit
            )
    sold_to = {one.delivery_number: one.sold_to for one in deliveries}
    sold_to |= {one.sap_sales_order_number: one.sold_to for one in orders}
    return BilledDocuments(lines, sold_to)


@dataclass(frozen=True)
class BillingLines:
    """By billing document, the lines as listed and as stored in VBRP. The deliveries and orders
    they bill are read only when needed."""

    listed: Mapping[str, list[Row]]
    stored: Mapping[str, list[Row]]
    read_billed: Callable[[], BilledDocuments]

    @cached_property
    def billed(self) -> BilledDocuments:
        return self.read_billed()

    def sold_to_of(self, document: str) -> str:
        """Of what it bills; blank where nothing of it could be read."""
        listed = (text_or_blank(row, "REF_DOC") for row in self.listed.get(document, ()))
        told = (self.billed.sold_to.get(abap.alpha(reference), "") for reference in listed)
        return next(filter(None, told), "")

    def orders_of(self, document: str) -> tuple[str, ...]:
        """None where a line does not say whose it is."""
        orders = {text_or_blank(row, "AUBEL") for row in self.stored.get(document, ())}
        return () if "" in orders else tuple(sorted(orders))


def read_invoice(
    session: SapSession, document: str, payer: str, lines: BillingLines, currency: str
) -> Invoice:
    """``payer`` is blank where VBRK could not be read."""
    require_distinct([number(row, "POSNR") for row in lines.stored.get(document, ())], "POSNR")
    stored = {number(row, "POSNR"): row for row in lines.stored.get(document, ())}
    # Both tables were read: the web invoice adds nothing.
    answer: Row = {}
    if not (payer and stored):
        answer = _web_invoice(session, document, payer or lines.sold_to_of(document))
    head = structure(answer, "WEBINVOICEDOCUMENT")
    web = {number(row, *ITEM_NUMBER): row for row in rows(answer, "WEBINVOICEITEMS")}
    listed = {number(row, "BILL_DOC_ITEM"): row for row in lines.listed.get(document, [])}
    if stored and not set(listed) <= set(stored):
        raise not_readable(told("SAP's list has a line that VBRP has not."))
    sources = [
        LineSources(item, listed.get(item, {}), stored.get(item, {}), web.get(item, {}), currency)
        for item in sorted({*listed, *stored, *web} - {0})
    ]
    pads = session.options.pads_numeric_materials
    return Invoice(head, tuple(_item(source, lines, pads=pads) for source in sources))


def _web_invoice(session: SapSession, document: str, partner: str) -> dict[str, Any]:
    """Empty where the function module is missing, forbidden or refuses."""
    if not partner:
        return {}
    arguments = {
        "PARTNER_NUMBER": abap.alpha(partner),
        "PARTNER_ROLE": session.options.web_invoice_partner_role,
        "BILLINGDOC": document,
    }
    try:
        answer = session.call(READ_WEB_INVOICE, arguments)
    except SapNotAuthorized:
        session.renew()
        return {}
    except (RemoteRejected, RemoteMisconfigured):
        return {}
    return {} if cause_of(read_return(answer)) is not None else answer


def _item(source: LineSources, lines: BillingLines, *, pads: bool) -> SapBillingItem:
    reference = abap.alpha(
        text(source.listed, "REF_DOC") or text(source.stored, "VGBEL") or text(source.web, *BILLED)
    )
    reference_item = (
        number(source.listed, "REF_DOC_ITEM")
        or number(source.stored, "VGPOS")
        or number(source.web, *BILLED_ITEM)
    )
    stored, web = source.stored, source.web
    billed = None if stored else lines.billed.lines.get((reference, reference_item))
    net_value, tax_value = source.values()
    return SapBillingItem(
        item_number=source.item_number,
        reference_document=reference,
        reference_item=reference_item,
        sap_sales_order_number=text(stored, "AUBEL")
        or (billed.sap_sales_order_number if billed else text(web, *ORDER)),
        sap_item_number=number(stored, "AUPOS")
        or (billed.sap_item_number if billed else number(web, *ORDER_ITEM)),
        material=material(stored, "MATNR", pads=pads)
        or material(web, "MATERIAL_LONG", "MATERIAL", pads=pads)
        or (billed.material if billed else ""),
        quantity=_quantity(stored, web, billed),
        unit=text(stored, "VRKME") or text(web, *UNIT) or (billed.unit if billed else ""),
        net_value=net_value,
        tax_value=tax_value,
    )


def _quantity(stored: Row, web: Row, billed: BilledLine | None) -> Decimal:
    """From VBRP or the web invoice, otherwise from the line that was billed; never guessed."""
    if stored:
        return required_quantity(stored, "FKIMG")
    billed_there = amount(web, *QUANTITY)
    if billed_there < 0 or not (billed_there or billed):
        raise not_readable(told("How much a billing line bills cannot be read."))
    return billed_there or (billed.quantity if billed else billed_there)
