"""What was asked of SAP against what SAP holds: each difference names the field and both values."""

from __future__ import annotations

from decimal import Decimal

from sync.sap.records import SapItemRequest, SapSalesOrder, SapSalesOrderItem, SapSalesOrderRequest


def differences_between(
    asked: SapSalesOrderRequest, read: SapSalesOrder, tolerance: Decimal
) -> list[dict[str, str]]:
    """Every field in which the SAP order is not what the web order says; empty when it agrees."""
    found = _headers(asked, read)
    held = {item.item_number: item for item in read.items}
    for item in asked.items:
        found += _items(item, held.pop(item.item_number, None))
    found += [
        _difference(f"item {number}", "", f"{extra.material} × {extra.quantity.normalize():f}")
        for number, extra in held.items()
    ]
    return found


def _headers(asked: SapSalesOrderRequest, read: SapSalesOrder) -> list[dict[str, str]]:
    pairs = [
        ("currency", asked.currency, read.currency),
        ("order type", asked.order_type, read.order_type),
        ("sales organization", asked.sales_organization, read.sales_organization),
    ]
    return [_difference(name, ours, theirs) for name, ours, theirs in pairs if ours != theirs]


def _items(asked: SapItemRequest, read: SapSalesOrderItem | None) -> list[dict[str, str]]:
    name = f"item {asked.item_number}"
    if read is None:
        return [_difference(name, f"{asked.material} × {asked.quantity.normalize():f}", "")]
    found = []
    if read.material.lstrip("0") != asked.material.lstrip("0"):
        found.append(_difference(f"{name} material", asked.material, read.material))
    if read.quantity != asked.quantity:
        found.append(
            _difference(
                f"{name} quantity",
                f"{asked.quantity.normalize():f}",
                f"{read.quantity.normalize():f}",
            )
        )
    return found


def _difference(field: str, shop: str, sap: str) -> dict[str, str]:
    return {"field": field, "shop": shop, "sap": sap}
