"""SAP records to mirror values. Pure: no database, no clock, no network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sync.sap.abap import without_alpha
from sync.sap.options import DOWN_PAYMENT_TYPES
from sync.sap.records import (
    SapBillingDocument,
    SapBillingItem,
    SapDelivery,
    SapDeliveryItem,
    SapSalesOrder,
    SapSalesOrderItem,
)
from sync.translate.parcel_numbers import FIELD_LENGTH, is_cut_from
from sync.translate.sap_progress import billed_from

INVOICE_CATEGORY = "M"
PICKED = "C"
REJECTED = "C"
FLOW, FIRST_SEEN = "flow", "first_seen"


def _handling_units(delivery: SapDelivery) -> list[str]:
    """EXIDV is padded with zeros in SAP (exit ALPHA)."""
    return [without_alpha(number) for number, _ in delivery.handling_units if number.strip("0 ")]


# SAP has no standard field for the parcel number; each site uses one of these (sheet 4.2).
TRACKING_SOURCES: dict[str, Callable[[SapDelivery], list[str]]] = {
    "bill_of_lading": lambda delivery: [delivery.bill_of_lading],
    "handling_unit_2": lambda delivery: [second for _, second in delivery.handling_units],
    "handling_unit": _handling_units,
    "external_delivery_id": lambda delivery: [delivery.external_delivery_id],
    "means_of_transport_id": lambda delivery: [delivery.means_of_transport_id],
}
PARCELS = {"handling_unit", "handling_unit_2"}
CARRIER_SOURCES: dict[str, Callable[[SapDelivery], str]] = {
    "forwarding_agent": lambda delivery: delivery.forwarding_agent,
    "shipping_type": lambda delivery: delivery.shipping_type,
    "route": lambda delivery: delivery.route,
}


@dataclass(frozen=True, slots=True)
class DeliverySources:
    """Where this SAP system keeps what no standard field holds, best first."""

    tracking: tuple[str, ...]
    carrier: tuple[str, ...]
    time_zone: str
    pick_time: tuple[str, ...] = (FLOW, FIRST_SEEN)

    def __post_init__(self) -> None:
        known = {
            "tracking": set(TRACKING_SOURCES),
            "carrier": set(CARRIER_SOURCES),
            "pick_time": {FLOW, FIRST_SEEN},
        }
        for name, allowed in known.items():
            unknown = set(getattr(self, name)) - allowed
            if unknown:
                raise ValueError(f"Unknown {name} source: {', '.join(sorted(unknown))}.")

    @property
    def name_parcels(self) -> bool:
        """Whether parcel numbers stand in handling units, which cost a call for each delivery."""
        return bool(PARCELS.intersection(self.tracking))


def sap_order_values(order: SapSalesOrder) -> dict[str, Any]:
    return {
        "sap_sales_order_number": order.sap_sales_order_number,
        "sap_net_value": order.net_value,
        "sap_sold_to": order.sold_to,
        "sap_delivery_status": order.delivery_status,
        "sap_billing_status": order.billing_status,
        "sap_is_rejected": order.rejection_status == REJECTED,
        "sap_blocks": list(order.blocks),
        **_incompletion(order),
    }


def _incompletion(order: SapSalesOrder) -> dict[str, Any]:
    """Nothing where SAP does not tell: what it said at the create still stands then."""
    if order.is_incomplete is None:
        return {}
    return {
        "sap_is_incomplete": order.is_incomplete,
        "sap_incomplete_for": list(order.incomplete_for),
    }


def sap_order_line_values(item: SapSalesOrderItem) -> dict[str, Any]:
    """The columns that decide what a SAP item stands for, and whether it is finished."""
    return {
        "sap_item_number": item.item_number,
        "ordered_quantity": item.quantity,
        "unit": item.unit,
        "billed_from": billed_from(item.billing_relevance),
        "is_rejected": bool(item.rejection_reason),
        "is_third_party": item.is_third_party,
        "material": item.material,
        "higher_level_item_number": item.higher_level_item_number,
        "item_category": item.item_category,
        "is_delivered": item.is_delivered,
        "net_value": item.net_value,
    }


def outbound_delivery_values(
    delivery: SapDelivery,
    *,
    sources: DeliverySources,
    first_seen_picked_at: datetime | None = None,
) -> dict[str, Any]:
    """``first_seen_picked_at`` is when a poll first saw the delivery picked."""
    picked_at, pick_time_source = _pick_time(delivery, sources, first_seen_picked_at)
    return {
        "delivery_number": delivery.delivery_number,
        "created_date": delivery.created_date,
        "shipping_point": delivery.shipping_point,
        "ship_to": delivery.ship_to,
        "picking_status": delivery.picking_status,
        "picked_at": picked_at,
        "pick_time_source": pick_time_source,
        "planned_picking_at": delivery.planned_picking_at,
        "goods_movement_status": delivery.goods_movement_status,
        "goods_issue_date": delivery.goods_issue_date,
        "goods_issued_at": _goods_issued_at(delivery, sources),
        "billing_status": delivery.billing_status,
        "carrier": next(
            filter(None, (CARRIER_SOURCES[name](delivery) for name in sources.carrier)), ""
        ),
    }


def tracking_numbers(delivery: SapDelivery, *, sources: DeliverySources) -> list[tuple[str, str]]:
    """Each parcel number once, with the source it was found in; blanks are left out, and a number
    that another field holds whole."""
    found: dict[str, str] = {}
    for source in sources.tracking:
        for number in TRACKING_SOURCES[source](delivery):
            if number.strip():
                found.setdefault(number.strip(), source)
    return [
        (number, source)
        for number, source in found.items()
        if not any(is_cut_from(_as_kept(number, source), other) for other in found)
    ]


def _as_kept(number: str, source: str) -> str:
    """A handling unit's own number lost its leading zeros on the way here (exit ALPHA)."""
    padded = source == "handling_unit" and number.isdecimal()
    return number.zfill(FIELD_LENGTH) if padded else number


