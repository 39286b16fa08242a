"""Creating and changing sales orders in the buffer of a session; nothing is saved here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from . import order_checks as checks
from .added_items import determine_free_goods
from .calls import Call
from .customising import Customising
from .documents import Condition, OrderItem, SalesOrder
from .messages import Message
from .order_input import (
    OrderTables,
    TakenRow,
    header_taken,
    partners_from,
    rows_taken,
    texts_from,
)
from .pricing import price_order

ITEM_KEY = ("ITM_NUMBER",)
SCHEDULE_KEY = ("ITM_NUMBER", "SCHED_LINE")
RECORD_PRICE = Decimal("25.00")  # of every material, in the order's currency
CONDITION_KEY = ("ITM_NUMBER", "COND_ST_NO", "COND_COUNT", "COND_TYPE")
KEPT_HEADER_FIELDS = (
    "PURCH_DATE",
    "PO_METHOD",
    "PO_SUPPLEM",
    "REF_1",
    "NAME",
    "TELEPHONE",
    "REQ_DATE_H",
    "SHIP_COND",
    "SHIP_TYPE",
    "PMNTTRMS",
    "DLV_BLOCK",
    "BILL_BLOCK",
    "INCOTERMS1",
    "INCOTERMS2",
    "INCOTERMS2L",
    "DOC_DATE",
    "PRICE_DATE",
    "REF_DOC_L",
    "ASS_NUMBER",
    "ORD_REASON",
    "COMPL_DLV",
    "PYMT_METH",
    "PURCH_NO_S",
    "REF_DOC_L_LONG",
    "BILL_DATE",
)


def create(call: Call) -> dict[str, Any]:
    """BAPI_SALESORDER_CREATEFROMDAT2: check, price, draw a number, buffer until the commit."""
    if call.system.faults.take("locked", call.function):
        return _refused(call, [Message("E", "V1", "042", ("", "MILLER"))])
    if fault := call.system.faults.take("message", call.function):
        message_class, _, number = fault.key.rpartition(" ")
        return _refused(call, [Message("E", message_class, number.zfill(3))])
    order = build_order(call)
    customising = call.system.customising
    messages = checks.check_header(order, customising)
    if not messages:
        messages += checks.check_partners(order, customising)
        messages += checks.check_items(order, customising, call.session.language)
        messages += checks.check_conditions(order, customising)
    external = call["SALESDOCUMENTIN"]
    if external and call.system.store.get(SalesOrder, external):
        messages.append(Message("E", "V1", "301", (external,), checks.HEADER))
    if any(message.is_failure for message in messages):
        return _refused(call, messages)
    if call.system.settings.free_goods:
        determine_free_goods(order)
    is_grouped = call.system.settings.freight_is_group_condition
    price_order(order, customising, is_grouped=is_grouped)
    order.incomplete = checks.missing_fields(order)
    messages = _success(call, order)
    test = call["TESTRUN"] == "X" or call["BEHAVE_WHEN_ERROR"] == "R"
    if test:
        return {"SALESDOCUMENT": "", "RETURN": call.bapiret2(messages)}
    order.number = external or call.system.store.draw("order")
    call.session.pending.append(order)
    call.session.locks.add(order.number)
    messages.append(_saved_message(call, order))
    return {"SALESDOCUMENT": order.number, "RETURN": call.bapiret2(messages)}


def _refused(call: Call, messages: list[Message]) -> dict[str, Any]:
    closing = Message("E", "V4", "219", (), "VBAKKOM")
    return {"SALESDOCUMENT": "", "RETURN": call.bapiret2([*messages, closing])}


def _success(call: Call, order: SalesOrder) -> list[Message]:
    messages = [Message("S", "V4", "233", ("VBAKKOM",), checks.HEADER)]
    messages += [
        Message("S", "V4", "233", ("VBAPKOM", f"{item.item_number:06d}"), checks.ITEM, row)
        for row, item in enumerate(order.items, 1)
    ]
    if order.incomplete:
        messages.append(Message("W", "V1", "555", (), "VBAKKOM"))
    duplicate = call.system.settings.duplicate_po_warning and order.customer_reference
    known = (
        call.system.store.find_orders(
            customer_reference=order.customer_reference, sold_to=order.sold_to
        )
        if duplicate
        else []
    )
    if known:
        variables = (order.customer_reference, order.sold_to.lstrip("0"), known[0].lstrip("0"))
        messages.append(Message("W", "V4", "115", variables, checks.HEADER, field="PURCH_NO_C"))
    return messages


def _saved_message(call: Call, order: SalesOrder) -> Message:
    text = call.system.customising.order_types[order.order_type][f"text_{call.session.language}"]
    return Message("S", "V1", "311", (text, order.number.lstrip("0")), "SALES_HEADER_IN")


# ---- building
def build_order(call: Call) -> SalesOrder:
    """The order as sent, after the X rule; unchecked and unpriced."""
    customising = call.system.customising
    header = header_taken(call["ORDER_HEADER_IN"], call["ORDER_HEADER_INX"], "I")
    convert = call["CONVERT"] == "X"
    area = "/".join(header.get(name, "") for name in ("SALES_ORG", "DISTR_CHAN", "DIVISION"))
    defaults = customising.sales_areas.get(area, {})
    order = SalesOrder(
        number="",
        order_type=_order_type(header.get("DOC_TYPE", ""), customising, convert),
        sales_organization=header.get("SALES_ORG", ""),
        distribution_channel=header.get("DISTR_CHAN", ""),
        division=header.get("DIVISION", ""),
        created_at=call.system.clock.now(),
        created_by=call.session.user,
        sold_to="",
        currency=header.get("CURRENCY") or header.get("CURR_ISO") or defaults.get("currency", ""),
        customer_reference=header.get("PURCH_NO_C", ""),
        header={name: str(header[name]) for name in KEPT_HEADER_FIELDS if header.get(name)},
        partners=partners_from(
            call["ORDER_PARTNERS"],
            call["PARTNERADDRESSES"],
            lambda: call.system.store.draw("address"),
        ),
        texts=texts_from(call["ORDER_TEXT"]),
    )
    if convert:
        _convert_roles(order, customising)
    sold_to = order.partner("AG")
    order.sold_to = sold_to.number if sold_to else ""
    customer = customising.customers.get(order.sold_to)
    if customer and customer.payment_terms:
        order.header.setdefault("PMNTTRMS", customer.payment_terms)
    tables = OrderTables(
        rows_taken(call["ORDER_ITEMS_IN"], call["ORDER_ITEMS_INX"], ITEM_KEY),
        rows_taken(call["ORDER_SCHEDULES_IN"], call["ORDER_SCHEDULES_INX"], SCHEDULE_KEY),
        rows_taken(call["ORDER_CONDITIONS_IN"], call["ORDER_CONDITIONS_INX"], CONDITION_KEY),
    )
    order.conditions = [condition_from(row, customising) for row in tables.conditions]
    order.items = _items(tables, order, customising, call["INT_NUMBER_ASSIGNMENT"] == "X")
    return order


def _order_type(key: str, customising: Customising, convert: bool) -> str:
    if convert:
        for internal, row in customising.order_types.items():
            if row["external_E"] == key:
                return internal
    return key


def _convert_roles(order: SalesOrder, customising: Customising) -> None:
    external = {row["external_E"]: key for key, row in customising.partner_roles.items()}
    for partner in order.partners:
        partner.role = external.get(partner.role, partner.role)


def condition_from(row: TakenRow, customising: Customising) -> Condition:
    """A condition as sent."""
    unit = customising.unit(row.text("COND_UNIT"), row.text("CD_UNT_ISO"))
    return Condition(
        row.number("ITM_NUMBER"),
        row.text("COND_TYPE"),
        _value_of(row, customising),
        row.text("CURRENCY") or row.text("CURR_ISO"),
        row.amount("COND_P_UNT") or Decimal(1),
        unit or row.text("COND_UNIT"),
    )


def _value_of(row: TakenRow, customising: Customising) -> Decimal:
    """A price type without a value taken over is priced by SAP's own record (SAP sheet 13.3)."""
    kind = customising.condition_types.get(row.text("COND_TYPE"))
    if "COND_VALUE" not in row.values and kind is not None and kind.role == "price":
        return RECORD_PRICE
    return row.amount("COND_VALUE")


