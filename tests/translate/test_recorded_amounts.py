"""What a line costs is read rightly from every recorded order, whatever version the shop is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sync.magento.parsing import parse_order
from sync.magento.records import MagentoOrder
from sync.translate.order_amounts import order_amounts

FOLDERS = sorted((Path(__file__).parent.parent / "exchanges").glob("magento*"))
ROW_TOTAL_IS_THE_ROW = "magento"  # recorded from 2.4.7
HALF_A_CENT = Decimal("0.005")
MEMBERS = {"items", "grand_total", "subtotal", "order_currency_code", "increment_id"}


def documents_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every whole order in a recorded answer: a projected one lacks what a line costs."""
    if isinstance(value, list):
        for part in value:
            yield from documents_in(part)
    elif isinstance(value, dict):
        rows = value.get("items")
        if value.keys() >= MEMBERS and rows and "row_total_incl_tax" in rows[0]:
            if "qty_ordered" in rows[0]:
                yield value
        else:
            for part in value.values():
                yield from documents_in(part)


@cache
def documents(folder: Path) -> tuple[dict[str, Any], ...]:
    files = [*sorted(folder.glob("[0-9]*.json")), *folder.glob("orders.json")]
    answers = (json.loads(file.read_text("utf-8"), parse_float=Decimal) for file in files)
    return tuple(found for answer in answers for found in documents_in(answer))


def orders(folder: Path) -> list[MagentoOrder]:
    found = [parse_order(document) for document in documents(folder)]
    assert len(found) > 20
    return found


each_version = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def test_a_line_costs_what_the_older_version_calls_its_row_total() -> None:
    [folder] = [one for one in FOLDERS if one.name == ROW_TOTAL_IS_THE_ROW]
    for document in documents(folder):
        lines = zip(parse_order(document).items, document["items"], strict=True)
        for line, sent in lines:
            assert abs(line.net_after_discount - Decimal(sent["row_total"])) < Decimal("0.0001")


@each_version
def test_the_lines_of_every_order_add_up_to_its_subtotal_discount_and_tax(folder: Path) -> None:
    for order in orders(folder):
        amounts = order_amounts(order)
        compensation = order.discount_tax_compensation_amount
        compensation += order.shipping_discount_tax_compensation_amount
        discounts = sum((line.discount for line in amounts.lines), amounts.freight_discount)

        assert sum(line.net_before_discount for line in amounts.lines) == order.subtotal
        assert discounts == -order.discount_amount - compensation
        assert sum((line.tax for line in amounts.lines), amounts.freight_tax) == order.tax_amount


@each_version
def test_the_lines_and_the_freight_of_every_order_add_up_to_its_total(folder: Path) -> None:
    for order in orders(folder):
        assert order_amounts(order).total == order.grand_total


@each_version
def test_a_line_costs_its_price_for_each_piece(folder: Path) -> None:
    """To half a cent a piece: the price of a shop with gross prices is rounded to cents."""
    for order in orders(folder):
        for line in order.items:
            by_price = line.price * line.qty_ordered
            room = HALF_A_CENT * max(line.qty_ordered, Decimal(1))
            assert abs(line.net_before_discount - by_price) <= room
