"""Whether the portal may link a SAP order to a web order, or a person has to decide. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sync.sap import abap
from sync.sap.records import SapSalesOrder
from sync.translate.comparison import gross_of

ORDER = "C"
CATEGORIES = {
    "A": "an inquiry",
    "B": "a quotation",
    "G": "a contract",
    "H": "a returns order",
    "I": "an order free of charge",
    "K": "a credit memo request",
    "L": "a debit memo request",
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
    doubt = "" if same else f"it carries the reference {theirs} and not {ours.reference}"
    return Point("Customer reference", ours.reference, theirs, doubt)


def _category(read: SapSalesOrder) -> Point:
    what = "an order" if read.category == ORDER else CATEGORIES.get(read.category, "")
    told = what or (f"of category {read.category}" if read.category else "not told")
    if read.category == ORDER:
        return Point("Document", "an order", told)
    told_doubt = f"it is {told} and no order" if read.category else "SAP does not say what it is"
    return Point("Document", "an order", told, told_doubt)


def _sales_area(ours: WebSide, read: SapSalesOrder) -> Point:
    mine = " / ".join(ours.sales_area)
    theirs = " / ".join((read.sales_organization, read.distribution_channel, read.division))
    doubt = "" if mine == theirs else f"it is of sales area {theirs} and not {mine}"
    return Point("Sales area", mine, theirs, doubt)


def _sold_to(ours: WebSide, read: SapSalesOrder) -> Point:
    mine, theirs = abap.alpha(ours.sold_to), abap.alpha(read.sold_to)
    doubt = "" if mine == theirs else f"its sold-to is {theirs} and not {mine}"
    return Point("Sold-to", mine, theirs, doubt)


def _currency(ours: WebSide, read: SapSalesOrder) -> Point:
    doubt = "" if ours.currency == read.currency else f"it is in {read.currency}"
    return Point("Currency", ours.currency, read.currency, doubt)


def _total(ours: WebSide, read: SapSalesOrder, tolerance: Decimal) -> Point:
    """Rejected lines cost nothing: an order with no other lines has no total to compare."""
    gross = gross_of(read)
    if gross is None:
        doubt = "SAP does not tell its total"
        return Point("Total with tax", f"{ours.totals[0]:.2f}", "not told", doubt)
    nearest = min(ours.totals, key=lambda one: abs(one - gross))
    is_off = abs(nearest - gross) > tolerance and not read.is_wholly_rejected
    doubt = f"its total with tax is {gross:.2f} and not {nearest:.2f}" if is_off else ""
    return Point("Total with tax", f"{nearest:.2f}", f"{gross:.2f}", doubt)
