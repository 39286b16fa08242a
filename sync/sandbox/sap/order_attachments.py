"""What hangs on an order in BAPISDORDER_GETDETAILEDLIST: document flow and texts."""

from __future__ import annotations

from typing import Any

from .calls import Call
from .documents import FlowLink, SalesOrder, TextLine
from .progress import Progress

Rows = list[dict[str, Any]]


def flow(call: Call, progress: Progress) -> Rows:
    """BAPISDFLOW: successors of the order and of its deliveries."""
    store, order = call.system.store, progress.order
    links = [
        link
        for number in (order.number, *(d.number for d in progress.deliveries))
        for link in store.flow(preceding=number)
    ]
    return [_flow_row(call, order, link) for link in links]


def _flow_row(call: Call, order: SalesOrder, link: FlowLink) -> dict[str, Any]:
    clock, customising = call.system.clock, call.system.customising
    return {
        "SD_DOC": order.number,
        "PRECSDDOC": link.preceding,
        "PREDITDOC": f"{link.preceding_item:06d}",
        "SUBSSDDOC": link.subsequent,
        "SUBSITDOC": f"{link.subsequent_item:06d}",
        "DOCCATEGOR": link.category,
        "DOCCATEGOR_LONG": link.category,
        "DOC_CAT_SD": link.preceding_category,
        "DOC_CAT_SD_LONG": link.preceding_category,
        "REF_QTY": link.quantity,
        "BASE_UOM": link.unit,
        "T_UNIT_ISO": customising.iso_unit(link.unit),
        "REFERENVAL": link.value,
        "STATISCURR": link.currency,
        "CURRENCISO": link.currency[:3],
        "CREAT_DATE": clock.dats(link.created_at),
        "REC_TIME": clock.tims(link.created_at),
        "MATERIAL": link.material[:18],
        "MATERIAL_LONG": link.material,
        "MOVE_TYP": link.movement_type,
        "LEVELFLOWR": f"{link.level:02d}",
        "SALES_UNIT": link.unit,
    }


def _text_name(order: SalesOrder, line: TextLine) -> tuple[str, str]:
    if line.item_number:
        return "VBBP", f"{order.number}{line.item_number:06d}"
    return "VBBK", order.number


def text_headers(call: Call, progress: Progress) -> Rows:
    """BAPISDTEHD: one row per text."""
    order = progress.order
    heads = dict.fromkeys((line.item_number, line.text_id, line.language) for line in order.texts)
    rows = []
    for number, text_id, language in heads:
        kind, name = _text_name(order, TextLine(number, text_id, language, ""))
        rows.append(
            {
                "SD_DOC": order.number,
                "ITM_NUMBER": f"{number:06d}",
                "APPLOBJECT": kind,
                "TEXT_NAME": name,
                "TEXT_ID": text_id,
                "LANGU_ISO": language,
                "LANGU": {"EN": "E", "DE": "D"}.get(language, language[:1]),
            }
        )
    return rows


def text_lines(call: Call, progress: Progress) -> Rows:
    """BAPITEXTLI: the lines."""
    order = progress.order
    rows = []
    for count, line in enumerate(order.texts, 1):
        kind, name = _text_name(order, line)
        rows.append(
            {
                "APPLOBJECT": kind,
                "TEXT_NAME": name,
                "TEXT_ID": line.text_id,
                "LANGU_ISO": line.language,
                "LINE_CNT": f"{count:08d}",
                "LINE": line.line,
                "LANGU": {"EN": "E", "DE": "D"}.get(line.language, line.language[:1]),
                "FORMAT_COL": line.format_column,
            }
        )
    return rows
