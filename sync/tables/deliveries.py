"""The list of deliveries."""

from __future__ import annotations

from typing import Any

from django.db import models

from sync.models import CarrierMapping, OutboundDelivery
from sync.tables.documents import CellColumn, DocumentTable


class DeliveryTable(DocumentTable):
    """Deliveries with picking, goods issue, parcels, and whether the customer knows."""

    kind = "deliveries"
    what = "delivery"

    delivery_number = CellColumn(
        "sync/cells/delivery_number.html", verbose_name="Delivery", orderable=True
    )
    created_date = CellColumn(
        "sync/cells/delivery_created.html",
        verbose_name="Created",
        orderable=True,
        order_by=("created_date", "id"),
    )
    orders = CellColumn("sync/cells/orders.html", verbose_name="Orders")
    picking = CellColumn("sync/cells/delivery_picking.html", verbose_name="Picking")
    goods_issue = CellColumn("sync/cells/delivery_goods.html", verbose_name="Goods issue")
    tracking = CellColumn(
        "sync/cells/delivery_tracks.html",
        verbose_name="Carrier, tracking",
        attrs={"td": {"class": "table__parcels"}},
    )
    told = CellColumn("sync/cells/delivery_told.html", verbose_name="Customer")

    class Meta(DocumentTable.Meta):
        sequence = ("select", "...", "sync_status", "actions")

    def __init__(self, data: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.carriers = CarrierMapping.objects.in_bulk(field_name="sap_carrier")

    def cell_context(self, record: models.Model) -> dict[str, Any]:
        """The delivery's orders, parcels and shipments beside what every list shows."""
        assert isinstance(record, OutboundDelivery)
        mapping = self.carriers.get(record.carrier)
        shipments = record.shop_shipments
        return super().cell_context(record) | {
            "orders": orders_of(record),
            "carrier": mapping.title if mapping else record.carrier,
            "parcels": {
                track.track_number: mapping.url_for(track.track_number) if mapping else ""
                for track in record.tracks.all()
            },
            "shipments": shipments,
            "is_queued": any(one.mail_queued_at for one in shipments),
            "is_told": bool(shipments) and all(one.is_customer_told for one in shipments),
        }


def orders_of(document: Any) -> list[Any]:
    """The sales orders behind a document's lines, each once, in the order of the lines."""
    return list(
        dict.fromkeys(line.sales_order for line in document.lines.all() if line.sales_order)
    )
