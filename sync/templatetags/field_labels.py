"""What people call the fields of the mappings, in forms and wherever a change is told."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

register = template.Library()

FIELD_LABELS = {
    "attribute": _("Attribute"),
    "booking": _("What it is"),
    "carrier_code": _("Carrier code"),
    "collected_by": _("Who collects"),
    "condition_type": _("Condition type"),
    "currency": _("Currency"),
    "customer_number": _("Customer number"),
    "default_unit": _("Default unit"),
    "discount_condition": _("Discount condition"),
    "distribution_channel": _("Distribution channel"),
    "division": _("Division"),
    "ean": _("EAN"),
    "freight_condition": _("Freight condition"),
    "freight_tax_condition": _("Freight tax condition"),
    "item_category": _("Item category"),
    "known_by": _("For orders of"),
    "material": _("Material"),
    "method": _("Method"),
    "name": _("Name"),
    "one_time_customer": _("One-time customer"),
    "order_type": _("Order type"),
    "payment_terms": _("Payment terms"),
    "price_condition": _("Price condition"),
    "reference_prefix": _("Reference prefix"),
    "region": _("Region"),
    "release": pgettext_lazy("field", "Release"),
    "rounding_condition": _("Rounding condition"),
    "sales_area": _("Sales area"),
    "sales_organization": _("Sales organization"),
    "sap_carrier": _("SAP carrier"),
    "shipping_condition": _("Shipping condition"),
    "shipping_point": _("Shipping point"),
    "shop": _("Shop"),
    "shop_region": _("Region in the shop"),
    "sku": _("SKU"),
    "source_code": _("Source code"),
    "store_id": _("Store id"),
    "tax_attribute": _("Tax attribute"),
    "tax_condition": _("Tax condition"),
    "title": _("Title"),
    "tracking_url": _("Tracking URL"),
    "transport_zone": _("Transportation zone"),
    "unit": _("Unit"),
}


@register.filter
def field_label(name: str) -> str:
    """Of a field by its name, with or without its underscores."""
    return str(FIELD_LABELS.get(name.replace(" ", "_"), name.replace("_", " ").capitalize()))
