"""The lines of an order in the books of both stand-ins, and what became of each. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from tests.chaos.stand_ins import Books

Quantities = defaultdict[int, Decimal]


def plain_lines(order: Books) -> Iterator[Books]:
    """Lines that are counted by themselves: no bundles, no parts."""
    for line in order["items"]:
        if line.get("product_type") != "bundle" and not line.get("parent_item_id"):
            yield line


def bundles(order: Books) -> Iterator[tuple[Books, list[Books]]]:
    """Each bundle with its parts."""
    for parent in order["items"]:
        if parent.get("product_type") == "bundle":
            yield (
                parent,
                [one for one in order["items"] if one.get("parent_item_id") == parent["item_id"]],
            )


def of_items(sap: Books, column: str) -> Quantities:
    """SAP's quantities by the shop's order item; whole sets of one that is delivered in parts."""
    found: Quantities = defaultdict(Decimal)
    for item in sap["items"]:
        reference = str(item["customer_item_number"]).strip()
        if reference.isdigit():
            parts = [] if item["is_delivered"] or column != "issued" else _parts(sap, item)
            found[int(reference)] += _sets(item, parts) if parts else Decimal(item[column])
    return found


def _parts(sap: Books, item: Books) -> list[Books]:
    """Those SAP has added."""
    return [
        one
        for one in sap["items"]
        if one["higher_level_item"] == item["item_number"] and not one["customer_item_number"]
    ]


def _sets(item: Books, parts: list[Books]) -> Decimal:
    sets = Decimal(item["quantity"])
    return min(Decimal(one["issued"]) * sets // Decimal(one["quantity"]) for one in parts)


def lacks_a_line(sap: Books) -> bool:
    """Whether a line of the web order was rejected."""
    return any(one["rejection_reason"] and one["customer_item_number"] for one in sap["items"])


def holds_a_line(sap: Books, document: Books) -> bool:
    """Whether a delivery or bill holds more than what SAP has added to the order."""
    added = {one["item_number"] for one in sap["items"] if not one["customer_item_number"]}
    return any(
        one["order_item"] not in added or one["sales_order"] != sap["number"]
        for one in document["items"]
    )


def of_papers(papers: list[Books]) -> Quantities:
    """The quantities of shipments or invoices by the shop's order item."""
    found: Quantities = defaultdict(Decimal)
    for paper in papers:
        for item in paper["items"]:
            found[int(item["order_item_id"])] += Decimal(str(item["qty"]))
    return found
