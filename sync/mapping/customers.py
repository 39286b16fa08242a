"""Finds the SAP customer of a web order by the rules of its sales area, in their order.

A rule that finds nothing passes on to the next; after the last one the one-time account is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

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
    wanted = [name.strip() for name in area.customer_rules.split(",") if name.strip() in RULES]
    entries = _entries(area, buyer, wanted)
    found = (RULES[name](area, buyer, entries) for name in wanted)
    return next((number for number in found if number), "")


Entries = Sequence[CustomerMapping]


def _entries(area: SalesArea, buyer: Buyer, rules: Collection[str]) -> Entries:
    """All that any of these rules may mean, oldest first, with one query."""
    meant = [_MEANT[name](buyer) for name in rules if name in _MEANT]
    asked = reduce(or_, [one for one in meant if one], Q())
    if not asked:
        return []
    return list(CustomerMapping.objects.filter(asked, sales_area=area).order_by("pk"))


_MEANT: dict[str, Callable[[Buyer], Q]] = {
    "customer_id": lambda buyer: _named(magento_customer_id=buyer.customer_id),
    "group": lambda buyer: _named(customer_group_id=buyer.group_id),
    "company": lambda buyer: _named(company__iexact=buyer.company or None),
    "vat": lambda buyer: _named(vat_id__iexact=buyer.vat_id or None),
    "email": lambda buyer: _named(customer_email__iexact=buyer.email or None),
}


def _named(**known_by: Any) -> Q:
    return Q() if None in known_by.values() else Q(**known_by)


def _by_customer_id(area: SalesArea, buyer: Buyer, entries: Entries) -> str:
    own = buyer.customer_id
    return _first(one for one in entries if own is not None and one.magento_customer_id == own)


def _by_attribute(area: SalesArea, buyer: Buyer, entries: Entries) -> str:
    number = buyer.attributes.get(area.customer_number_attribute, "")
    return number if SAP_CUSTOMER.fullmatch(number) else ""


def _by_group(area: SalesArea, buyer: Buyer, entries: Entries) -> str:
    own = buyer.group_id
    return _first(one for one in entries if own is not None and one.customer_group_id == own)


def _by_company(area: SalesArea, buyer: Buyer, entries: Entries) -> str:
    return _first(one for one in entries if _are_equal(one.company, buyer.company))


def _by_vat_id(area: SalesArea, buyer: Buyer, entries: Entries) -> str:
    return _first(one for one in entries if _are_equal(one.vat_id, buyer.vat_id))


def _by_email(area: SalesArea, buyer: Buyer, entries: Entries) -> str:
    """Only entries without a customer id: those for guests and unmapped customers."""
    of_guests = (one for one in entries if one.magento_customer_id is None)
    return _first(one for one in of_guests if _are_equal(one.customer_email, buyer.email))


RULES: dict[str, Callable[[SalesArea, Buyer, Entries], str]] = {
    "customer_id": _by_customer_id,
    "attribute": _by_attribute,
    "group": _by_group,
    "company": _by_company,
    "vat": _by_vat_id,
    "email": _by_email,
}


def _first(entries: Iterable[CustomerMapping]) -> str:
    return next((one.customer_number for one in entries), "")


def _are_equal(kept: str, told: str) -> bool:
    """Whatever the case; nothing equals nothing."""
    return bool(told) and kept.upper() == told.upper()


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
