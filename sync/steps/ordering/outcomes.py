"""What became of an order in SAP, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sync.sap.records import SapSalesOrder
from sync.told import told
from sync.translate.sap_hindrances import what_is_held_up


def outcome(read: SapSalesOrder, what: str, verdict: str, cuts: Iterable[Mapping[str, Any]]) -> str:
    named, held_up = read.sap_sales_order_number, _held_up(read)
    if held_up:
        done = told(
            "Order {sap_order} {what}, read back: {verdict}, but {held_up}.",
            sap_order=named,
            what=what,
            verdict=verdict,
            held_up=held_up,
        )
    else:
        done = told(
            "Order {sap_order} {what}, read back: {verdict}.",
            sap_order=named,
            what=what,
            verdict=verdict,
        )
    return f"{done} {_left_out(cuts)}".strip()


def _held_up(read: SapSalesOrder) -> str:
    incomplete = told("incomplete in SAP: {what}", what=what_is_held_up(read.incomplete_for))
    blocked = told("blocked in SAP for {blocks}", blocks=" and ".join(read.blocks))
    held_up = [*([incomplete] if read.is_incomplete else ()), *([blocked] if read.blocks else ())]
    return "; ".join(held_up)


def _left_out(cuts: Iterable[Mapping[str, Any]]) -> str:
    left = [
        told("{field} ({words} words)", field=cut["field"], words=cut["words"])
        if cut["words"] > 1
        else told("{field} (1 word)", field=cut["field"])
        for cut in cuts
        if cut.get("words")
    ]
    return told("Left out: {left}.", left=", ".join(left)) if left else ""
