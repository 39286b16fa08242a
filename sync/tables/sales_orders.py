"""The list of orders."""

from __future__ import annotations

from sync.tables.documents import CellColumn, DocumentTable, NumberColumn

CUSTOMER = {"td": {"class": "table__customer"}}


class SalesOrderTable(DocumentTable):
    """Web orders with what SAP says of them."""

    kind = "orders"
    what = "order"

    increment_id = CellColumn(
        "sync/cells/order_number.html", verbose_name="Order, store", orderable=True
    )
    placed_at = CellColumn(
        "sync/cells/order_placed.html",
        verbose_name="Placed",
        orderable=True,
        order_by=("placed_at", "id"),
    )
    customer = CellColumn("sync/cells/order_customer.html", verbose_name="Customer", attrs=CUSTOMER)
    grand_total = NumberColumn(
        "sync/cells/order_total.html",
        verbose_name="Total, payment",
        orderable=True,
        order_by=("grand_total", "id"),
    )
    stage = CellColumn("sync/cells/order_stage.html", verbose_name="Stage, in the shop")
    sap = CellColumn("sync/cells/order_sap.html", verbose_name="SAP order")

    class Meta(DocumentTable.Meta):
        sequence = ("select", "...", "sync_status", "actions")
