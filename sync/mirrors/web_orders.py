"""Reads web orders back from the shop's answer in the mirror."""

from __future__ import annotations

import json
from decimal import Decimal

from sync.errors import UnexpectedRecord
from sync.magento.parsing import parse_order
from sync.magento.records import MagentoOrder
from sync.models import SalesOrder


def stored_web_order(order: SalesOrder) -> MagentoOrder | None:
    """None where the mirror holds no readable answer."""
    try:
        return parse_order(json.loads(json.dumps(order.payload), parse_float=Decimal))
    except UnexpectedRecord:
        return None
