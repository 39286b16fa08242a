"""What a list's file holds: its columns, each with a value of its own type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sync.currencies import currency_decimals
from sync.models import BillingDocument
from sync.tables.billing_documents import due_of as due_of_invoice
from sync.tables.billing_documents import paid_of
from sync.tables.deliveries import article_names
from sync.tables.documents import orders_of
from sync.tables.sales_orders import due_of as due_of_order

Cell = str | Decimal | int | date | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """``is_amount``: rounded to the decimals of the row's currency, and added up."""

    heading: str
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
        return [column.heading for column in self.columns]

    @property
    def amounts(self) -> list[str]:
        return [column.heading for column in self.columns if column.is_amount]

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
    return lambda document: "yes" if test(document) else "no"


def _numbers(document: Any) -> str:
    return ", ".join(str(order) for order in orders_of(document))


def _of_first_order(name: str) -> Callable[[Any], Cell]:
    return lambda document: next((getattr(one, name) for one in orders_of(document)), "")


ORDERS = Export(
    [
        Column("Order", _field("increment_id")),
        Column("Shop", lambda order: order.shop.name),
        Column("Store", _field("store_name")),
        Column("Placed", _field("placed_at")),
        Column("Customer", _field("customer_name")),
        Column("E-mail", _field("customer_email")),
        Column("Currency", _field("currency")),
        Column("Total", _field("grand_total"), is_amount=True),
        Column("Paid", _field("total_paid"), is_amount=True),
        Column("Due", due_of_order, is_amount=True),
        Column("Payment method", _field("payment_method")),
        Column("Stage", _label("stage")),
        Column("Status in the shop", lambda order: order.status or order.state),
        Column("Not in SAP because", _field("not_taken_reason")),
        Column("SAP order", _field("sap_sales_order_number")),
        Column("Compared with SAP", _label("verification")),
        Column("Held up in SAP", _yes(lambda order: order.is_held_up_in_sap)),
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
        Column("Delivery", _field("delivery_number")),
        Column("Created", _field("created_date")),
        Column("Pick by", _field("planned_picking_at")),
        Column("Orders", _numbers),
        Column("Ship-to party", _field("ship_to")),
        Column("Ship to", _of_first_order("ship_to_name")),
        Column("Country", _of_first_order("ship_to_country")),
        Column("Articles", _articles),
        Column("Shipping method", _of_first_order("shipping_description")),
        Column("Picking", _label("picking_status")),
        Column("Picked", _field("picked_at")),
        Column("Goods issue", _yes(lambda delivery: delivery.is_goods_issued)),
        Column("Goods issued", lambda one: one.goods_issued_at or one.goods_issue_date),
        Column("Carrier", _field("carrier")),
        Column("Tracking", lambda one: ", ".join(map(str, one.tracks.all()))),
        Column("Shipped in the shop", _yes(_field("is_in_shop"))),
        Column(
            "Customer told",
            _yes(
                lambda one: one.is_in_shop and all(s.is_customer_told for s in one.shop_shipments)
            ),
        ),
        Column(
            "Cancelled in the shop", lambda one: str(one.unwanted.label) if one.unwanted else ""
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
        Column("Billing document", _field("billing_document_number")),
        Column("Kind", _label("category")),
        Column("Date", _field("billing_date")),
        Column("Customer", _of_first_order("customer_name")),
        Column("Payer in SAP", _field("payer")),
        Column("Orders", _numbers),
        Column("Currency", _field("currency")),
        Column("Net", _field("net_value"), is_amount=True),
        Column("Tax", _field("tax_value"), is_amount=True),
        Column("Gross", _field("gross_value"), is_amount=True),
        Column("Paid", paid_of, is_amount=True),
        Column("Due", due_of_invoice, is_amount=True),
        Column("Cancelled", _yes(_field("is_cancelled"))),
        Column("Cancels", _field("cancels")),
        Column("Shop invoices", lambda one: ", ".join(map(str, one.shop_invoices))),
        Column("Amounts differ", _yes(_field("has_difference"))),
        Column("Times mailed", lambda one: sum(mail.has_gone for mail in _mails(one))),
        Column("Last mailed", lambda one: max((m.sent_at for m in _mails(one)), default=None)),
    ],
    sign=lambda document: _SIGNS.get(document.category, 1),
)
EXPORTS = {"orders": ORDERS, "deliveries": DELIVERIES, "billing_documents": BILLING_DOCUMENTS}
