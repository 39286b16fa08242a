"""Web orders as the mirror keeps the shop's answer."""

from __future__ import annotations

import json
from decimal import Decimal

from sync.errors import UnexpectedRecord
from sync.magento.parsing import parse_order
from sync.magento.records import MagentoOrder
from sync.models import SalesOrder


def as_read(order: SalesOrder) -> MagentoOrder | None:
    """The web order as it was last read from the shop; None where the mirror does not hold it."""
    try:
        return parse_order(json.loads(json.dumps(order.payload), parse_float=Decimal))
    except UnexpectedRecord:
        return None