def _pick_time(
    delivery: SapDelivery, sources: DeliverySources, first_seen: datetime | None
) -> tuple[datetime | None, str]:
    """When it was fully picked and how we know; the planned time is never a pick time (4.1)."""
    if delivery.picking_status != PICKED:
        return None, ""
    moments = {FLOW: delivery.picked_at_from_flow, FIRST_SEEN: first_seen}
    for source in sources.pick_time:
        if moments[source] is not None:
            return moments[source], source
    return None, ""


def _goods_issued_at(delivery: SapDelivery, sources: DeliverySources) -> datetime | None:
    """If SAP gives no time, that of the goods issue's record in the document flow."""
    if delivery.goods_issue_date is None:
        return None
    if delivery.goods_issue_time is None:
        return delivery.goods_issued_at_from_flow
    local = datetime.combine(delivery.goods_issue_date, delivery.goods_issue_time)
    local += timedelta(days=int(delivery.goods_issue_ends_day))
    return local.replace(tzinfo=_zone(delivery.goods_issue_zone, sources)).astimezone(UTC)


def _zone(sap_key: str, sources: DeliverySources) -> ZoneInfo:
    """SAP's own zone keys (CET, UTC) are mostly standard names; otherwise the configured zone
    counts."""
    try:
        return ZoneInfo(sap_key or sources.time_zone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(sources.time_zone)


def delivery_line_values(item: SapDeliveryItem) -> dict[str, Any]:
    return {
        "item_number": item.item_number,
        "material": item.material,
        "delivered_quantity": item.quantity,
        "unit": item.unit,
        "sap_sales_order_number": item.sap_sales_order_number,
        "sap_item_number": item.sap_item_number,
        "plant": item.plant,
    }


def base_quantity_values(item: SapDeliveryItem) -> dict[str, Any]:
    return {"base_quantity": item.base_quantity, "base_unit": item.base_unit}


def is_invoice(category: str, billing_type: str) -> bool:
    """By category: billing types are customising (sheet 5). A down-payment request has the same
    category and is told by its type where nothing better is known (sheet 13.12)."""
    return category == INVOICE_CATEGORY and billing_type not in DOWN_PAYMENT_TYPES


def billing_document_values(document: SapBillingDocument) -> dict[str, Any]:
    """Amounts in the document's currency."""
    return {
        "billing_document_number": document.billing_document_number,
        "billing_type": document.billing_type,
        "category": document.category,
        "currency": document.currency,
        "billing_date": document.billing_date,
        "remote_created_at": document.created_at,
        "net_value": document.net_value,
        "tax_value": document.tax_value,
        "gross_value": document.gross_value,
        "is_cancelled": document.is_cancelled,
        "cancels": document.cancels,
        "payer": document.payer,
    }


def billing_line_values(item: SapBillingItem) -> dict[str, Any]:
    return {
        "item_number": item.item_number,
        "reference_document": item.reference_document,
        "reference_item": item.reference_item,
        "sap_sales_order_number": item.sap_sales_order_number,
        "sap_item_number": item.sap_item_number,
        "material": item.material,
        "billed_quantity": item.quantity,
        "unit": item.unit,
        "net_value": item.net_value,
        "tax_value": item.tax_value,
    }
