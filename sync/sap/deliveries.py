"""Outbound deliveries through BAPI_DELIVERY_GETLIST. SAP sheet 4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sync.sap import abap
from sync.sap.bapi import SapSession
from sync.sap.options import SapOptions
from sync.sap.orders import refuse_reading
from sync.sap.records import SapDelivery, SapDeliveryItem
from sync.sap.rows import Row, amount, chunks, grouped, material, number, required, rows, text

GETLIST = "BAPI_DELIVERY_GETLIST"
DOCUMENTS_PER_READ = 50
FLAGS = ("BYPASSING_BUFFER", "HEAD_STATUS", "HEAD_PARTNER", "ITEM", "ITEM_STATUS", "DOC_FLOW",
         "HU_DATA")  # fmt: skip
OPTIONAL = frozenset(f"IS_DLV_DATA_CONTROL.{flag}" for flag in FLAGS)
# A handling unit's row names its delivery under one of these, or not at all (unconfirmed).
HANDLING_UNIT_KEYS = ("VBELN", "VPOBJKEY")
SHIP_TO_ROLE = "WE"
GOODS_MOVEMENT = "R"
END_OF_DAY = "240000"


def search_deliveries(
    session: SapSession,
    *,
    sap_sales_order_numbers: Sequence[str] = (),
    delivery_numbers: Sequence[str] = (),
) -> list[SapDelivery]:
    """Deliveries of these sales orders, and these deliveries; each once."""
    found: dict[str, SapDelivery] = {}
    orders = [abap.alpha(number) for number in sap_sales_order_numbers if number.strip()]
    for chunk in chunks(orders, DOCUMENTS_PER_READ):
        selection = [_equals("REF_DOC_LOW", order) for order in chunk]
        found.update(_read(session, {"IT_VGBEL": selection}))
    wanted = [abap.alpha(number) for number in delivery_numbers if number.strip()]
    missing = [number for number in wanted if number not in found]
    for chunk in chunks(missing, DOCUMENTS_PER_READ):
        selection = [_equals("DELIV_NUMB_LOW", delivery) for delivery in chunk]
        found.update(_read(session, {"IT_VBELN": selection}))
    return list(found.values())


def _equals(field: str, value: str) -> dict[str, str]:
    return {"SIGN": "I", "OPTION": "EQ", field: value}


def _read(session: SapSession, selection: dict[str, Any]) -> dict[str, SapDelivery]:
    arguments = {"IS_DLV_DATA_CONTROL": dict.fromkeys(FLAGS, "X"), **selection}
    answer = session.call(GETLIST, arguments, optional=OPTIONAL)
    refuse_reading(session, answer, GETLIST)
    deliveries = parse_deliveries(answer, session.options)
    units = rows(answer, "ET_HU_HEADER")
    if units and len(deliveries) > 1 and not any(text(u, *HANDLING_UNIT_KEYS) for u in units):
        return {number: _read_one(session, d) for number, d in deliveries.items()}
    return deliveries


def _read_one(session: SapSession, delivery: SapDelivery) -> SapDelivery:
    """The delivery with its own handling units, where a bulk answer does not say whose they are."""
    selection = {"IT_VBELN": [_equals("DELIV_NUMB_LOW", delivery.delivery_number)]}
    return _read(session, selection).get(
        delivery.delivery_number, replace(delivery, handling_units=())
    )


# ---- parsing -----------------------------------------------------------------------------------
def parse_deliveries(answer: Row, options: SapOptions) -> dict[str, SapDelivery]:
    """The deliveries of an answer by number. Pure."""
    headers = rows(answer, "ET_DELIVERY_HEADER")
    tables = {
        name: grouped(rows(answer, name), "VBELN")
        for name in (
            "ET_DELIVERY_HEADER_STS",
            "ET_DELIVERY_PARTNER",
            "ET_DELIVERY_ITEM",
            "ET_DELIVERY_ITEM_STS",
        )
    }
    flow = rows(answer, "ET_DOCUMENT_FLOW")
    units = rows(answer, "ET_HU_HEADER")
    deliveries = {}
    for header in headers:
        delivery_number = required(header, "VBELN")
        own = {name: table.get(delivery_number, []) for name, table in tables.items()}
        deliveries[delivery_number] = replace(
            _delivery(header, own, options),
            handling_units=_handling_units(units, delivery_number, is_only=len(headers) == 1),
            picked_at_from_flow=_last_in_flow(
                flow, delivery_number, options.picking_flow_categories, options
            ),
            goods_issued_at_from_flow=_last_in_flow(
                flow, delivery_number, (GOODS_MOVEMENT,), options
            ),
        )
    return deliveries


def _delivery(header: Row, tables: dict[str, list[Row]], options: SapOptions) -> SapDelivery:
    """Statuses are in the header on S/4 and in the status table on ECC: the filled one counts."""
    status: Row = next(iter(tables["ET_DELIVERY_HEADER_STS"]), {})
    partners = tables["ET_DELIVERY_PARTNER"]
    return SapDelivery(
        delivery_number=required(header, "VBELN"),
        created_date=abap.read_date(text(header, "ERDAT")),
        shipping_point=text(header, "VSTEL"),
        ship_to=text(header, "KUNNR") or _partner(partners, SHIP_TO_ROLE, "KUNNR"),
        picking_status=text(status, "KOSTK") or text(header, "KOSTK"),
        goods_movement_status=text(status, "WBSTK") or text(header, "WBSTK"),
        billing_status=text(status, "FKSTK") or text(header, "FKSTK"),
        planned_picking_at=abap.read_moment(
            text(header, "KODAT"), text(header, "KOUHR"), options.zone
        ),
        goods_issue_date=abap.read_date(text(header, "WADAT_IST")),
        goods_issue_time=abap.read_time(text(header, "SPE_WAUHR_IST")),
        bill_of_lading=text(header, "BOLNR"),
        external_delivery_id=text(header, "LIFEX"),
        means_of_transport_id=text(header, "TRAID"),
        shipping_type=text(header, "VSART"),
        route=text(header, "ROUTE"),
        forwarding_agent=_partner(partners, options.forwarding_agent_role, "LIFNR", "KUNNR"),
        handling_units=(),
        items=_items(tables["ET_DELIVERY_ITEM"], tables["ET_DELIVERY_ITEM_STS"], options),
        sold_to=text(header, "KUNAG") or _partner(partners, options.sold_to_role, "KUNNR"),
        goods_issue_zone=text(header, "SPE_WAZONE_IST"),
        goods_issue_ends_day=text(header, "SPE_WAUHR_IST") == END_OF_DAY,
    )


def _partner(partners: list[Row], role: str, *fields: str) -> str:
    return next((text(row, *fields) for row in partners if text(row, "PARVW") == role), "")


def _handling_units(
    units: list[Row], delivery_number: str, *, is_only: bool
) -> tuple[tuple[str, str], ...]:
    own = []
    for unit in units:
        owner = text(unit, *HANDLING_UNIT_KEYS)
        if abap.alpha(owner) == delivery_number or (is_only and not owner):
            own.append((text(unit, "EXIDV"), text(unit, "EXIDV2")))
    return tuple(own)


def _last_in_flow(
    flow: list[Row], delivery_number: str, categories: tuple[str, ...], options: SapOptions
) -> datetime | None:
    """When the last record of these categories after the delivery was written; names of VBFA."""
    moments = [
        abap.read_moment(text(row, "ERDAT"), text(row, "ERZET"), options.zone)
        for row in flow
        if text(row, "VBELV") == delivery_number and text(row, "VBTYP_N") in categories
    ]
    return max((moment for moment in moments if moment is not None), default=None)


# ---- items -------------------------------------------------------------------------------------
def _items(
    items: list[Row], statuses: list[Row], options: SapOptions
) -> tuple[SapDeliveryItem, ...]:
    """Lines, with batch splits (UECHA names the main line) added up to the line they belong to."""
    picking = {number(row, "POSNR"): text(row, "KOSTA") for row in statuses}
    present = {number(row, "POSNR") for row in items}
    mains = [row for row in items if number(row, "UECHA") not in present]
    splits: dict[int, list[tuple[int, Decimal]]] = {}
    for row in items:
        main = number(row, "UECHA")
        if main in present:
            splits.setdefault(main, []).append((number(row, "POSNR"), amount(row, "LFIMG")))
    return tuple(
        _item(row, splits.get(number(row, "POSNR"), []), picking, options) for row in mains
    )


def _item(
    row: Row, splits: list[tuple[int, Decimal]], picking: dict[int, str], options: SapOptions
) -> SapDeliveryItem:
    line = number(row, "POSNR")
    return SapDeliveryItem(
        item_number=line,
        material=material(row, "MATNR_LONG", "MATNR", pads=options.pads_numeric_materials),
        quantity=sum((quantity for _, quantity in splits), amount(row, "LFIMG")),
        unit=text(row, "VRKME", "MEINS"),
        sap_sales_order_number=text(row, "VGBEL"),
        sap_item_number=number(row, "VGPOS"),
        picking_status=picking.get(line) or text(row, "KOSTA"),
        higher_level_item_number=number(row, "UEPOS"),
        splits=tuple(splits),
    )
