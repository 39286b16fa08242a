"""What a list's file holds: its columns, each with a value of its own type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sync.currencies import currency_decimals
from sync.models import BillingDocument
from sync.tables.billing_documents import due_of as due_of_invoice
from sync.tables.billing_documents import paid_of
from sync.tables.deliveries import article_names
from sync.tables.documents import orders_of
from sync.tables.sales_orders import due_of as due_of_order
from sync.templatetags.retold import retold

Cell = str | Decimal | int | date | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """``is_amount``: rounded to the decimals of the row's currency, and added up."""

    heading: str | Promise
    value: Callable[[Any], Cell]
    is_amount: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """``prepare`` sees each chunk of documents before their rows are made."""

    columns: Sequence[Column]
    prepare: Callable[[Sequence[Any]], None] | None = None
    sign: Callable[[Any], int] = lambda _: 1  # of a document's amounts in the totals

    @property
    def headings(self) -> list[str]:
        return [str(column.heading) for column in self.columns]

    @property
    def amounts(self) -> list[str]:
        return [str(column.heading) for column in self.columns if column.is_amount]

    def row(self, document: Any) -> list[Cell]:
        return [_cell(column, document) for column in self.columns]


def _cell(column: Column, document: Any) -> Cell:
    value = column.value(document)
    if not column.is_amount or not isinstance(value, Decimal):
        return value
    digits = Decimal(1).scaleb(-currency_decimals(document.currency))
    return value.quantize(digits, ROUND_HALF_UP)


def _field(name: str) -> Callable[[Any], Cell]:
    return lambda document: getattr(document, name)


def _label(name: str) -> Callable[[Any], Cell]:
    return lambda document: str(getattr(document, f"get_{name}_display")())


def _yes(test: Callable[[Any], object]) -> Callable[[Any], Cell]:
    return lambda document: gettext("yes") if test(document) else gettext("no")


def _shipping(delivery: Any) -> str:
    named = (retold(one.shipping_name) for one in orders_of(delivery))
    return next(named, "")


def _numbers(document: Any) -> str:
    return ", ".join(str(order) for order in orders_of(document))


def _of_first_order(name: str) -> Callable[[Any], Cell]:
    return lambda document: next((getattr(one, name) for one in orders_of(document)), "")


ORDERS = Export(
    [
        Column(_("Order"), _field("increment_id")),
        Column(_("Shop"), lambda order: order.shop.name),
        Column(_("Store"), _field("store_name")),
        Column(_("Placed"), _field("placed_at")),
        Column(_("Customer"), _field("customer_name")),
        Column(_("E-mail"), _field("customer_email")),
        Column(_("Currency"), _field("currency")),
        Column(_("Total"), _field("grand_total"), is_amount=True),
        Column(_("Paid"), _field("total_paid"), is_amount=True),
        Column(_("Due"), due_of_order, is_amount=True),
        Column(_("Payment method"), lambda order: retold(order.payment_name)),
        Column(_("Stage"), _label("stage")),
        Column(_("Status in the shop"), lambda order: retold(order.state_in_shop)),
        Column(_("Not in SAP because"), lambda order: retold(order.not_taken_reason)),
        Column(_("SAP order"), _field("sap_sales_order_number")),
        Column(_("Compared with SAP"), _label("verification")),
        Column(_("Held up in SAP"), _yes(lambda order: order.is_held_up_in_sap)),
    ]
)


def _name_articles(deliveries: Sequence[Any]) -> None:
    lines = [line for one in deliveries for line in one.lines.all()]
    names = article_names(lines)
    for line in lines:
        key = (line.sales_order_id, line.sap_item_number)
        line.article_name = names.get(key) or line.material


def _articles(delivery: Any) -> str:
    wanted = (line for line in delivery.lines.all() if line.delivered_quantity > 0)
    return ", ".join(
        f"{line.delivered_quantity.normalize():f} × {line.article_name}" for line in wanted
    )


DELIVERIES = Export(
    [
        Column(_("Delivery"), _field("delivery_number")),
        Column(_("Created"), _field("created_date")),
        Column(_("Pick by"), _field("planned_picking_at")),
        Column(_("Orders"), _numbers),
        Column(_("Ship-to party"), _field("ship_to")),
        Column(_("Ship to"), _of_first_order("ship_to_name")),
        Column(_("Country"), _of_first_order("ship_to_country")),
        Column(_("Articles"), _articles),
        Column(_("Shipping method"), _shipping),
        Column(_("Picking"), _label("picking_status")),
        Column(_("Picked"), _field("picked_at")),
        Column(_("Goods issue"), _yes(lambda delivery: delivery.is_goods_issued)),
        Column(_("Goods issued"), lambda one: one.goods_issued_at or one.goods_issue_date),
        Column(_("Carrier"), _field("carrier")),
        Column(_("Tracking"), lambda one: ", ".join(map(str, one.tracks.all()))),
        Column(_("Shipped in the shop"), _yes(_field("is_in_shop"))),
        Column(
            _("Customer told"),
            _yes(
                lambda one: one.is_in_shop and all(s.is_customer_told for s in one.shop_shipments)
            ),
        ),
        Column(
            _("Cancelled in the shop"), lambda one: str(one.unwanted.label) if one.unwanted else ""
        ),
    ],
    prepare=_name_articles,
)


def _mails(document: Any) -> list[Any]:
    return [mail for one in document.shop_invoices for mail in one.mails.all()]


_SIGNS = {
    BillingDocument.Category.CREDIT_MEMO: -1,
    BillingDocument.Category.INVOICE_CANCELLATION: -1,
    BillingDocument.Category.PRO_FORMA: 0,
    BillingDocument.Category.DOWN_PAYMENT_REQUEST: 0,
}

BILLING_DOCUMENTS = Export(
    [
        Column(_("Billing document"), _field("billing_document_number")),
        Column(_("Kind"), _label("category")),
        Column(_("Date"), _field("billing_date")),
        Column(_("Customer"), _of_first_order("customer_name")),
        Column(_("Payer in SAP"), _field("payer")),
        Column(_("Orders"), _numbers),
        Column(_("Currency"), _field("currency")),
        Column(_("Net"), _field("net_value"), is_amount=True),
        Column(_("Tax"), _field("tax_value"), is_amount=True),
        Column(_("Gross"), _field("gross_value"), is_amount=True),
        Column(_("Paid"), paid_of, is_amount=True),
        Column(_("Due"), due_of_invoice, is_amount=True),
        Column(_("Cancelled"), _yes(_field("is_cancelled"))),
        Column(_("Cancels"), _field("cancels")),
        Column(_("Shop invoices"), lambda one: ", ".join(map(str, one.shop_invoices))),
        Column(_("Amounts differ"), _yes(_field("has_difference"))),
        Column(_("Times mailed"), lambda one: sum(mail.has_gone for mail in _mails(one))),
        Column(_("Last mailed"), lambda one: max((m.sent_at for m in _mails(one)), default=None)),
    ],
    sign=lambda document: _SIGNS.get(document.category, 1),
)
EXPORTS = {"orders": ORDERS, "deliveries": DELIVERIES, "billing_documents": BILLING_DOCUMENTS}
