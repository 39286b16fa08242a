"""The judgement of an order's money: the shop's words against the bank's own book.

Pure. What an invoice calls captured must be in the bank's book, once; what is there without an
invoice must be known to a person; more than the order's total is never collected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal

from tests.chaos.stand_ins import Books

CENT = Decimal("0.01")
Blame = Callable[[str, str], None]


def own_invoices(shop: Books) -> list[Books]:
    """Invoices the shop made itself, when an order that is paid at once was placed: captured, and
    without the comment by which the portal knows its own."""
    found = shop.get("invoices", ())
    return [one for one in found if one.get("transaction_id") and not one.get("comments")]


def judge_money(shop: Books, *, is_known: bool, blame: Blame) -> None:
    """``is_known``: a person was asked whether the bank has paid, and nothing was repeated."""
    captures = [one for one in shop.get("gateway", ()) if one["kind"] == "capture"]
    by_number = Counter(str(one["transaction_id"]) for one in captures)
    for invoice in _by_card(shop):
        number = str(invoice.get("transaction_id") or "")
        if not by_number.pop(number, 0):
            blame("lost", f"nothing was collected for invoice {invoice['increment_id']}")
    collected = sum((Decimal(one["amount"]) for one in captures), Decimal(0))
    total = _amount(shop["order"], "base_grand_total")
    if collected > total + CENT:
        blame("doubled", f"collected {collected} of {total}")
    if by_number and not is_known:
        blame("lost", f"the bank has {sum(by_number.values())} payments nobody knows of")
    invoiced = sum((_amount(one, "base_grand_total") for one in _by_card(shop)), Decimal(0))
    if not is_known and captures and abs(collected - invoiced) > CENT:
        blame("wrong_amounts", f"invoiced {invoiced}, collected {collected}")


def _by_card(shop: Books) -> Iterator[Books]:
    """The invoices of an order whose payment goes through the gateway."""
    if shop["order"]["payment"].get("last_trans_id"):
        yield from shop.get("invoices", ())


def _amount(document: Books, name: str) -> Decimal:
    return Decimal(str(document.get(name) or 0))
