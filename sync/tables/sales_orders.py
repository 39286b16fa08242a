"""The list of orders."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sync.models import SalesOrder
from sync.models.order_holds import is_held_now
from sync.tables.columns import (
    FROM_1024,
    FROM_1280,
    FROM_1440,
    FROM_1600,
    NAME,
    WORDS,
    CellColumn,
    LinkColumn,
    MomentColumn,
    MoneyColumn,
    classed,
    small,
    text,
)
from sync.tables.documents import DocumentTable
from sync.templatetags.markup import joined
from sync.templatetags.portal import badge
from sync.templatetags.retold import retold


def due_of(order: SalesOrder) -> Decimal:
    """What the customer still has to pay; a canceled order is owed nothing."""
    if order.stage == SalesOrder.Stage.CANCELED:
        return Decimal(0)
    return max(Decimal(0), order.grand_total - order.total_paid)


class SalesOrderTable(DocumentTable):
    kind = "orders"
    what = _("order")
    for_finance: ClassVar = {
        "paid": f"table__number {FROM_1280}",
        "due": f"table__number {FROM_1024}",
        "sap": FROM_1440,
    }

    increment_id = LinkColumn(_("Order"), order_by="increment_id")
    store = CellColumn(_("Store"), css=FROM_1600)
    placed_at = MomentColumn(_("Placed"), order_by=("placed_at", "id"), css=FROM_1280)
    customer = CellColumn(_("Customer"), css=NAME)
    grand_total = MoneyColumn(_("Total"), order_by=("grand_total", "id"))
    paid = MoneyColumn(_("Paid"), amount=lambda order: order.total_paid, css=FROM_1600)
    due = MoneyColumn(_("Due"), amount=due_of, css=FROM_1600)
    payment = CellColumn(_("Payment"), css=FROM_1600)
    stage = CellColumn(_("Stage, in the shop"), css=WORDS)
    sap = CellColumn(_("SAP order"), css=f"table__mark {FROM_1024}")

    def __init__(self, data: Any, *, may_sync: bool = False, may_resend: bool = False) -> None:
        super().__init__(data, may_sync=may_sync, may_resend=may_resend)
        self.held: set[int] = set()
        if may_resend and not may_sync:  # whose work is money
            for name, css in self.for_finance.items():
                self.columns[name].column.attrs = classed(css)

    def look_up(self, documents: Sequence[Any]) -> None:
        """Which are held: one query, but for a clicked row, which brings it along."""
        self.held = {one.pk for one in documents if getattr(one, "is_held", False)}
        unknown = [one.pk for one in documents if not hasattr(one, "is_held")]
        if unknown:
            held = SalesOrder.objects.filter(is_held_now(), pk__in=unknown).order_by()
            self.held.update(held.values_list("pk", flat=True))

    def render_store(self, record: SalesOrder) -> SafeString:
        return text("cell-main", record.store_name or record.shop.name, title=record.shop.name)

    def render_payment(self, record: SalesOrder) -> SafeString:
        return text("cell-main", retold(record.payment_name))

    def render_customer(self, record: SalesOrder) -> SafeString:
        name = record.customer_name or gettext("Guest")
        return text("cell-main", name, title=record.customer_email)

    def render_stage(self, record: SalesOrder) -> SafeString:
        """What a person holds back comes first: nothing moves until it is released."""
        stage = record.get_stage_display()
        if record.pk in self.held:
            return joined(badge("held", "yes"), small(stage, title=stage))
        why = retold(record.not_taken_reason or record.state_in_shop)
        return joined(badge("stage", record.stage, stage), small(why, title=why))

    def render_sap(self, record: SalesOrder) -> SafeString:
        """Never shows SAP's number without its verification state."""
        number = record.sap_sales_order_number
        verified = badge("verification", record.verification, record.get_verification_display())
        held_up = text("cell-sub cell-sub--danger", gettext("Held up"))
        return joined(
            text("cell-main number", number) if number else None,
            held_up if record.is_held_up_in_sap else None,
            verified,
        )
