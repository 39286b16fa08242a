"""The list of deliveries."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString

from sync.models import CarrierMapping, OutboundDelivery
from sync.names.named import quoted
from sync.tables.columns import BadgeColumn, CellColumn, DateColumn, LinkColumn, small, text
from sync.tables.documents import DocumentTable, OrdersColumn
from sync.templatetags.markup import joined
from sync.templatetags.portal import DASH, badge, moment, tracking_link


def parcels_of(delivery: OutboundDelivery, carrier: CarrierMapping | None) -> dict[str, str]:
    """Each parcel number with the carrier's tracking page; empty where none is known."""
    numbers = [track.track_number for track in delivery.tracks.all()]
    return {number: carrier.url_for(number) if carrier else "" for number in numbers}


def _picked(delivery: OutboundDelivery) -> SafeString | None:
    if delivery.picked_at is None:
        return None
    return joined(small(moment(delivery.picked_at)), small(delivery.get_pick_time_source_display()))


def _left(delivery: OutboundDelivery) -> SafeString | None:
    when = delivery.goods_issued_at or delivery.goods_issue_date
    return small(moment(when)) if when else None


def _warning(delivery: OutboundDelivery) -> SafeString | None:
    what = delivery.unwanted
    return text("cell-sub cell-sub--warning", badge("unwanted", what, what.label)) if what else None


class DeliveryTable(DocumentTable):
    kind = "deliveries"
    what = "delivery"

    delivery_number = LinkColumn("Delivery", "number", below=_warning, order_by="delivery_number")
    created_date = DateColumn("Created", order_by=("created_date", "id"))
    orders = OrdersColumn("Orders")
    picking = BadgeColumn("Picking", "picking", field="picking_status", below=_picked)
    goods_issue = BadgeColumn("Goods issue", "goods", field="goods_movement_status", below=_left)
    tracking = CellColumn("Carrier, tracking", attrs={"td": {"class": "table__parcels"}})
    told = CellColumn("Customer")

    def __init__(self, data: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.carriers = CarrierMapping.objects.in_bulk(field_name="sap_carrier")

    def render_tracking(self, record: OutboundDelivery) -> SafeString:
        carrier = self.carriers.get(record.carrier)
        parcels = parcels_of(record, carrier)
        name = carrier.title if carrier else quoted(record.carrier)
        lines = [name, *(tracking_link(parcels, number) for number in parcels)]
        told = joined(*(text("cell-main", line) for line in lines if line))
        if record.is_goods_issued and not parcels:
            return joined(told, badge("tracking", "none"))
        return told or DASH

    def render_told(self, record: OutboundDelivery) -> SafeString:
        """Whether the shop has mailed every customer of the delivery."""
        shipments = record.shop_shipments
        if not shipments:
            return text("muted", "Not shipped")
        if all(one.is_customer_told for one in shipments):
            return badge("told", "yes")
        if any(one.mail_queued_at for one in shipments):
            return badge("mail", "in_queue", "Queued")
        return badge("told", "no")
