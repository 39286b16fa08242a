"""Finds the SAP customer of a web order by the rules of its sales area, in their order.

A rule that finds nothing passes on to the next; after the last one the one-time account is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sync.models import CustomerMapping, SalesArea

LARGEST_ID = 2**63 - 1  # that the column holds
SAP_CUSTOMER = re.compile(r"[A-Za-z0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys, as far as the order tells that the shop sent."""

    customer_id: int | None
    email: str
    group_id: int | None
    company: str
    vat_id: str
    attributes: Mapping[str, str]


def buyer_of(payload: Mapping[str, Any]) -> Buyer:
    """Whatever is missing from the payload, or cannot be read, is unknown."""
    billing = _mapping(payload.get("billing_address"))
    return Buyer(
        customer_id=_number(payload.get("customer_id")) or None,
        email=_text(payload.get("customer_email")),
        group_id=_number(payload.get("customer_group_id")),
        company=_text(billing.get("company")),
        vat_id=_text(payload.get("customer_taxvat")) or _text(billing.get("vat_id")),
        attributes=_attributes(payload),
    )


def customer_number(area: SalesArea, buyer: Buyer) -> str:
    """The customer found by the first rule that knows one; empty for the one-time account."""
    wanted = (name.strip() for name in area.customer_rules.split(","))
    found = (RULES[name](area, buyer) for name in wanted if name in RULES)
    return next((number for number in found if number), "")


def _by_customer_id(area: SalesArea, buyer: Buyer) -> str:
    return "" if buyer.customer_id is None else _entry(area, magento_customer_id=buyer.customer_id)


def _by_attribute(area: SalesArea, buyer: Buyer) -> str:
    number = buyer.attributes.get(area.customer_number_attribute, "")
    return number if SAP_CUSTOMER.fullmatch(number) else ""


def _by_group(area: SalesArea, buyer: Buyer) -> str:
    return "" if buyer.group_id is None else _entry(area, customer_group_id=buyer.group_id)


def _by_company(area: SalesArea, buyer: Buyer) -> str:
    return _entry(area, company__iexact=buyer.company) if buyer.company else ""


def _by_vat_id(area: SalesArea, buyer: Buyer) -> str:
    return _entry(area, vat_id__iexact=buyer.vat_id) if buyer.vat_id else ""


def _by_email(area: SalesArea, buyer: Buyer) -> str:
    """Only entries without a customer id: those for guests and unmapped customers."""
    if not buyer.email:
        return ""
    return _entry(area, customer_email__iexact=buyer.email, magento_customer_id=None)


RULES: dict[str, Callable[[SalesArea, Buyer], str]] = {
    "customer_id": _by_customer_id,
    "attribute": _by_attribute,
    "group": _by_group,
    "company": _by_company,
    "vat": _by_vat_id,
    "email": _by_email,
}


def _entry(area: SalesArea, **known_by: Any) -> str:
    found = CustomerMapping.objects.filter(sales_area=area, **known_by).order_by("pk").first()
    return found.customer_number if found else ""


def _attributes(payload: Mapping[str, Any]) -> dict[str, str]:
    extension = _mapping(payload.get("extension_attributes"))
    found = {str(name): _text(value) for name, value in extension.items()}
    rows = payload.get("custom_attributes")
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict):
            found[_text(row.get("attribute_code"))] = _text(row.get("value"))
    return {name: value for name, value in found.items() if name and value}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def _number(value: Any) -> int | None:
    """None for what is no number, or one the database cannot hold."""
    text = _text(value)
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_ID))):
        return None
    return int(text) if int(text) <= LARGEST_ID else None
