"""SAP's answers about deliveries as records. Pure; SAP sheet 4."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sync.reading import Read, UnreadableRecord
from sync.sap import abap
from sync.sap.options import SapOptions
from sync.sap.records import SapDelivery, SapDeliveryItem
from sync.sap.refusals import Unattributed
from sync.sap.rows import (
    Row,
    amount,
    document_numbers,
    first_date,
    grouped,
    material,
    moment,
    needed_rows,
    number,
    only_row,
    present_number,
    present_text,
    require_distinct,
    required_number,
    required_quantity,
    required_text,
    rows,
    rows_by_document,
    status,
    text,
    text_or_blank,
)
from sync.sap.unreadable import DELIVERY, kept_apart
from sync.told import told

# A handling unit's row names its delivery under one of these, or not at all (unconfirmed).
HANDLING_UNIT_KEYS = ("VBELN", "VPOBJKEY")
SHIP_TO_ROLE = "WE"
GOODS_MOVEMENT = "R"
END_OF_DAY = "240000"


def parse_deliveries(answer: Row, options: SapOptions) -> Read[SapDelivery]:
    """Raises ``Unattributed`` where a row does not say which delivery it belongs to."""
    headers = needed_rows(answer, "ET_DELIVERY_HEADER")
    numbers = document_numbers(headers, "VBELN")
    own = rows_by_document(headers, "VBELN", numbers)
    tables = {
        name: rows_by_document(rows(answer, name), "VBELN", numbers)
        for name in ("ET_DELIVERY_HEADER_STS", "ET_DELIVERY_ITEM")
    }
    for name in ("ET_DELIVERY_PARTNER", "ET_DELIVERY_ITEM_STS"):
        tables[name] = grouped(rows(answer, name), "VBELN")
    flow = rows(answer, "ET_DOCUMENT_FLOW")
    units = _attributed(rows(answer, "ET_HU_HEADER"))
    found: list[SapDelivery] = []
    unreadable: list[UnreadableRecord] = []
    for document in numbers:
        parts = {name: table.get(document, []) for name, table in tables.items()}
        orders = {text_or_blank(row, "VGBEL") for row in parts["ET_DELIVERY_ITEM"]} - {""}
        with kept_apart(unreadable, DELIVERY, document, orders=tuple(sorted(orders))):
            header = only_row(own[document], told("the delivery"))
            delivery = replace(
                _delivery(header, parts, options),
                handling_units=_handling_units(units, document, is_only=len(numbers) == 1),
                picked_at_from_flow=_last_in_flow(
                    flow, document, options.picking_flow_categories, options
                ),
                goods_issued_at_from_flow=_last_in_flow(flow, document, (GOODS_MOVEMENT,), options),
            )
            found.append(delivery)
    return Read(tuple(found), tuple(unreadable))


def _attributed(units: list[Row]) -> list[Row]:
    """Raises ``Unattributed`` where only some handling units name their delivery."""
    if names_owners(units) and not all(_owner(unit) for unit in units):
        raise Unattributed(told("A handling unit from SAP names no delivery."))
    return units


def names_owners(units: list[Row]) -> bool:
    return any(_owner(unit) for unit in units)


def _owner(unit: Row) -> str:
    values = (unit.get(name) for name in HANDLING_UNIT_KEYS)
    return next((one.strip() for one in values if isinstance(one, str) and one.strip()), "")


def _delivery(header: Row, tables: dict[str, list[Row]], options: SapOptions) -> SapDelivery:
    """S/4 fills the statuses in the header, ECC in the status table: the filled one counts."""
    statuses = tables["ET_DELIVERY_HEADER_STS"]
    progress = only_row(statuses, told("the delivery's status")) if statuses else {}
    partners = tables["ET_DELIVERY_PARTNER"]
    return SapDelivery(
        delivery_number=required_text(header, "VBELN"),
        created_date=first_date(header, "ERDAT"),
        shipping_point=text(header, "VSTEL"),
        ship_to=text(header, "KUNNR") or _partner(partners, SHIP_TO_ROLE, "KUNNR"),
        picking_status=status("KOSTK", progress, header),
        goods_movement_status=status("WBSTK", progress, header),
        billing_status=status("FKSTK", progress, header),
        planned_picking_at=moment(header, "KODAT", "KOUHR", options.zone),
        goods_issue_date=first_date(header, "WADAT_IST"),
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
        owner = _owner(unit)
        if abap.alpha(owner) == delivery_number or (is_only and not owner):
            own.append((text(unit, "EXIDV"), text(unit, "EXIDV2")))
    return tuple(own)


def _last_in_flow(
    flow: list[Row], delivery_number: str, categories: tuple[str, ...], options: SapOptions
) -> datetime | None:
    """When the last record of these categories was written in the delivery's document flow; field
    names are those of VBFA."""
    moments = [
        moment(row, "ERDAT", "ERZET", options.zone)
        for row in flow
        if row.get("VBELV") == delivery_number and text(row, "VBTYP_N") in categories
    ]
    return max((one for one in moments if one is not None), default=None)


def _items(
    items: list[Row], statuses: list[Row], options: SapOptions
) -> tuple[SapDeliveryItem, ...]:
    """Batch splits (UECHA names the main line) are added up to the line they belong to."""
    picking = {number(row, "POSNR"): text(row, "KOSTA") for row in statuses}
    numbers = [required_number(row, "POSNR") for row in items]
    require_distinct(numbers, "POSNR")
    lines = set(numbers)
    mains = [row for row in items if number(row, "UECHA") not in lines]
    splits: dict[int, list[tuple[int, Decimal]]] = {}
    base: dict[int, list[Decimal | None]] = {}
    for row in items:
        line = number(row, "UECHA") if number(row, "UECHA") in lines else number(row, "POSNR")
        base.setdefault(line, []).append(_base_quantity(row))
        main = number(row, "UECHA")
        if main in lines:
            split = (number(row, "POSNR"), required_quantity(row, "LFIMG"))
            splits.setdefault(main, []).append(split)
    return tuple(
        replace(
            _item(row, splits.get(number(row, "POSNR"), []), picking, options),
            base_quantity=_all_of(base[number(row, "POSNR")]),
        )
        for row in mains
    )


def _base_quantity(row: Row) -> Decimal | None:
    """LGMNG, if its unit is given too; None if it is initial although goods were delivered."""
    told = amount(row, "LGMNG") if text(row, "MEINS") else None
    return told or (told if not required_quantity(row, "LFIMG") else None)


def _all_of(parts: list[Decimal | None]) -> Decimal | None:
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if len(known) == len(parts) else None


def _item(
    row: Row, splits: list[tuple[int, Decimal]], picking: dict[int, str], options: SapOptions
) -> SapDeliveryItem:
    line = number(row, "POSNR")
    return SapDeliveryItem(
        item_number=line,
        material=material(row, "MATNR_LONG", "MATNR", pads=options.pads_numeric_materials),
        quantity=sum((quantity for _, quantity in splits), required_quantity(row, "LFIMG")),
        unit=text(row, "VRKME", "MEINS"),
        sap_sales_order_number=present_text(row, "VGBEL"),
        sap_item_number=present_number(row, "VGPOS"),
        picking_status=picking.get(line) or text(row, "KOSTA"),
        higher_level_item_number=number(row, "UEPOS"),
        splits=tuple(splits),
        base_unit=text(row, "MEINS"),
        plant=text(row, "WERKS"),
    )
