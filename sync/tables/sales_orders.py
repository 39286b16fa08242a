"""The list of orders."""

from __future__ import annotations

from django.utils.safestring import SafeString

from sync.models import SalesOrder
from sync.tables.columns import (
    BadgeColumn,
    CellColumn,
    LinkColumn,
    MomentColumn,
    MoneyColumn,
    small,
    text,
)
from sync.tables.documents import DocumentTable
from sync.templatetags.markup import joined
from sync.templatetags.portal import badge


class SalesOrderTable(DocumentTable):
    kind = "orders"
    what = "order"

    increment_id = LinkColumn(
        "Order, store",
        below=lambda order: small(order.store_name or order.shop.name, title=order.shop.name),
        order_by="increment_id",
    )
    placed_at = MomentColumn("Placed", order_by=("placed_at", "id"))
    customer = CellColumn("Customer", attrs={"td": {"class": "table__customer"}})
    grand_total = MoneyColumn(
        "Total, payment",
        below=lambda order: small(order.payment_name),
        order_by=("grand_total", "id"),
    )
    stage = BadgeColumn(
        "Stage, in the shop",
        "stage",
        field="stage",
        below=lambda order: small(order.not_taken_reason or order.state_in_shop),
    )
    sap = CellColumn("SAP order")

    def render_customer(self, record: SalesOrder) -> SafeString:
        email = record.customer_email
        return joined(text("cell-main", record.customer_name or "Guest"), small(email, title=email))

    def render_sap(self, record: SalesOrder) -> SafeString:
        """Never shows SAP's number without its verification state."""
        number = record.sap_sales_order_number
        verified = badge("verification", record.verification, record.get_verification_display())
        held_up = text("cell-sub cell-sub--danger", "Held up") if record.is_held_up_in_sap else None
        return joined(text("cell-main number", number) if number else None, verified, held_up)
