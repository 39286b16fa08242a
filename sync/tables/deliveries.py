"""The list of deliveries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sync.models import CarrierMapping, OutboundDelivery, OutboundDeliveryLine, SalesOrderLine
from sync.names.named import quoted
from sync.tables.columns import (
    FROM_1024,
    FROM_1280,
    FROM_1600,
    NAME,
    BadgeColumn,
    CellColumn,
    DateColumn,
    LinkColumn,
    MomentColumn,
    small,
    text,
)
from sync.tables.documents import DocumentTable, OrdersColumn, orders_of
from sync.templatetags.markup import joined
from sync.templatetags.portal import DASH, badge, moment, quantity, tracking_link
from sync.templatetags.retold import retold


def parcels_of(delivery: OutboundDelivery, carrier: CarrierMapping | None) -> dict[str, str]:
    """Each parcel number with the carrier's tracking page; empty where none is known."""
    numbers = [track.track_number for track in delivery.tracks.all()]
    return {number: carrier.url_for(number) if carrier else "" for number in numbers}


def _picked(delivery: OutboundDelivery) -> SafeString | None:
    if delivery.picked_at is None:
        return None
    return small(moment(delivery.picked_at), title=delivery.get_pick_time_source_display())


def _left(delivery: OutboundDelivery) -> SafeString | None:
    when = delivery.goods_issued_at or delivery.goods_issue_date
    return small(moment(when)) if when else None


def _warning(delivery: OutboundDelivery) -> SafeString | None:
    what = delivery.unwanted
    if not what:
        return None
    return text("cell-sub cell-sub--warning", badge("unwanted", what), title=str(what.label))


def _first_line(delivery: OutboundDelivery) -> OutboundDeliveryLine | None:
    lines = delivery.lines.all()
    return next((line for line in lines if line.delivered_quantity > 0), next(iter(lines), None))


def article_names(lines: Iterable[OutboundDeliveryLine]) -> dict[tuple[int | None, int], str]:
    """By order and item in SAP, as the shop calls them. One query, that reads no other lines."""
    wanted = {(line.sales_order_id, line.sap_item_number) for line in lines}
    of_orders = SalesOrderLine.objects.filter(
        sales_order__in={order for order, _ in wanted if order},
        sap_item_number__in={item for _, item in wanted},
    )
    columns = ("sales_order", "sap_item_number", "name")
    return {(order, item): name for order, item, name in of_orders.values_list(*columns)}


class DeliveryTable(DocumentTable):
    kind = "deliveries"
    what = _("delivery")

    delivery_number = LinkColumn(
        _("Delivery"), main="number", below=_warning, order_by="delivery_number", css="table__sign"
    )
    created_date = DateColumn(_("Created"), order_by=("created_date", "id"), css=FROM_1600)
    planned_picking_at = MomentColumn(_("Pick by"))
    orders = OrdersColumn(_("Orders"), css=FROM_1600)
    ship_to = CellColumn(_("Ship to"), css=NAME)
    articles = CellColumn(_("Articles"), css=f"{NAME} {FROM_1024}")
    shipping = CellColumn(_("Shipping method"), css=f"{NAME} {FROM_1280}")
    picking = BadgeColumn(
        _("Picking"), "picking", field="picking_status", below=_picked, css="table__mark"
    )
    goods_issue = BadgeColumn(
        _("Goods issue"),
        "goods",
        field="goods_movement_status",
        below=_left,
        css=f"table__mark table__brief {FROM_1024}",
    )
    tracking = CellColumn(_("Carrier, tracking"), css=f"{NAME} {FROM_1600}")
    told = CellColumn(_("Customer"), css=FROM_1600)
    sync_status = CellColumn(_("Sync"), css="table__status table__status--brief")

    def __init__(self, data: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.carriers = CarrierMapping.objects.in_bulk(field_name="sap_carrier")
        self.article_names: dict[tuple[int | None, int], str] = {}

    def look_up(self, documents: Sequence[Any]) -> None:
        self.article_names = article_names(filter(None, map(_first_line, documents)))

    def render_ship_to(self, record: OutboundDelivery) -> SafeString:
        orders = orders_of(record)
        order = orders[0] if orders else None
        if order is None or not order.ship_to_name:
            return text("number", record.ship_to) if record.ship_to else DASH
        name = text("cell-main", order.ship_to_name, title=order.ship_to_name)
        return joined(small(order.ship_to_country), name)

    def render_articles(self, record: OutboundDelivery) -> SafeString:
        """The first by name, and how many more."""
        line = _first_line(record)
        if line is None:
            return DASH
        known = self.article_names.get((line.sales_order_id, line.sap_item_number))
        name = f"{quantity(line.delivered_quantity)} × {known or line.material}"
        more = len(record.lines.all()) - 1
        return joined(
            small(f"+{more}") if more else None, text("cell-main", name, title=line.material)
        )

    def render_shipping(self, record: OutboundDelivery) -> SafeString:
        orders = orders_of(record)
        if not orders:
            return DASH
        name = retold(orders[0].shipping_name)
        return text("cell-main", name, title=name) if name else DASH

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
            return text("muted", gettext("Not shipped"))
        if all(one.is_customer_told for one in shipments):
            return badge("told", "yes")
        if any(one.mail_queued_at for one in shipments):
            return badge("mail", "in_queue", gettext("Queued"))
        return badge("told", "no")