def _items(
    tables: OrderTables, order: SalesOrder, customising: Customising, internal: bool
) -> list[OrderItem]:
    items = []
    next_number = 10
    for row in tables.items:
        given = row.number("ITM_NUMBER")
        number = next_number if internal or not given else given
        next_number = number + 10
        items.append(item_from(row, number, tables, order, customising))
    return items


def item_from(
    row: TakenRow, number: int, tables: OrderTables, order: SalesOrder, customising: Customising
) -> OrderItem:
    """A line as sent, completed from the material and the sales area."""
    material = row.text("MATERIAL_LONG") or row.text("MATERIAL")
    material = material or customising.eans.get(row.text("EAN_UPC"), "")
    known = customising.materials.get(material)
    area = customising.sales_areas.get(
        "/".join((order.sales_organization, order.distribution_channel, order.division)), {}
    )
    unit = row.text("SALES_UNIT") or row.text("TARGET_QU")
    if not unit and not row.text("S_UNIT_ISO"):
        unit = "ST"
    quantity = tables.quantity(number)
    higher = row.number("HG_LV_ITEM")
    category = row.text("ITEM_CATEG") or (known.item_category if known else "")
    has_price = any(
        c.item_number == number
        and c.value
        and c.condition_type in customising.condition_types
        and customising.condition_types[c.condition_type].role == "price"
        for c in order.conditions
    )
    if higher and not has_price and category == "TAN":
        category = "TANN"
    return OrderItem(
        number,
        material,
        row.text("SHORT_TEXT") or (known.text if known else ""),
        quantity if quantity is not None else row.amount("TARGET_QTY"),
        customising.unit(unit, row.text("S_UNIT_ISO")) or unit or row.text("S_UNIT_ISO"),
        category,
        row.text("PLANT") or area.get("plant", ""),
        row.text("PO_ITM_NO"),
        higher,
        row.text("REASON_REJ"),
        row.text("SHIP_POINT") or area.get("shipping_point", ""),
        tables.requested_date(number),
    )
