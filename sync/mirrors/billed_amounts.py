"""Compares what SAP billed for an order with the shop's invoices."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal

from sync.mirrors.document_lines import billing_lines_of
from sync.models import BillingDocument, BillingDocumentLine, Invoice, SalesOrder
from sync.translate.further_amounts import credit_on
from sync.translate.order_amounts import coin_of


def billed_to(document: BillingDocument, order: SalesOrder) -> Decimal | None:
    """The order's share of a billing document; None where amounts in its header hide the share."""
    own = (one for one in billing_lines_of(order) if one.billing_document_id == document.pk)
    if _gross(own) == document.gross_value:
        return document.gross_value
    lines = list(document.lines.all())
    if all(line.sales_order_id == order.pk for line in lines):
        return document.gross_value
    if _gross(lines) != document.gross_value:
        return None
    return _gross(line for line in lines if line.sales_order_id == order.pk)


def _gross(lines: Iterable[BillingDocumentLine]) -> Decimal:
    return sum((line.net_value + line.tax_value for line in lines), Decimal(0))


def store_difference(document: BillingDocument, order: SalesOrder, invoice: Invoice) -> None:
    """Stores None where the difference is unknown, or within the shop's tolerance."""
    billed = billed_to(document, order)
    difference = None if billed is None else _charged(invoice) - billed
    if difference is not None and abs(difference) <= may_be_off(order):
        difference = None
    if difference != invoice.differs_by:
        Invoice.objects.filter(pk=invoice.pk).update(differs_by=difference)


def may_be_off(order: SalesOrder) -> Decimal:
    """The shop's tolerance, or a coin of the currency: SAP bills no part of a yen."""
    tolerance = order.shop.amount_tolerance
    return max(tolerance, coin_of(order.currency)) if tolerance else tolerance


def _charged(invoice: Invoice) -> Decimal:
    """Before gift cards and the like were taken off, which SAP does not know as a discount."""
    return invoice.grand_total + credit_on(invoice.payload)


def store_total_difference(
    order: SalesOrder, entity_ids: Collection[int], difference: Decimal | None
) -> None:
    """A difference between several invoices and SAP belongs to no single one of them."""
    invoices = Invoice.objects.filter(sales_order=order, entity_id__in=entity_ids)
    invoices.update(differs_by=difference if len(entity_ids) == 1 else None)
