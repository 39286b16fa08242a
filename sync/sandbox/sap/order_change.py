"""BAPI_SALESORDER_CHANGE: works on a copy in the buffer, locks until commit or rollback."""

from __future__ import annotations

from typing import Any

from . import order_checks as checks
from .calls import Call
from .documents import SalesOrder, dump, load
from .messages import Message
from .order_input import OrderTables, TakenRow, rows_taken, taken, texts_from
from .pricing import price_order
from .progress import Progress, progress_of
from .sales_orders import (
    CONDITION_KEY,
    ITEM_KEY,
    KEPT_HEADER_FIELDS,
    SCHEDULE_KEY,
    condition_from,
    item_from,
)


def change(call: Call) -> dict[str, Any]:
    """Change, extend, reject items or delete; nothing is saved before the commit."""
    number = call["SALESDOCUMENT"]
    shown = number.lstrip("0")
    order = _current(call, number)
    if order is None:
        return _refused(call, shown, [Message("E", "V1", "302", (shown,))])
    forced = call.system.faults.take("locked", call.function)
    holder = "MILLER" if forced else call.system.lock_holder(number, call.session)
    if holder:
        return _refused(call, shown, [Message("E", "V1", "042", (shown, holder))])
    call.session.locks.add(number)
    progress = progress_of(order, call.system.store, call.system.customising)
    if call["ORDER_HEADER_INX"]["UPDATEFLAG"] == "D":
        return _delete(call, order, progress)
    messages = _apply(call, order, progress)
    if any(message.is_failure for message in messages):
        return _refused(call, shown, messages)
    order.changed_on = call.system.clock.today()
    order.incomplete = checks.missing_fields(order)
    if call["SIMULATION"] != "X":
        pending = [document for document in call.session.pending if document.number != number]
        call.session.pending = [*pending, order]
    messages = [Message("S", "V4", "233", ("VBAKKOM",), checks.HEADER)]
    if order.incomplete:
        messages.append(Message("W", "V1", "555", (), "VBAKKOM"))
    text = call.system.customising.order_types[order.order_type][f"text_{call.session.language}"]
    messages.append(Message("S", "V1", "311", (text, shown), checks.HEADER))
    return {"RETURN": call.bapiret2(messages)}


def _current(call: Call, number: str) -> SalesOrder | None:
    """The order as this session sees it: its own buffer only for orders already changed."""
    saved = call.system.store.get(SalesOrder, number)
    if saved is None:
        return None
    for document in call.session.pending:
        if isinstance(document, SalesOrder) and document.number == number:
            return load(SalesOrder, dump(document))
    return saved


def _refused(call: Call, shown: str, messages: list[Message]) -> dict[str, Any]:
    return {"RETURN": call.bapiret2([*messages, Message("E", "V4", "219", (shown,), "VBAKKOM")])}


def _delete(call: Call, order: SalesOrder, progress: Progress) -> dict[str, Any]:
    if progress.deliveries or progress.billing:
        shown = order.number.lstrip("0")
        return _refused(call, shown, [Message("E", "V1", "112", (shown,))])
    call.session.deleted.append(order.number)
    return {"RETURN": call.bapiret2([Message("S", "V4", "233", ("VBAKKOM",), checks.HEADER)])}


def _apply(call: Call, order: SalesOrder, progress: Progress) -> list[Message]:
    customising = call.system.customising
    header = taken(call["ORDER_HEADER_IN"], call["ORDER_HEADER_INX"])
    if "PURCH_NO_C" in header:
        order.customer_reference = header["PURCH_NO_C"]
    order.header.update({name: str(header[name]) for name in KEPT_HEADER_FIELDS if name in header})
    tables = OrderTables(
        rows_taken(call["ORDER_ITEM_IN"], call["ORDER_ITEM_INX"], ITEM_KEY, "U"),
        rows_taken(call["SCHEDULE_LINES"], call["SCHEDULE_LINESX"], SCHEDULE_KEY, "U"),
        rows_taken(call["CONDITIONS_IN"], call["CONDITIONS_INX"], CONDITION_KEY, "U"),
    )
    messages: list[Message] = []
    _change_conditions(tables, order, call)
    for row in tables.items:
        messages += _change_item(row, tables, order, progress, call)
    for item in order.items:
        quantity = tables.quantity(item.item_number)
        if quantity is not None:
            item.quantity = quantity
    texts = texts_from(call["ORDER_TEXT"])
    replaced = {(line.item_number, line.text_id, line.language) for line in texts}
    order.texts = [
        line
        for line in order.texts
        if (line.item_number, line.text_id, line.language) not in replaced
    ] + texts
    messages += checks.check_items(order, customising, call.session.language)
    messages += checks.check_conditions(order, customising)
    if not any(message.is_failure for message in messages):
        price_order(order, customising)
    return messages


def _change_item(
    row: TakenRow, tables: OrderTables, order: SalesOrder, progress: Progress, call: Call
) -> list[Message]:
    number = row.number("ITM_NUMBER")
    item = order.item(number)
    if row.update_flag == "I" and item is None:
        order.items.append(item_from(row, number, tables, order, call.system.customising))
        return []
    if item is None:
        return [Message("E", "V1", "331", (f"{number:06d}",), checks.ITEM, row.row_number)]
    if row.update_flag == "D":
        if progress.delivered[number] or progress.billed[number]:
            return [
                Message("E", "V1", "112", (order.number.lstrip("0"),), checks.ITEM, row.row_number)
            ]
        order.items.remove(item)
        order.conditions = [c for c in order.conditions if c.item_number != number]
        return []
    for name, attribute in (
        ("REASON_REJ", "rejection_reason"),
        ("SHORT_TEXT", "short_text"),
        ("PLANT", "plant"),
        ("PO_ITM_NO", "customer_item_number"),
    ):
        if name in row.values:
            setattr(item, attribute, row.text(name))
    return []


def _change_conditions(tables: OrderTables, order: SalesOrder, call: Call) -> None:
    for row in tables.conditions:
        new = condition_from(row, call.system.customising)
        order.conditions = [
            c
            for c in order.conditions
            if (c.item_number, c.condition_type) != (new.item_number, new.condition_type)
        ]
        if row.update_flag != "D":
            order.conditions.append(new)
