"""BAPI_SALESORDER_SIMULATE: checks and prices; quantities come as NUMC with three decimals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from . import order_checks as checks
from .calls import Call
from .documents import Condition, OrderItem, SalesOrder
from .order_input import partners_from
from .pricing import price_order
from .values import Row

THOUSAND = Decimal(1000)


def simulate(call: Call) -> dict[str, Any]:
    """Nothing is saved and no number is drawn; details are in MESSAGETABLE."""
    order = _build(call)
    customising = call.system.customising
    messages = checks.check_header(order, customising)
    if not messages:
        messages += checks.check_partners(order, customising)
        messages += checks.check_items(order, customising, call.session.language)
        messages += checks.check_conditions(order, customising)
    failures = [message for message in messages if message.is_failure]
    if failures:
        return {"RETURN": call.bapireturn(failures), "MESSAGETABLE": call.bapiret2(messages)}
    is_grouped = call.system.settings.freight_is_group_condition
    price_order(order, customising, is_grouped=is_grouped)
    incomplete = [
        {"TABLE_NAME": name.split("-")[0], "FIELD_NAME": name.split("-")[1]}
        for name in checks.missing_fields(order)
    ]
    return {
        "RETURN": {},
        "MESSAGETABLE": call.bapiret2(messages),
        "ORDER_ITEMS_OUT": [_item_row(item, order, call) for item in order.items],
        "ORDER_CONDITION_EX": [_condition_row(c, call) for c in order.conditions],
        "ORDER_SCHEDULE_EX": [
            {
                "ITM_NUMBER": f"{item.item_number:06d}",
                "SCHED_LINE": "0001",
                "REQ_QTY": item.quantity,
                "CONFIR_QTY": item.quantity,
                "SALES_UNIT": item.unit,
            }
            for item in order.items
        ],
        "ORDER_INCOMPLETE": incomplete,
        **_parties(order, call),
    }


def _build(call: Call) -> SalesOrder:
    header: Row = call["ORDER_HEADER_IN"]
    area = "/".join(header[name] for name in ("SALES_ORG", "DISTR_CHAN", "DIVISION"))
    defaults = call.system.customising.sales_areas.get(area, {})
    order = SalesOrder(
        "",
        header["DOC_TYPE"],
        header["SALES_ORG"],
        header["DISTR_CHAN"],
        header["DIVISION"],
        call.system.clock.now(),
        call.session.user,
        "",
        header["CURRENCY"] or header["CURRENCY_ISO"] or defaults.get("currency", ""),
        header["PURCH_NO_C"] or header["PURCH_NO"],
        {name: header[name] for name in ("SHIP_COND", "PMNTTRMS") if header[name]},
        partners=partners_from(call["ORDER_PARTNERS"], call["PARTNERADDRESSES"], lambda: "$1"),
    )
    sold_to = order.partner("AG")
    order.sold_to = sold_to.number if sold_to else ""
    for position, row in enumerate(call["ORDER_ITEMS_IN"], 1):
        number = int(row["ITM_NUMBER"]) or position * 10
        order.items.append(_item(row, number, call, defaults))
        order.conditions += _conditions(row, number, order.currency)
    for suffix in "1234":
        if header[f"CD_TYPE{suffix}"]:
            order.conditions.append(
                Condition(
                    0, header[f"CD_TYPE{suffix}"], header[f"CD_VALUE{suffix}"], order.currency
                )
            )
    return order


def _item(row: Row, number: int, call: Call, defaults: dict[str, str]) -> OrderItem:
    material = row["MATERIAL_LONG"] or row["MATERIAL"]
    material = material or call.system.customising.eans.get(row["EAN_UPC"], "")
    known = call.system.customising.materials.get(material)
    quantity = Decimal(row["REQ_QTY"]) or Decimal(row["TARGET_QTY"])
    unit = row["SALES_UNIT"] or row["TARGET_QU"]
    internal = (
        call.system.customising.unit(unit, row["S_UNIT_ISO"])
        if (unit or row["S_UNIT_ISO"])
        else "ST"
    )
    return OrderItem(
        number,
        material,
        row["SHORT_TEXT"] or (known.text if known else ""),
        quantity / THOUSAND,
        internal or unit,
        row["ITEM_CATEG"] or (known.item_category if known else ""),
        defaults.get("plant", ""),
        row["PO_ITM_NO"],
        int(row["HG_LV_ITEM"]),
    )


def _conditions(row: Row, number: int, currency: str) -> list[Condition]:
    found = []
    if row["COND_TYPE"]:
        value = row["COND_VAL1"] or row["COND_VALUE"]
        found.append(
            Condition(
                number,
                row["COND_TYPE"],
                value,
                currency,
                Decimal(row["COND_P_UNT"]) or Decimal(1),
                row["COND_D_UNT"],
            )
        )
    for suffix in "234":
        if row[f"CD_TYPE{suffix}"]:
            found.append(
                Condition(
                    number,
                    row[f"CD_TYPE{suffix}"],
                    row[f"CD_VALUE{suffix}"],
                    currency,
                    Decimal(row[f"CD_P_UNT{suffix}"]) or Decimal(1),
                    row[f"CD_D_UNT{suffix}"],
                )
            )
    return found


def _item_row(item: OrderItem, order: SalesOrder, call: Call) -> dict[str, Any]:
    stored = call.system.customising.internal_amount(item.net_value, order.currency)
    digits = int(abs(stored) * 100)
    return {
        "ITM_NUMBER": f"{item.item_number:06d}",
        "PO_ITM_NO": item.customer_item_number,
        "MATERIAL": item.material if len(item.material) <= 18 else "",
        "MATERIAL_LONG": item.material,
        "SHORT_TEXT": item.short_text,
        "NET_VALUE": f"{digits:015d}",
        "CURRENCY": order.currency,
        "SALES_UNIT": item.unit,
        "S_UNIT_ISO": call.system.customising.iso_unit(item.unit),
        "QTY_REQ_DT": f"{int(item.quantity * 1000):013d}",
        "NET_VALUE1": item.net_value,
        "CURR_ISO": order.currency,
        "REQ_QTY": item.quantity,
        "PLANT": item.plant,
        "TX_DOC_CUR": item.tax_value,
        "ITEM_CATEG": item.item_category,
        "HG_LV_ITEM": f"{item.higher_level_item:06d}",
    }


def _condition_row(condition: Condition, call: Call) -> dict[str, Any]:
    role = call.system.customising.condition_types[condition.condition_type].role
    return {
        "ITM_NUMBER": f"{condition.item_number:06d}",
        "COND_TYPE": condition.condition_type,
        "COND_VALUE": condition.value,
        "CURRENCY": condition.currency,
        "COND_UNIT": condition.unit,
        "COND_P_UNT": condition.per,
        "CONDVALUE": condition.amount,
        "CONDCLASS": {"price": "B", "tax": "D", "freight_tax": "D"}.get(role, "A"),
    }


def _parties(order: SalesOrder, call: Call) -> dict[str, Any]:
    found = {}
    for name, role, key in (
        ("SOLD_TO_PARTY", "AG", "SOLD_TO"),
        ("SHIP_TO_PARTY", "WE", "SHIP_TO"),
        ("BILLING_PARTY", "RG", "PAYER"),
    ):
        partner = order.partner(role) or order.partner("AG")
        customer = call.system.customising.customers.get(partner.number if partner else "")
        if partner and customer:
            own = partner.address
            found[name] = {
                key: partner.number,
                "NAME": own.name if own else customer.name,
                "CITY": (own.city if own else customer.city)[:25],
            }
    return found
