"""Returns orders and credit memo requests: documents made from an order with its reference."""

from __future__ import annotations

import copy

from .documents import SalesOrder
from .system import SapSystem
from .warehouse import NotPossible, order_of

RETURNS, CREDIT_MEMO_REQUEST = "RE", "G2"


def create_from(system: SapSystem, number: str, order_type: str = RETURNS) -> SalesOrder:
    """Copy an order as VA01 does "with reference": partners, lines and the customer's reference."""
    if system.customising.document_category(order_type) not in {"H", "K"}:
        raise NotPossible(f"{order_type} is no type of returns or credit memo request")
    with system.store.transaction():
        made = copy.deepcopy(order_of(system, number))
        made.number, made.order_type = system.store.draw("order"), order_type
        made.created_at = system.clock.now()
        system.store.save(made)
    return made
