"""What SAP billed to one order, and how far the shop's invoice is from it."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from sync.models import BillingDocument, Invoice, SalesOrder


def billed_to(document: BillingDocument, order: SalesOrder) -> Decimal | None:
    """The order's share of a billing document; None where amounts of the header hide it."""
    lines = list(document.lines.all())
    if all(line.sales_order_id == order.pk for line in lines):
        return document.gross_value
    if sum(line.net_value + line.tax_value for line in lines) != document.gross_value:
        return None
    own = [line for line in lines if line.sales_order_id == order.pk]
    return sum((line.net_value + line.tax_value for line in own), Decimal(0))


def keep_difference(document: BillingDocument, order: SalesOrder, invoice: Invoice) -> None:
    """How far the invoice is from the order's part of the billing document, where it is."""
    billed = billed_to(document, order)
    difference = None if billed is None else invoice.grand_total - billed
    if difference is not None and abs(difference) <= order.shop.amount_tolerance:
        difference = None
    Invoice.objects.filter(pk=invoice.pk).update(differs_by=difference)


def keep_common_difference(
    order: SalesOrder, entity_ids: Collection[int], difference: Decimal | None
) -> None:
    """How far invoices are in all from what they stand for; none of several has it alone."""
    invoices = Invoice.objects.filter(sales_order=order, entity_id__in=entity_ids)
    invoices.update(differs_by=difference if len(entity_ids) == 1 else None)
