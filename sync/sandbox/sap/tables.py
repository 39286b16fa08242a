"""The database tables as RFC_READ_TABLE sees them: one row dict per record, internal values."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from . import delivery_reading as deliveries
from .documents import BillingDocument, Delivery, FlowLink, SalesOrder
from .progress import Progress, progress_of
from .system import SapSystem
from .where_clause import Keys

Rows = Iterator[dict[str, Any]]
D = TypeVar("D", SalesOrder, Delivery, BillingDocument)
BILLING = "MNOSU"


def _orders(system: SapSystem, keys: Keys) -> Iterator[SalesOrder]:
    yield from _documents(system, SalesOrder, keys, {})


def _deliveries(system: SapSystem, keys: Keys) -> Iterator[Delivery]:
    yield from _documents(system, Delivery, keys, {"VGBEL": "J"})


def _billing(system: SapSystem, keys: Keys) -> Iterator[BillingDocument]:
    yield from _documents(system, BillingDocument, keys, {"VGBEL": BILLING, "AUBEL": BILLING})


def _documents(
    system: SapSystem, kind: type[D], keys: Keys, references: dict[str, str]
) -> Iterator[D]:
    """By number or predecessor where the WHERE names them, as an index would; else all.

    ``references`` names the columns of a predecessor with the categories of its successors.
    """
    store = system.store
    numbers = keys.get("VBELN")
    for column, categories in references.items():
        if numbers is None and column in keys:
            numbers = {n for key in keys[column] for n in store.successors(key, categories)}
    if numbers is None:
        yield from store.all(kind)
        return
    for number in sorted(numbers):
        found = store.get(kind, number)
        if found is not None:
            yield found


def vbak(system: SapSystem, keys: Keys) -> Rows:
    """Sales order headers."""
    clock, customising = system.clock, system.customising
    for order in _orders(system, keys):
        sent = order.header
        yield {
            "VBELN": order.number,
            "ERDAT": clock.dats(order.created_at),
            "ERZET": clock.tims(order.created_at),
            "ERNAM": order.created_by,
            "AUDAT": sent.get("DOC_DATE") or clock.dats(order.created_at),
            "VBTYP": customising.document_category(order.order_type),
            "AUART": order.order_type,
            "LIFSK": sent.get("DLV_BLOCK", ""),
            "FAKSK": sent.get("BILL_BLOCK", ""),
            "NETWR": customising.internal_amount(order.net_value, order.currency),
            "WAERK": order.currency,
            "VKORG": order.sales_organization,
            "VTWEG": order.distribution_channel,
            "SPART": order.division,
            "KNUMV": order.number,
            "VDATU": sent.get("REQ_DATE_H", "00000000"),
            "VSBED": sent.get("SHIP_COND", ""),
            "BSTNK": order.customer_reference[:20],
            "BSARK": sent.get("PO_METHOD", ""),
            "BSTDK": sent.get("PURCH_DATE", "00000000"),
            "IHREZ": sent.get("REF_1", ""),
            "KUNNR": order.sold_to,
            "AEDAT": clock.dats(order.changed_on),
            "XBLNR": sent.get("REF_DOC_L", ""),
            "ZUONR": sent.get("ASS_NUMBER", ""),
        }


def vbap(system: SapSystem, keys: Keys) -> Rows:
    """Sales order items."""
    clock, customising = system.clock, system.customising
    for order in _orders(system, keys):
        for item in order.items:
            yield {
                "VBELN": order.number,
                "POSNR": f"{item.item_number:06d}",
                "MATNR": item.material,
                "ARKTX": item.short_text,
                "PSTYV": item.item_category,
                "UEPOS": f"{item.higher_level_item:06d}",
                "ABGRU": item.rejection_reason,
                "POSEX": item.customer_item_number,
                "KWMENG": item.quantity,
                "VRKME": item.unit,
                "NETWR": customising.internal_amount(item.net_value, order.currency),
                "MWSBP": customising.internal_amount(item.tax_value, order.currency),
                "WAERK": order.currency,
                "WERKS": item.plant,
                "VSTEL": item.shipping_point,
                "ERDAT": clock.dats(order.created_at),
                "ERZET": clock.tims(order.created_at),
            }


def vbkd(system: SapSystem, keys: Keys) -> Rows:
    """Commercial data of the header."""
    for order in _orders(system, keys):
        yield {
            "VBELN": order.number,
            "POSNR": "000000",
            "BSTKD": order.customer_reference,
            "ZTERM": order.header.get("PMNTTRMS", ""),
            "INCO1": order.header.get("INCOTERMS1", ""),
            "BSTDK": order.header.get("PURCH_DATE", "00000000"),
            "BSARK": order.header.get("PO_METHOD", ""),
            "IHREZ": order.header.get("REF_1", ""),
        }


def vbpa(system: SapSystem, keys: Keys) -> Rows:
    """Partners of sales orders."""
    for order in _orders(system, keys):
        for partner in order.partners:
            vendor = partner.role == "SP"
            yield {
                "VBELN": order.number,
                "POSNR": f"{partner.item_number:06d}",
                "PARVW": partner.role,
                "KUNNR": "" if vendor else partner.number,
                "LIFNR": partner.number if vendor else "",
                "ADRNR": partner.address_number,
                "LAND1": partner.address.country if partner.address else "",
            }


def _progresses(system: SapSystem, keys: Keys) -> Iterator[Progress]:
    for order in _orders(system, keys):
        yield progress_of(order, system.store, system.customising)


def vbuk(system: SapSystem, keys: Keys) -> Rows:
    """Header status of orders and deliveries (ECC)."""
    for progress in _progresses(system, keys):
        delivery = progress.header("delivery_status")
        yield {
            "VBELN": progress.order.number,
            "LFSTK": delivery,
            "LFGSK": delivery,
            "WBSTK": progress.header("goods_status"),
            "FKSAK": progress.header("order_billing_status"),
            "ABSTK": progress.rejection_status(),
            "GBSTK": progress.header("item_status"),
            "KOSTK": progress.header("picking_status"),
            "VBTYP": system.customising.document_category(progress.order.order_type),
            "UVALL": "A" if progress.order.incomplete else "C",
            "AEDAT": system.clock.dats(progress.order.changed_on),
        }
    for document in _deliveries(system, keys):
        yield deliveries.status_row(document, system)


def vbup(system: SapSystem, keys: Keys) -> Rows:
    """Item status of orders and deliveries (ECC)."""
    for progress in _progresses(system, keys):
        for item in progress.order.items:
            delivery = progress.delivery_status(item)
            yield {
                "VBELN": progress.order.number,
                "POSNR": f"{item.item_number:06d}",
                "LFSTA": delivery,
                "LFGSA": delivery,
                "WBSTA": progress.goods_status(item),
                "FKSAA": progress.order_billing_status(item),
                "ABSTA": "C" if item.rejection_reason else "A",
                "GBSTA": progress.item_status(item),
                "KOSTA": progress.picking_status(item),
            }
    for document in _deliveries(system, keys):
        yield from deliveries.item_status_rows(document, system)


def likp(system: SapSystem, keys: Keys) -> Rows:
    """Delivery headers, with status as in S/4."""
    clock = system.clock
    for delivery in _deliveries(system, keys):
        yield {
            **deliveries.status_row(delivery, system),
            **deliveries.header_row(delivery, clock),
            "LIFNR": delivery.forwarding_agent,
            "SPE_WAUHR_IST": clock.tims(delivery.goods_issue_at),
            "SPE_WAZONE_IST": "CET" if delivery.goods_issue_at else "",
        }


def lips(system: SapSystem, keys: Keys) -> Rows:
    """Delivery items."""
    clock = system.clock
    for delivery in _deliveries(system, keys):
        states = deliveries.item_status_rows(delivery, system)
        rows = deliveries.item_rows(delivery, system.customising)
        for row, state in zip(rows, states, strict=True):
            yield {
                **row,
                **state,
                "MATNR": row["MATNR_LONG"],
                "ERNAM": delivery.created_by,
                "ERDAT": clock.dats(delivery.created_at),
                "ERZET": clock.tims(delivery.created_at),
            }


def _links(system: SapSystem, keys: Keys) -> list[FlowLink]:
    store = system.store
    if "VBELV" in keys:
        return [link for key in sorted(keys["VBELV"]) for link in store.flow(preceding=key)]
    if "VBELN" in keys:
        return [link for key in sorted(keys["VBELN"]) for link in store.flow(subsequent=key)]
    return store.flow()


def vbfa(system: SapSystem, keys: Keys) -> Rows:
    """Document flow."""
    for link in _links(system, keys):
        row = deliveries.flow_row(link, system.clock)
        amount = system.customising.internal_amount(link.value, link.currency)
        key = hashlib.md5(repr(link).encode(), usedforsecurity=False).hexdigest()
        yield {**row, "RUUID": key, "RFWRT": amount, "STUFE": f"{link.level:02d}"}


def vbrk(system: SapSystem, keys: Keys) -> Rows:
    """Billing headers."""
    clock, customising = system.clock, system.customising
    for document in _billing(system, keys):
        currency = document.currency
        yield {
            "VBELN": document.number,
            "FKART": document.billing_type,
            "FKTYP": document.billing_category or "L",
            "VBTYP": document.category,
            "WAERK": currency,
            "VKORG": document.sales_organization,
            "VTWEG": document.distribution_channel,
            "KNUMV": document.number,
            "FKDAT": clock.dats(document.billing_date),
            "BELNR": document.accounting_document,
            "GJAHR": f"{document.billing_date.year:04d}",
            "RFBSK": document.posting_status,
            "BUKRS": document.sales_organization,
            "NETWR": customising.internal_amount(document.net_value, currency),
            "MWSBK": customising.internal_amount(document.tax_value, currency),
            "KUNRG": document.payer,
            "KUNAG": document.sold_to,
            "ERNAM": document.created_by,
            "ERDAT": clock.dats(document.created_at),
            "ERZET": clock.tims(document.created_at),
            "XBLNR": document.number,
            "ZTERM": document.payment_terms,
            "BSTNK_VF": document.customer_reference[:20],
            "SFAKN": document.cancels,
            "FKSTO": "X" if document.is_cancelled else "",
            "AEDAT": clock.dats(document.changed_on),
        }


def vbrp(system: SapSystem, keys: Keys) -> Rows:
    """Billing items."""
    clock, customising = system.clock, system.customising
    for document in _billing(system, keys):
        for item in document.items:
            quantity, unit = customising.in_sales_unit(item.quantity, item.unit, item.packed_in)
            yield {
                "VBELN": document.number,
                "POSNR": f"{item.item_number:06d}",
                "FKIMG": quantity,
                "VRKME": unit,
                "NETWR": customising.internal_amount(item.net_value, document.currency),
                "MWSBP": customising.internal_amount(item.tax_value, document.currency),
                "VGBEL": item.reference,
                "VGPOS": f"{item.reference_item:06d}",
                "VGTYP": "C" if item.reference == item.sales_order else "J",
                "AUBEL": item.sales_order,
                "AUPOS": f"{item.order_item:06d}",
                "MATNR": item.material,
                "ARKTX": item.short_text,
                "PSTYV": item.item_category,
                "ERNAM": document.created_by,
                "ERDAT": clock.dats(document.created_at),
                "ERZET": clock.tims(document.created_at),
            }


READERS: dict[str, Callable[[SapSystem, Keys], Rows]] = {
    "VBAK": vbak,
    "VBAP": vbap,
    "VBKD": vbkd,
    "VBPA": vbpa,
    "VBUK": vbuk,
    "VBUP": vbup,
    "LIKP": likp,
    "LIPS": lips,
    "VBFA": vbfa,
    "VBRK": vbrk,
    "VBRP": vbrp,
}
