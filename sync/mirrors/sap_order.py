"""Stores the SAP order of a web order as it was read: status, lines and differences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from sync.mirrors.compared import fingerprint_in_sap, refunded_in_shop
from sync.mirrors.notes import keep
from sync.mirrors.order_documents import documents_of_new
from sync.mirrors.order_lines import write_lines
from sync.mirrors.order_rest import store_quantities_asked
from sync.mirrors.progress import store_stage
from sync.mirrors.sap import store_sap_lines
from sync.mirrors.shared_references import customer_reference_of
from sync.models import SalesOrder
from sync.sap.records import CreatedSalesOrder, SapSalesOrder
from sync.translate.comparison import rounding_between
from sync.translate.sap_order import TranslatedOrder
from sync.translate.sap_values import sap_order_values

CANNOT_COMPARE = "comparison"
Verification = SalesOrder.Verification


def store_sent(order: SalesOrder, created: CreatedSalesOrder) -> None:
    """SAP has given the order its number, but it was not read back yet."""
    keep(
        order,
        sap_sales_order_number=created.sap_sales_order_number,
        sap_is_incomplete=created.is_incomplete,
        verification=Verification.SENT,
    )


def store_compared(
    order: SalesOrder,
    read: SapSalesOrder,
    asked: TranslatedOrder,
    differences: list[dict[str, str]],
    *,
    is_new: bool,
    **notes: object,
) -> None:
    """Stores the order's stage as well; ``is_new`` where this attempt has created the order. Call
    it within a transaction."""
    is_partial = any(item.rejection_reason for item in read.items)  # its totals say nothing
    rounding = (
        None if differences or is_partial else rounding_between(asked.request, read, asked.totals)
    )
    store_quantities_asked(order, asked)
    columns = {
        "verification": Verification.DIFFERS if differences else Verification.VERIFIED,
        "differences": differences,
        "rounding": rounding,
        "text_cuts": text_cuts(asked),
    }
    _store(order, read, asked.item_numbers, columns | notes, is_new=is_new)


def text_cuts(asked: TranslatedOrder) -> list[dict[str, Any]]:
    return [
        {"field": cut.field, "length": cut.original_length, "limit": cut.limit}
        | ({"words": cut.words} if cut.words else {})
        for cut in asked.cuts
    ]


def store_uncompared(
    order: SalesOrder,
    read: SapSalesOrder,
    item_numbers: Mapping[int, int],
    why: str,
    **notes: object,
) -> None:
    """For a SAP order the portal could not have sent itself; call it within a transaction."""
    columns = {
        "verification": Verification.DIFFERS,
        "differences": [{"field": CANNOT_COMPARE, "shop": why, "sap": ""}],
    }
    _store(order, read, item_numbers, columns | notes)


def _store(
    order: SalesOrder,
    read: SapSalesOrder,
    item_numbers: Mapping[int, int],
    columns: dict[str, object],
    *,
    is_new: bool = False,
) -> None:
    write_lines(order, "sap_item_number", item_numbers)
    store_sap_lines(order, read)
    ours = customer_reference_of(order)
    known_by = {"customer_reference": ours} if read.customer_reference == ours else {}
    if order.comparison_due_at is not None:  # what changes meanwhile is compared once more
        due = SalesOrder.objects.filter(pk=order.pk, comparison_due_at=order.comparison_due_at)
        due.update(comparison_due_at=None)
    columns = columns | {
        **sap_order_values(read),
        **known_by,
        "pulled_at": order.pulled_at,
        "sap_read_at": timezone.now(),
        "sap_fingerprint": fingerprint_in_sap(read),
        "sap_missing_since": None,
        "compared_refund": refunded_in_shop(order),
    }
    for name, value in columns.items():
        setattr(order, name, value)
    store_stage(order, documents_of_new(order) if is_new else None, **columns)
