"""BAPI_DELIVERY_GETLIST."""

from __future__ import annotations

from typing import Any

from . import progress
from .calls import Call
from .clock import Clock
from .customising import Customising
from .documents import Delivery, DeliveryItem, FlowLink
from .ranges import matches
from .store import Store
from .system import SapSystem


def get_list(call: Call) -> dict[str, Any]:
    """Deliveries by number, sales order, status, shipping point and creation date."""
    store, clock = call.system.store, call.system.clock
    found = [delivery for delivery in _candidates(call, store) if _selected(call, delivery, clock)]
    flags = call["IS_DLV_DATA_CONTROL"]
    result: dict[str, Any] = {
        "ET_DELIVERY_HEADER": [header_row(d, clock) for d in found],
        "RETURN": [],
    }
    if flags["HEAD_STATUS"] == "X":
        result["ET_DELIVERY_HEADER_STS"] = [status_row(d, call.system) for d in found]
    if flags["HEAD_PARTNER"] == "X":
        result["ET_DELIVERY_PARTNER"] = [row for d in found for row in partner_rows(d)]
    if flags["ITEM"] == "X":
        result["ET_DELIVERY_ITEM"] = [
            row for d in found for row in item_rows(d, call.system.customising)
        ]
    if flags["ITEM_STATUS"] == "X":
        result["ET_DELIVERY_ITEM_STS"] = [
            row for d in found for row in item_status_rows(d, call.system)
        ]
    if flags["DOC_FLOW"] == "X":
        result["ET_DOCUMENT_FLOW"] = [flow_row(ln, clock) for d in found for ln in _flow(d, store)]
    if flags["HU_DATA"] == "X":
        result["ET_HU_HEADER"] = [row for d in found for row in parcel_rows(d)]
    return result


def _candidates(call: Call, store: Store) -> list[Delivery]:
    """As few documents as the selection allows to read."""
    numbers: list[str] | None = None
    if _only_equal(call["IT_VBELN"]):
        numbers = [row["DELIV_NUMB_LOW"] for row in call["IT_VBELN"]]
    elif _only_equal(call["IT_VGBEL"]):
        numbers = [
            number
            for row in call["IT_VGBEL"]
            for number in store.successors(row["REF_DOC_LOW"], "J")
        ]
    if numbers is None:
        return store.all(Delivery)
    found = (store.get(Delivery, number) for number in dict.fromkeys(numbers))
    return [delivery for delivery in found if delivery is not None]


def _only_equal(rows: list[dict[str, Any]]) -> bool:
    return bool(rows) and all(r["SIGN"] == "I" and r["OPTION"] == "EQ" for r in rows)


def _selected(call: Call, delivery: Delivery, clock: Clock) -> bool:
    orders = {item.sales_order for item in delivery.items}
    status = progress.goods_movement_of(delivery)
    return (
        matches(call["IT_VBELN"], "DELIV_NUMB", [delivery.number])
        and matches(call["IT_VGBEL"], "REF_DOC", orders)
        and matches(call["IT_WBSTK"], "OVERALL_STATUS_GOODS_MOVEM", [status])
        and matches(call["IT_VSTEL"], "SHIP_POINT", [delivery.shipping_point])
        and matches(call["IT_ERDAT"], "CR_ON", [clock.dats(delivery.created_at)])
        and matches(call["IT_PKSTK"], "PKSTK", [progress.packing_of_delivery(delivery)])
        and not call["IT_TKNUM"]
    )


def header_row(delivery: Delivery, clock: Clock) -> dict[str, Any]:
    """BAPIDLVHDR, and LIKP as far as the names are the same."""
    return {
        "MANDT": "100",
        "VBELN": delivery.number,
        "ERNAM": delivery.created_by,
        "ERDAT": clock.dats(delivery.created_at),
        "ERZET": clock.tims(delivery.created_at),
        "VSTEL": delivery.shipping_point,
        "VKORG": delivery.sales_organization,
        "LFART": "LF",
        "WADAT": clock.dats(delivery.planned_goods_issue_at),
        "WAUHR": clock.tims(delivery.planned_goods_issue_at),
        "LFDAT": clock.dats(delivery.planned_goods_issue_at),
        "KODAT": clock.dats(delivery.planned_pick_at),
        "KOUHR": clock.tims(delivery.planned_pick_at),
        "ROUTE": delivery.route,
        "KUNNR": delivery.ship_to,
        "KUNAG": delivery.sold_to,
        "ANZPK": f"{len(delivery.parcels):05d}",
        "GEWEI": "KG",
        "AENAM": "WAREHOUSE" if delivery.changed_on else "",
        "AEDAT": clock.dats(delivery.changed_on),
        "BOLNR": delivery.bill_of_lading,
        "TRATY": "0001" if delivery.means_of_transport else "",
        "TRAID": delivery.means_of_transport,
        "LIFEX": delivery.external_delivery_id,
        "WADAT_IST": clock.dats(delivery.goods_issue_at),
        "VSART": delivery.shipping_type,
    }


