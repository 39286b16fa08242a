"""What an order costs in the shop, in the SAP order and as billed: net beside net, gross beside
gross."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_noop

from sync.mapping.charged import Charged
from sync.models import BillingDocument, BillingDocumentLine, Invoice, SalesOrder

Amount = Decimal | None
NetAndTax = tuple[Decimal, Decimal]
SHOP, SAP_ORDER = gettext_noop("Shop"), gettext_noop("SAP order")
BILLED, INVOICED = gettext_noop("Billed by SAP"), gettext_noop("Invoices in the shop")
NET, TAX, GROSS = gettext_noop("Net"), gettext_noop("Tax"), gettext_noop("Gross")
NAMES = (NET, TAX, GROSS)


@dataclass(frozen=True, slots=True)
class Cell:
    """An amount on one side, by how much it differs from the first; None where it is not told."""

    side: str
    value: Amount
    differs_by: Amount = None


@dataclass(frozen=True, slots=True)
class AmountRow:
    name: str
    cells: Sequence[Cell]
    note: str = ""
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Amounts:
    """All rows have a cell for each side."""

    currency: str
    sides: Sequence[str]
    rows: Sequence[AmountRow]


@dataclass(frozen=True, slots=True)
class _Side:
    """Net, tax and gross of one side, and by how much each may differ; None: it is not compared."""

    name: str
    values: tuple[Amount, Amount, Amount]
    tolerance: Amount = None


def amounts_of_order(order: SalesOrder, charged: Charged, billed: Iterable[NetAndTax]) -> Amounts:
    """``billed`` is what valid invoices claim of the order. It is compared once the order is
    complete: until then it is a part."""
    tax, tolerance = order.tax_amount, order.shop.amount_tolerance
    is_complete = order.stage == SalesOrder.Stage.COMPLETE
    sides = [
        _Side(SHOP, (charged.total - tax, tax, charged.total)),
        _Side(SAP_ORDER, (order.sap_net_value, None, None), tolerance),
        _Side(BILLED, _billed(billed), tolerance if is_complete else None),
    ]
    rows = [*_parts(order, charged), *_compared(sides), *_payments(order, charged)]
    return Amounts(order.currency, [side.name for side in sides], rows)


def _billed(billed: Iterable[NetAndTax]) -> tuple[Amount, Amount, Amount]:
    amounts = list(billed)
    if not amounts:
        return None, None, None
    net = sum((net for net, _tax in amounts), Decimal(0))
    tax = sum((tax for _net, tax in amounts), Decimal(0))
    return net, tax, net + tax


def _compared(sides: Sequence[_Side]) -> list[AmountRow]:
    return [
        AmountRow(name, [_cell(side, sides[0], at) for side in sides], is_sum=name == GROSS)
        for at, name in enumerate(NAMES)
    ]


def _cell(side: _Side, first: _Side, at: int) -> Cell:
    value, expected = side.values[at], first.values[at]
    if side.tolerance is None or value is None or expected is None:
        return Cell(side.name, value)
    difference = value - expected
    return Cell(side.name, value, difference if abs(difference) > side.tolerance else None)


def _of_shop(name: str, value: Decimal, note: str = "", *, is_sum: bool = False) -> AmountRow:
    cells = [Cell(SHOP, value), Cell(SAP_ORDER, None), Cell(BILLED, None)]
    return AmountRow(name, cells, note, is_sum)


def _parts(order: SalesOrder, charged: Charged) -> Iterator[AmountRow]:
    yield _of_shop(gettext_noop("Subtotal"), order.subtotal)
    if order.discount_amount:
        yield _of_shop(gettext_noop("Discount"), order.discount_amount)
    yield _of_shop(gettext_noop("Shipping"), order.shipping_amount)
    for fee in charged.fees:
        yield _of_shop(fee.name, fee.amount, fee.in_sap)


def _payments(order: SalesOrder, charged: Charged) -> Iterator[AmountRow]:
    for one in charged.payments:
        yield _of_shop(one.name, one.amount, one.in_sap)
    if charged.payments:
        yield _of_shop(gettext_noop("Left to pay"), order.grand_total, is_sum=True)
    yield _of_shop(gettext_noop("Paid"), order.total_paid)
    if order.rounding:
        note = gettext_noop("SAP's total against what was charged")
        cells = [Cell(SHOP, None), Cell(SAP_ORDER, order.rounding), Cell(BILLED, None)]
        yield AmountRow(gettext_noop("Rounding"), cells, note)


def amounts_of_document(
    document: BillingDocument, invoices: Sequence[Invoice], orders: Sequence[SalesOrder]
) -> Amounts:
    """The shop's invoices are compared as far as they are known to differ; the SAP orders stand
    beside them only where this document bills all there is of them."""
    own = (document.net_value, document.tax_value, document.gross_value)
    sides = [_Side(BILLED, own)]
    valid = [one for one in invoices if one.state != Invoice.State.CANCELED]
    if valid and all(len(one.stands_for) == 1 for one in valid):
        differs = any(one.differs_by for one in valid)
        sides.append(_Side(INVOICED, _invoiced(valid), Decimal(0) if differs else None))
    if orders and document.is_invoice and _bills_all(document, orders):
        nets: list[Amount] = [order.sap_net_value for order in orders]
        net = None if None in nets else sum((one for one in nets if one), Decimal(0))
        sides.append(_Side(SAP_ORDER, (net, None, None), Decimal(0)))
    return Amounts(document.currency, [side.name for side in sides], _compared(sides))


def _invoiced(invoices: Iterable[Invoice]) -> tuple[Amount, Amount, Amount]:
    gross = sum((one.grand_total for one in invoices), Decimal(0))
    tax = sum((one.tax_amount for one in invoices), Decimal(0))
    return gross - tax, tax, gross


def _bills_all(document: BillingDocument, orders: Sequence[SalesOrder]) -> bool:
    if any(order.stage != SalesOrder.Stage.COMPLETE for order in orders):
        return False
    others = BillingDocumentLine.objects.filter(
        sales_order__in=[order.pk for order in orders],
        billing_document__category=BillingDocument.Category.INVOICE,
        billing_document__is_cancelled=False,
    )
    return not others.exclude(billing_document=document).exists()
