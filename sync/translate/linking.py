"""Whether the portal may link a SAP order to a web order, or a person has to decide. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sync.sap import abap
from sync.sap.records import SapSalesOrder
from sync.told import told
from sync.translate.comparison import gross_of

ORDER = "C"
CATEGORIES = {
    "A": told("an inquiry"),
    "B": told("a quotation"),
    "G": told("a contract"),
    "H": told("a returns order"),
    "I": told("an order free of charge"),
    "K": told("a credit memo request"),
    "L": told("a debit memo request"),
}


@dataclass(frozen=True, slots=True)
class WebSide:
    """What the web order's SAP order would have. ``totals`` are the gross totals that fit: what is
    left to order, what the goods cost, what remained to be paid. In the order's currency."""

    reference: str
    sales_area: tuple[str, str, str]
    sold_to: str
    currency: str
    totals: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One row of the comparison; ``doubt`` says in words why it speaks against linking."""

    label: str
    ours: str
    theirs: str
    doubt: str = ""


def is_order(read: SapSalesOrder) -> bool:
    """Whether the document is an order: a returns order or a credit memo request made from an order
    carries its reference and is no duplicate (SAP sheet 13.14)."""
    return read.category in {ORDER, ""}


def comparison_points(ours: WebSide, read: SapSalesOrder, tolerance: Decimal) -> list[Point]:
    """Without any doubt among the points, the two belong together."""
    return [
        _reference(ours, read),
        _category(read),
        _sales_area(ours, read),
        _sold_to(ours, read),
        _currency(ours, read),
        _total(ours, read, tolerance),
    ]


def _reference(ours: WebSide, read: SapSalesOrder) -> Point:
    same = read.customer_reference == ours.reference
    theirs = ascii(read.customer_reference[:35])[1:-1] or "none"
    doubt = (
        ""
        if same
        else told(
            "it carries the reference {theirs} and not {ours}", theirs=theirs, ours=ours.reference
        )
    )
    return Point(told("Customer reference"), ours.reference, theirs, doubt)


def _category(read: SapSalesOrder) -> Point:
    what = told("an order") if read.category == ORDER else CATEGORIES.get(read.category, "")
    if not read.category:
        doubt = told("SAP does not say what it is")
        return Point(told("Document"), told("an order"), told("not told"), doubt)
    theirs = what or told("of category {category}", category=read.category)
    is_other = read.category != ORDER
    doubt = told("it is {what} and no order", what=theirs) if is_other else ""
    return Point(told("Document"), told("an order"), theirs, doubt)


def _sales_area(ours: WebSide, read: SapSalesOrder) -> Point:
    mine = " / ".join(ours.sales_area)
    theirs = " / ".join((read.sales_organization, read.distribution_channel, read.division))
    doubt = (
        ""
        if mine == theirs
        else told("it is of sales area {theirs} and not {mine}", theirs=theirs, mine=mine)
    )
    return Point(told("Sales area"), mine, theirs, doubt)


def _sold_to(ours: WebSide, read: SapSalesOrder) -> Point:
    mine, theirs = abap.alpha(ours.sold_to), abap.alpha(read.sold_to)
    doubt = (
        ""
        if mine == theirs
        else told("its sold-to is {theirs} and not {mine}", theirs=theirs, mine=mine)
    )
    return Point(told("Sold-to"), mine, theirs, doubt)


def _currency(ours: WebSide, read: SapSalesOrder) -> Point:
    doubt = (
        ""
        if ours.currency == read.currency
        else told("it is in {currency}", currency=read.currency)
    )
    return Point(told("Currency"), ours.currency, read.currency, doubt)


def _total(ours: WebSide, read: SapSalesOrder, tolerance: Decimal) -> Point:
    """Rejected lines cost nothing: an order with no other lines has no total to compare."""
    gross = gross_of(read)
    if gross is None:
        doubt = told("SAP does not tell its total")
        return Point(told("Total with tax"), f"{ours.totals[0]:.2f}", told("not told"), doubt)
    nearest = min(ours.totals, key=lambda one: abs(one - gross))
    is_off = abs(nearest - gross) > tolerance and not read.is_wholly_rejected
    doubt = (
        told(
            "its total with tax is {gross:.2f} and not {nearest:.2f}", gross=gross, nearest=nearest
        )
        if is_off
        else ""
    )
    return Point(told("Total with tax"), f"{nearest:.2f}", f"{gross:.2f}", doubt)
