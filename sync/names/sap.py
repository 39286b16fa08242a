"""Names of SAP's codes: document types, units of measure, price elements, sources of numbers."""

from __future__ import annotations

from decimal import Decimal

from sync.names.named import name_in, name_with_code, quoted
from sync.told import told

BILLING_TYPES = {
    "B1": "Rebate credit memo",
    "BV": "Cash sale",
    "CBRE": "Credit memo for returns",
    "F1": "Invoice",
    "F2": "Invoice",
    "F5": "Pro forma for an order",
    "F8": "Pro forma for a delivery",
    "FAZ": "Down-payment request",
    "FV": "Contract invoice",
    "G2": "Credit memo",
    "IV": "Intercompany invoice",
    "IVS": "Cancellation of an intercompany invoice",
    "L2": "Debit memo",
    "LR": "Invoice list",
    "RE": "Credit memo for returns",
    "S1": "Cancellation of an invoice",
    "S2": "Cancellation of a credit memo",
    "SV": "Cancellation of a cash sale",
}
DELIVERY_TYPES = {"LF": "Delivery", "LR": "Returns delivery", "LO": "Delivery without an order"}
ORDER_TYPES = {
    "BV": "Cash sale",
    "OR": "Standard order",
    "RE": "Return",
    "RO": "Rush order",
    "SO": "Rush order",
    "TA": "Standard order",
}
# One, and more than one of it.
UNITS = {
    **dict.fromkeys(("ST", "PC", "PCE"), ("pc", "pcs")),
    "EA": ("each", "each"),
    **dict.fromkeys(("KAR", "CAR", "CT"), ("carton", "cartons")),
    "PAL": ("pallet", "pallets"),
    **dict.fromkeys(("PAK", "PAC", "PK"), ("pack", "packs")),
    **dict.fromkeys(("KI", "CR"), ("crate", "crates")),
    **dict.fromkeys(("PAA", "PR"), ("pair", "pairs")),
    **dict.fromkeys(("SET", "SZ"), ("set", "sets")),
    **dict.fromkeys(("FL", "BT"), ("bottle", "bottles")),
    **dict.fromkeys(("ROL", "RO"), ("roll", "rolls")),
    **dict.fromkeys(("BOX", "BX"), ("box", "boxes")),
    **dict.fromkeys(("DZ", "DZN"), ("dozen", "dozen")),
    **dict.fromkeys(("STD", "HR", "H", "HUR"), ("hour", "hours")),
    **dict.fromkeys(("TAG", "DAY"), ("day", "days")),
    **dict.fromkeys(("KG", "KGM"), ("kg", "kg")),
    **dict.fromkeys(("G", "GRM"), ("g", "g")),
    **dict.fromkeys(("TO", "TNE"), ("t", "t")),
    **dict.fromkeys(("L", "LTR"), ("l", "l")),
    **dict.fromkeys(("ML", "MLT"), ("ml", "ml")),
    **dict.fromkeys(("M", "MTR"), ("m", "m")),
    **dict.fromkeys(("CM", "CMT"), ("cm", "cm")),
    **dict.fromkeys(("MM", "MMT"), ("mm", "mm")),
    **dict.fromkeys(("M2", "MTK"), ("m²", "m²")),
    **dict.fromkeys(("M3", "MTQ"), ("m³", "m³")),
}
# Condition types of SAP's own pricing; those of a company are told by their code.
PRICE_ELEMENTS = {
    "DIFF": "rounding",
    "HA00": "discount of the order",
    "HB00": "discount of the order",
    "HD00": "freight",
    "HI01": "discount",
    "K004": "discount of the material",
    "K005": "discount of the customer",
    "K007": "discount of the customer",
    "KF00": "freight",
    "MWST": "tax",
    "PN00": "net price",
    "PPR0": "price",
    "PR00": "price",
    "RA00": "discount",
    "RA01": "discount",
    "RB00": "discount",
    "RC00": "discount",
    "SKTO": "cash discount",
    "UTXJ": "tax",
    "VPRS": "cost",
}
# Where in a delivery its parcel numbers were found (SAP sheet 4.2).
PARCEL_SOURCES = {
    "bill_of_lading": "Bill of lading",
    "external_delivery_id": "External delivery number",
    "handling_unit": "Number of the handling unit",
    "handling_unit_2": "Second number of the handling unit",
    "means_of_transport_id": "Means of transport",
}


def billing_type_name(code: str) -> str:
    return name_with_code(BILLING_TYPES, code)


def delivery_type_name(code: str) -> str:
    return name_with_code(DELIVERY_TYPES, code)


def order_type_name(code: str) -> str:
    return name_with_code(ORDER_TYPES, code)


def parcel_source_name(code: str) -> str:
    return name_in(PARCEL_SOURCES, code)


def price_element_name(condition_type: str) -> str:
    """Such as “price (PR00)”, or “price element “ZPR1””."""
    if condition_type in PRICE_ELEMENTS:
        return name_with_code(PRICE_ELEMENTS, condition_type)
    return told("price element {code}", code=quoted(condition_type))


def unit_name(unit: str, quantity: Decimal | None = None) -> str:
    """As it stands after the quantity; that of many without one."""
    one, many = UNITS.get(unit, (quoted(unit), quoted(unit)))
    return one if quantity == 1 else many


def unit_with_code(unit: str) -> str:
    """For two units side by side, which may have one name."""
    return f"{unit_name(unit)} ({unit})" if unit in UNITS else quoted(unit)


def measured(quantity: Decimal, unit: str) -> str:
    """Such as “2 pcs”, for sentences that are kept."""
    return f"{quantity.normalize():f} {unit_name(unit, quantity)}".rstrip()
