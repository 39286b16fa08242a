"""RFC_READ_TEXT: texts of orders, and the tracking text of deliveries (SAP sheet 4.2)."""

from __future__ import annotations

from typing import Any

from .calls import Call
from .documents import Delivery, SalesOrder

TRACKING_TEXT = "ZTRK"  # carrier;number, one line per parcel
_LANGUAGES = {"E": "EN", "D": "DE"}


def read_text(call: Call) -> dict[str, Any]:
    """Each row asks for one text; the answer holds its lines, or a message if there is none."""
    return {"TEXT_LINES": [line for row in call["TEXT_LINES"] for line in _lines(call, row)]}


def _lines(call: Call, row: Any) -> list[dict[str, Any]]:
    key = {name: row[name] for name in ("TDOBJECT", "TDNAME", "TDID", "TDSPRAS")}
    found = _found(call, row)
    if not found:
        return [
            {
                **key,
                "MSGTY": "E",
                "MSGID": "TD",
                "MSGNO": "600",
                "MSGV1": row["TDNAME"],
                "MSGV2": row["TDID"],
            }
        ]
    return [
        {**key, "COUNTER": f"{count:08d}", "TDFORMAT": form, "TDLINE": text}
        for count, (form, text) in enumerate(found, 1)
    ]


def _found(call: Call, row: Any) -> list[tuple[str, str]]:
    store = call.system.store
    language = _LANGUAGES.get(row["TDSPRAS"], row["TDSPRAS"])
    number, item = row["TDNAME"][:10], int(row["TDNAME"][10:] or 0)
    order = store.get(SalesOrder, number)
    if order is not None:
        return [
            (line.format_column, line.line)
            for line in order.texts
            if line.text_id == row["TDID"]
            and line.item_number == item
            and language in ("", line.language)
        ]
    delivery = store.get(Delivery, number)
    if delivery is not None and row["TDID"] == TRACKING_TEXT:
        return [("*", f"{delivery.carrier};{number}") for number in delivery.tracking]
    return []