def status_row(delivery: Delivery, system: SapSystem) -> dict[str, Any]:
    """The VBUK-like header status."""
    picking, goods = progress.picking_of_delivery(delivery), progress.goods_movement_of(delivery)
    billing = progress.billing_of_delivery(delivery, system.store, system.customising)
    return {
        "MANDT": "100",
        "VBELN": delivery.number,
        "KOSTK": picking,
        "KOQUK": "",
        "LVSTK": picking if delivery.transfer_orders else "A",
        "PKSTK": progress.packing_of_delivery(delivery),
        "WBSTK": goods,
        "FKSTK": billing,
        "GBSTK": progress.overall((picking, goods, billing)),
        "UVALL": "C",
        "VBTYP": "J",
        "AEDAT": system.clock.dats(delivery.changed_on),
    }


def partner_rows(delivery: Delivery) -> list[dict[str, Any]]:
    """Ship-to, sold-to and the forwarding agent (internal role SP, a vendor)."""
    rows = [
        {"VBELN": delivery.number, "PARVW": "WE", "KUNNR": delivery.ship_to},
        {"VBELN": delivery.number, "PARVW": "AG", "KUNNR": delivery.sold_to},
    ]
    if delivery.forwarding_agent:
        rows.append({"VBELN": delivery.number, "PARVW": "SP", "LIFNR": delivery.forwarding_agent})
    return rows


def item_rows(delivery: Delivery, customising: Customising) -> list[dict[str, Any]]:
    """BAPIDLVITEM."""
    return [
        {
            "VBELN": delivery.number,
            "POSNR": f"{item.item_number:06d}",
            "PSTYV": item.item_category,
            "MATNR": item.material if len(item.material) <= 18 else "",
            "MATNR_LONG": item.material,
            "CHARG": item.batch,
            "WERKS": item.plant,
            "LGORT": "0001",
            "ARKTX": item.short_text,
            **_sold_as(item, customising),
            "MEINS": customising.base_unit(item.unit),
            "LGMNG": customising.in_base_unit(item.quantity, item.unit),
            "VGBEL": item.sales_order,
            "VGPOS": f"{item.order_item:06d}",
            "UECHA": f"{item.batch_main_item:06d}",
        }
        for item in delivery.items
    ]


def _sold_as(item: DeliveryItem, customising: Customising) -> dict[str, Any]:
    quantity, unit = customising.in_sales_unit(item.quantity, item.unit, item.packed_in)
    return {"LFIMG": quantity, "VRKME": unit}


def item_status_rows(delivery: Delivery, system: SapSystem) -> list[dict[str, Any]]:
    """The VBUP-like item status."""
    billed = progress.billing_of_items(delivery, system.store, system.customising)
    goods = progress.goods_movement_of(delivery)
    rows = []
    for item in delivery.items:
        picking = progress.picking_of(item)
        billing = billed[item.item_number]
        rows.append(
            {
                "MANDT": "100",
                "VBELN": delivery.number,
                "POSNR": f"{item.item_number:06d}",
                "KOSTA": picking,
                "LVSTA": picking,
                "WBSTA": goods if item.quantity else "",
                "PKSTA": progress.packing_of_delivery(delivery),
                "FKSTA": billing,
                "GBSTA": progress.overall((picking, goods, billing)),
            }
        )
    return rows


def parcel_rows(delivery: Delivery) -> list[dict[str, Any]]:
    """One handling unit per parcel."""
    return [
        {
            "VENUM": parcel.internal_number,
            "EXIDV": parcel.external_id,
            "EXIDV2": parcel.external_id_2,
            "VHART": "0002",
        }
        for parcel in delivery.parcels
    ]


def _flow(delivery: Delivery, store: Store) -> list[FlowLink]:
    before = [link for link in store.flow(subsequent=delivery.number) if link.category == "J"]
    return before + store.flow(preceding=delivery.number)


def flow_row(link: FlowLink, clock: Clock) -> dict[str, Any]:
    """A record of VBFA."""
    return {
        "VBELV": link.preceding,
        "POSNV": f"{link.preceding_item:06d}",
        "VBELN": link.subsequent,
        "POSNN": f"{link.subsequent_item:06d}",
        "VBTYP_N": link.category,
        "RFMNG": link.quantity,
        "MEINS": link.unit,
        "RFWRT": link.value,
        "WAERS": link.currency,
        "VBTYP_V": link.preceding_category,
        "ERDAT": clock.dats(link.created_at),
        "ERZET": clock.tims(link.created_at),
        "MATNR": link.material,
        "BWART": link.movement_type,
    }
