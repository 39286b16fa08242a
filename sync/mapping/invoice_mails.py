"""Which invoices the shop is not to mail, by store and kind of customer, and why."""

from __future__ import annotations

from datetime import date
from typing import Any

from sync.mapping.customers import buyer_of
from sync.models import InvoiceMailRule, SalesArea, SalesOrder
from sync.models.master_data import read_once, rows_of

Kind = InvoiceMailRule.CustomerKind


def reason_not_to_mail(order: SalesOrder, billed_on: date | None) -> str:
    """Empty where the shop mails the invoice as usual."""
    with read_once():
        rules = rows_of(InvoiceMailRule)
        areas = {one.pk: one for one in rows_of(SalesArea) if _is_of(one, order)}
    country = _billing_address(order).get("country_id") or ""
    for rule in (one for one in rules if one.sales_area_id in areas):
        is_meant = rule.country in {"", str(country).upper()}
        is_early = rule.billed_from is not None and (billed_on or date.min) < rule.billed_from
        if (
            is_meant
            and not is_early
            and rule.customer_kind == kind_of(order, areas[rule.sales_area_id])
        ):
            return rule.reason
    return ""


def _is_of(area: SalesArea, order: SalesOrder) -> bool:
    return (area.shop_id, area.store_id) == (order.shop_id, order.store_id)


def kind_of(order: SalesOrder, area: SalesArea) -> Kind:
    """A company may also buy as a guest."""
    payload = order.payload if isinstance(order.payload, dict) else {}
    buyer, address = buyer_of(payload), _billing_address(order)
    groups = {int(one) for one in area.business_groups.split(",") if one.strip()}
    vat_id = str(address.get("vat_id") or "").strip()
    if buyer.company or vat_id or buyer.group_id in groups:
        return Kind.BUSINESS
    return Kind.GUEST if order.is_guest else Kind.PRIVATE


def _billing_address(order: SalesOrder) -> dict[str, Any]:
    payload = order.payload if isinstance(order.payload, dict) else {}
    address = payload.get("billing_address")
    return address if isinstance(address, dict) else {}
