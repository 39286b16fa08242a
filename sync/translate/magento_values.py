"""Magento records as the values of the portal's mirror columns. Pure: no model is known here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sync.magento.records import (
    MagentoAddress,
    MagentoDocumentItem,
    MagentoInvoice,
    MagentoOrder,
    MagentoOrderItem,
    MagentoShipment,
    MagentoTrack,
)
from sync.translate.payment import payment_standing, payment_title

DEEPEST_LEVEL = 60
LONGEST_NAME = 255
_AS_IT_IS = frozenset({int, bool, type(None)})  # types of values


def sales_order_values(order: MagentoOrder) -> dict[str, Any]:
    """Amounts in order currency, the discount positive."""
    return {
        "entity_id": order.entity_id,
        "increment_id": order.increment_id,
        "store_id": order.store_id,
        "store_name": store_view_of(order.store_name),
        "state": order.state,
        "status": order.status,
        "placed_at": order.created_at,
        "remote_updated_at": order.updated_at,
        "is_virtual": order.is_virtual,
        "payment_method": order.payment_method,
        "payment_title": payment_title(order.payload),
        "shipping_method": order.shipping_method,
        "shipping_description": order.shipping_description,
        "replaces_increment_id": order.relation_parent_real_id,
        "ext_order_id": order.ext_order_id,
        **_order_money(order),
        **_order_customer(order),
        "payload": plain_json(order.payload),
    }


def store_view_of(store_name: str) -> str:
    """Magento sends website, store and view, a line each [100]."""
    return store_name.strip().rpartition("\n")[2].strip()


def sales_order_line_values(order: MagentoOrder) -> list[dict[str, Any]]:
    return [_line_values(item, position) for position, item in enumerate(order.items)]


def shipment_values(shipment: MagentoShipment) -> dict[str, Any]:
    return {
        "entity_id": shipment.entity_id,
        "increment_id": shipment.increment_id,
        "remote_created_at": shipment.created_at,
        "is_customer_told": shipment.email_sent,
        "lines": [_document_line_values(item) for item in shipment.items],
        "tracks": [_track_values(track) for track in shipment.tracks],
        "payload": plain_json(shipment.payload),
    }


def invoice_values(invoice: MagentoInvoice) -> dict[str, Any]:
    return {
        "entity_id": invoice.entity_id,
        "increment_id": invoice.increment_id,
        "remote_created_at": invoice.created_at,
        "is_customer_told": invoice.email_sent,
        "state": invoice.state,
        "transaction_id": invoice.transaction_id,
        "currency": invoice.currency_code,
        "tax_amount": invoice.tax_amount,
        "grand_total": invoice.grand_total,
        "lines": [_document_line_values(item) for item in invoice.items],
        "payload": plain_json(invoice.payload),
    }


def plain_json(value: Any, level: int = 0) -> Any:
    """The same document for any JSON column: floats for amounts, no NaN, no half characters.

    A part nested deeper than in any real document becomes null.
    """
    if level > DEEPEST_LEVEL:
        return None
    if isinstance(value, (Decimal, float)):
        number = float(value)
        return number if math.isfinite(number) else None
    if isinstance(value, str):
        return _text(value)
    if type(value) is dict or isinstance(value, Mapping):
        return {
            _name(key): item  # nearly all of an order's hundreds of values
            if (kind := type(item)) in _AS_IT_IS
            or (kind is str and item.isascii() and "\x00" not in item)
            else plain_json(item, level + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [plain_json(item, level + 1) for item in value]
    return value


def _text(text: str) -> str:
    """PostgreSQL takes neither NUL nor half of a surrogate pair."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


@lru_cache(maxsize=4096, typed=True)  # records have few names and many values
def _name(key: object) -> str:
    return _text(str(key))


def _order_money(order: MagentoOrder) -> dict[str, Any]:
    payment = payment_standing(order)
    return {
        "currency": order.order_currency_code,
        "base_currency": order.base_currency_code,
        "subtotal": order.subtotal,
        "discount_amount": abs(order.discount_amount),
        "shipping_amount": order.shipping_amount,
        "tax_amount": order.tax_amount,
        "grand_total": order.grand_total,
        "total_paid": order.total_paid,
        "payment_standing": payment.standing.value,
        "captured_amount": payment.captured,
    }


def _order_customer(order: MagentoOrder) -> dict[str, Any]:
    return {
        "customer_email": order.customer_email,
        "customer_name": customer_name(order),
        "magento_customer_id": order.customer_id,
        "is_guest": order.is_guest,
        **_ship_to(order.shipping_address),
    }


def _ship_to(address: MagentoAddress | None) -> dict[str, str]:
    """Empty for an order of which nothing is sent."""
    if address is None:
        return {"ship_to_name": "", "ship_to_country": ""}
    name = f"{address.first_name} {address.last_name}".strip()
    return {
        "ship_to_name": _text(name or address.company)[:LONGEST_NAME],
        "ship_to_country": _text(address.country_id).upper()[:2],
    }


def customer_name(order: MagentoOrder) -> str:
    """A guest's name may be known only from the billing address."""
    name = f"{order.customer_first_name} {order.customer_last_name}".strip()
    address = order.billing_address
    if name or address is None:
        return name
    return f"{address.first_name} {address.last_name}".strip() or address.company


def _line_values(item: MagentoOrderItem, position: int) -> dict[str, Any]:
    return {
        "item_id": item.item_id,
        "parent_item_id": item.parent_item_id,
        "position": position,
        "product_id": item.product_id,
        "product_type": item.product_type,
        "sku": item.sku,
        "name": item.name,
        "is_virtual": item.is_virtual,
        "qty_ordered": item.qty_ordered,
        "qty_shipped": item.qty_shipped,
        "qty_invoiced": item.qty_invoiced,
        "qty_refunded": item.qty_refunded,
        "qty_canceled": item.qty_canceled,
        "price": item.price,
        "row_total": item.net_after_discount,
        "tax_amount": item.tax_amount,
        "discount_amount": item.discount_amount,
    }


def _document_line_values(item: MagentoDocumentItem) -> dict[str, Any]:
    return {"order_item_id": item.order_item_id, "sku": item.sku, "qty": item.qty}


def _track_values(track: MagentoTrack) -> dict[str, Any]:
    return {
        "entity_id": track.entity_id,
        "carrier_code": track.carrier_code,
        "title": track.title,
        "track_number": track.track_number,
    }
