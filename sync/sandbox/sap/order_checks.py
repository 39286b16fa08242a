"""The checks of a sales order; every refusal is a message SAP would give (SAP sheet 3)."""

from __future__ import annotations

from .customising import Customising
from .documents import Partner, SalesOrder
from .messages import Message

HEADER = "SALES_HEADER_IN"
ITEM = "SALES_ITEM_IN"


def check_header(order: SalesOrder, customising: Customising) -> list[Message]:
    """Order type, sales area, currency."""
    found = []
    if not order.order_type or order.order_type not in customising.order_types:
        found.append(Message("E", "V1", "320", (order.order_type,), HEADER, field="DOC_TYPE"))
    area = (order.sales_organization, order.distribution_channel, order.division)
    if "/".join(area) not in customising.sales_areas:
        found.append(Message("E", "CZ", "115", area, HEADER))
    if order.currency not in customising.currencies:
        found.append(Message("E", "V1", "802", (order.currency,), HEADER, field="CURRENCY"))
    return found


def check_partners(order: SalesOrder, customising: Customising) -> list[Message]:
    """Sold-to and the others: role, existence, sales area, address of a one-time customer."""
    if order.partner("AG") is None:
        if any(p.role == "SP" for p in order.partners):
            unknown = next(p for p in order.partners if p.role == "SP")
            return [
                Message("E", "VP", "201"),
                Message("E", "VP", "207", (unknown.number,), "ORDER_PARTNERS"),
            ]
        return [Message("E", "VP", "201", (), "ORDER_PARTNERS")]
    found: list[Message] = []
    for row, partner in enumerate(order.partners, 1):
        found += _check_partner(order, partner, row, customising)
    return found


def _check_partner(
    order: SalesOrder, partner: Partner, row: int, customising: Customising
) -> list[Message]:
    role = customising.partner_roles.get(partner.role)
    table = "ORDER_PARTNERS"
    if role is None:
        return [Message("E", "VP", "202", (partner.role,), table, row)]
    if role["kind"] == "vendor":
        vendors = {carrier["vendor"] for carrier in customising.carriers.values()}
        if partner.number not in vendors:
            return [Message("E", "VP", "207", (partner.number,), table, row)]
        return []
    customer = customising.customers.get(partner.number)
    if customer is None:
        return [Message("E", "VP", "199", (partner.number,), table, row)]
    area = f"{order.sales_organization}/{order.distribution_channel}/{order.division}"
    if partner.role == "AG" and area not in customer.sales_areas:
        return [Message("E", "VP", "112", (partner.number, *area.split("/")), table, row)]
    if customer.is_one_time:
        return _check_address(partner, row)
    return []


def _check_address(partner: Partner, row: int) -> list[Message]:
    address = partner.address
    values = {
        "NAME": address and address.name,
        "CITY": address and address.city,
        "COUNTRY": address and address.country,
    }
    for name, value in values.items():
        if not value:
            return [Message("E", "VP", "206", (partner.number, name), "ORDER_PARTNERS", row, name)]
    return []


def check_items(order: SalesOrder, customising: Customising, language: str) -> list[Message]:
    """Material, unit, quantity, category, rejection reason of each line."""
    found: list[Message] = []
    for row, item in enumerate(order.items, 1):
        number = f"{item.item_number:06d}"
        area = (order.sales_organization, order.distribution_channel, language)
        material = customising.materials.get(item.material)
        problem: Message | None = None
        if material is None:
            problem = Message("E", "V1", "382", (item.material, *area), ITEM, row, "MATERIAL")
        elif item.unit not in customising.units:
            problem = Message("E", "V1", "384", (item.unit, number), ITEM, row, "SALES_UNIT")
        elif item.quantity <= 0:
            problem = Message("E", "V1", "363", (number,), "SCHEDULE_LINES_IN", row, "REQ_QTY")
        elif item.item_category not in customising.item_categories:
            problem = Message("E", "V1", "484", (item.item_category,), ITEM, row, "ITEM_CATEG")
        elif item.rejection_reason and item.rejection_reason not in customising.rejection_reasons:
            problem = Message("E", "V1", "803", (item.rejection_reason,), ITEM, row, "REASON_REJ")
        if problem:
            found += [problem, Message("E", "V4", "248", (ITEM, number), ITEM, row)]
    return found


def check_conditions(order: SalesOrder, customising: Customising) -> list[Message]:
    """Condition types: known, on the right level, on a line that exists."""
    found = []
    for row, condition in enumerate(order.conditions, 1):
        kind = customising.condition_types.get(condition.condition_type)
        at_header = condition.item_number == 0
        if kind is None or (kind.level == "header") != at_header:
            found.append(
                Message(
                    "E",
                    "V1",
                    "801",
                    (condition.condition_type,),
                    "ORDER_CONDITIONS_IN",
                    row,
                    "COND_TYPE",
                )
            )
        elif not at_header and order.item(condition.item_number) is None:
            found.append(
                Message(
                    "E",
                    "V1",
                    "331",
                    (f"{condition.item_number:06d}",),
                    "ORDER_CONDITIONS_IN",
                    row,
                    "ITM_NUMBER",
                )
            )
        elif condition.currency not in ("", order.currency) and kind.calculation != "percent":
            found.append(
                Message(
                    "E",
                    "SG",
                    "105",
                    (condition.currency, order.currency),
                    "ORDER_CONDITIONS_IN",
                    row,
                    "CURRENCY",
                )
            )
    return found


def missing_fields(order: SalesOrder) -> list[str]:
    """The incompletion log: what keeps deliveries from starting."""
    missing = []
    if not order.header.get("PMNTTRMS"):
        missing.append("VBKD-ZTERM")
    if not order.header.get("SHIP_COND"):
        missing.append("VBAK-VSBED")
    return missing
