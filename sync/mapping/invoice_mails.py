"""Which invoices the shop is not to mail, by store and kind of customer, and why."""

from __future__ import annotations

from datetime import date
from typing import Any

from sync.mapping.customers import buyer_of
from sync.models import InvoiceMailRule, SalesArea, SalesOrder

Kind = InvoiceMailRule.CustomerKind


def reason_not_to_mail(order: SalesOrder, billed_on: date | None) -> str:
    """Empty where the shop mails the invoice as usual."""
    rules = InvoiceMailRule.objects.filter(
        sales_area__shop=order.shop_id, sales_area__store_id=order.store_id
    ).select_related("sales_area")
    country = _billing_address(order).get("country_id") or ""
    for rule in rules:
        is_meant = rule.country in {"", str(country).upper()}
        is_early = rule.billed_from is not None and (billed_on or date.min) < rule.billed_from
        if is_meant and not is_early and rule.customer_kind == kind_of(order, rule.sales_area):
            return rule.reason
    return ""


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
