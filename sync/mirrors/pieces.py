"""Quantities of an order in words, and its lines as SAP counts them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from sync.models import SalesOrder
from sync.told import told
from sync.translate.unwanted_goods import WebLine, web_lines

LONGEST_REASON = 200
MOST_NAMED = 3


class Pieces:
    """Quantities in words, such as "2 of 5 pieces of S-001", and the verb and pronoun to match."""

    def __init__(self, pieces: Iterable[tuple[Decimal, Decimal, str]]) -> None:
        listed = list(pieces)
        shown = [
            told(
                "{quantity} of {all} pieces of {sku}",
                quantity=_written(n),
                all=_written(of),
                sku=sku,
            )
            for n, of, sku in listed
        ]
        is_one = [quantity for quantity, _of, _sku in listed] == [1]
        self.named = ", ".join(shown[:MOST_NAMED])
        if len(shown) > MOST_NAMED:
            self.named = told("{pieces} and more", pieces=self.named)
        self.were, self.them = ("was", "it") if is_one else ("were", "them")


def web_lines_of(order: SalesOrder) -> dict[int, WebLine]:
    lines = list(order.lines.all())
    numbers = {line.item_id: line.sap_item_number for line in lines if line.sap_item_number}
    return web_lines(lines, numbers)


def cut_to_reason(reason: str) -> str:
    return reason if len(reason) <= LONGEST_REASON else f"{reason[: LONGEST_REASON - 1]}…"


def _written(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
