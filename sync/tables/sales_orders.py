"""The list of orders."""

from __future__ import annotations

from decimal import Decimal

from django.utils.safestring import SafeString

from sync.models import SalesOrder
from sync.tables.columns import (
    ROOMY,
    WIDE,
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


def due_of(order: SalesOrder) -> Decimal:
    """What the customer still has to pay; a canceled order is owed nothing."""
    if order.stage == SalesOrder.Stage.CANCELED:
        return Decimal(0)
    return max(Decimal(0), order.grand_total - order.total_paid)


class SalesOrderTable(DocumentTable):
    kind = "orders"
    what = "order"

    increment_id = LinkColumn("Order", order_by="increment_id")
    store = CellColumn("Store", attrs={"th": WIDE, "td": WIDE})
    placed_at = MomentColumn("Placed", order_by=("placed_at", "id"))
    customer = CellColumn("Customer", attrs={"td": {"class": "table__name"}})
    grand_total = MoneyColumn("Total", order_by=("grand_total", "id"))
    due = MoneyColumn("Due", amount=due_of, css="table__roomy")
    payment = CellColumn("Payment", attrs={"th": WIDE, "td": WIDE})
    stage = BadgeColumn(
        "Stage, in the shop",
        "stage",
        field="stage",
        below=lambda order: small(
            order.not_taken_reason or order.state_in_shop, title=order.not_taken_reason
        ),
        attrs={"td": {"class": "table__words"}},
    )
    sap = CellColumn("SAP order", attrs={"th": ROOMY, "td": ROOMY})

    def render_store(self, record: SalesOrder) -> SafeString:
        return text("cell-main", record.store_name or record.shop.name, title=record.shop.name)

    def render_payment(self, record: SalesOrder) -> SafeString:
        return text("cell-main", record.payment_name)

    def render_customer(self, record: SalesOrder) -> SafeString:
        return text("cell-main", record.customer_name or "Guest", title=record.customer_email)

    def render_sap(self, record: SalesOrder) -> SafeString:
        """Never shows SAP's number without its verification state."""
        number = record.sap_sales_order_number
        verified = badge("verification", record.verification, record.get_verification_display())
        held_up = text("cell-sub cell-sub--danger", "Held up") if record.is_held_up_in_sap else None
        return joined(text("cell-main number", number) if number else None, held_up, verified)
