"""Compares an order in SAP again after either side has changed, and tells the team it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sync.causes.cause import Cause
from sync.causes.orders import OrderCause
from sync.errors import RecordsDisagree
from sync.mirrors.compared import ENDED, gone, note_missing, refunded_in_shop
from sync.mirrors.order_documents import documents_of
from sync.models import OutboundDelivery, SalesOrder
from sync.sap.records import SapSalesOrder
from sync.steps.step_run import StepRun
from sync.told import told
from sync.translate.partner_comparison import is_of_ship_to

TOLD, REFUNDED = "told_of_changes", "refunded_since"  # facts of the task: a retry asks again
MOST_NAMED = 4
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Before:
    """How the order stood when it was last compared."""

    differences: list[dict[str, str]]
    refund: Decimal

    @classmethod
    def of(cls, order: SalesOrder) -> Before:
        return cls(list(order.differences), order.compared_refund)


def has_told(run: StepRun) -> bool:
    """Whether this task has told of a change before: a retry looks whether it still stands."""
    return bool({TOLD, REFUNDED} & set(run.task.facts))


def read_own(run: StepRun, order: SalesOrder) -> SapSalesOrder:
    """By its number. Raises ``RecordsDisagree`` where SAP no longer shows it."""
    number = order.sap_sales_order_number
    held = run.remotes.sap().get_sales_orders([number], with_addresses=True).complete()
    run.task.hold_lease(run.policy.lease)
    if not held:
        if order.sap_missing_since is None:
            with run.storing():
                note_missing(order)
        raise gone(order)
    return held[0]


def tell_changes(run: StepRun, order: SalesOrder, before: Before) -> None:
    """Raises ``RecordsDisagree`` for differences nobody was told of. Of an order that is over only
    a refund is told."""
    facts: dict[str, Any] = run.task.facts
    since = Decimal(facts.get(REFUNDED, "0")) + refunded_in_shop(order) - before.refund
    is_news = bool(facts.get(TOLD)) or order.differences != before.differences
    if order.differences and is_news and order.stage not in ENDED:
        run.task.write_ahead(**{TOLD: True, REFUNDED: str(since)})
        raise _differs(order)
    if since > 0 and _is_billed(order) and _credited(order) < refunded_in_shop(order):
        run.task.write_ahead(**{REFUNDED: str(since)})
        raise RecordsDisagree(
            told(
                "The shop has refunded {since:f} {currency} of order {order}, which SAP had billed "
                "(SAP order {sap_order}).",
                since=since.normalize(),
                currency=order.currency,
                order=order.increment_id,
                sap_order=order.sap_sales_order_number,
            ),
            cause=OrderCause.REFUNDED_AFTER_BILLING,
            reference=order.increment_id,
        )


def _differs(order: SalesOrder) -> RecordsDisagree:
    fields = list(dict.fromkeys(one["field"] for one in order.differences))
    named = {
        "order": order.increment_id,
        "sap_order": order.sap_sales_order_number,
        "fields": ", ".join(fields[:MOST_NAMED]),
    }
    more = len(fields) - MOST_NAMED
    return RecordsDisagree(
        told(
            "Web order {order} and SAP order {sap_order} have agreed before, and now differ in "
            "{fields} and {number} more.",
            number=more,
            **named,
        )
        if more > 0
        else told(
            "Web order {order} and SAP order {sap_order} have agreed before, and now differ in "
            "{fields}.",
            **named,
        ),
        cause=_cause(order, fields),
        reference=order.increment_id,
    )


def _cause(order: SalesOrder, fields: list[str]) -> Cause:
    has_left = OutboundDelivery.objects.filter(
        lines__sales_order=order, goods_movement_status="C"
    ).exists()
    if has_left or not all(is_of_ship_to(name) for name in fields):
        return OrderCause.CHANGED
    return OrderCause.ADDRESS_CHANGED


def _is_billed(order: SalesOrder) -> bool:
    """Whether SAP has billed more than the customer keeps, or money was refunded beside the
    lines."""
    billed = documents_of([order])[order.pk].in_sap.billed
    lines = list(order.lines.all())
    if not any(line.qty_refunded for line in lines):
        return bool(billed)
    kept = {
        line.sap_item_number: line.qty_ordered - line.qty_refunded - line.qty_canceled
        for line in lines
    }
    return any(quantity > kept.get(item, quantity) for (item, _unit), quantity in billed.items())


def _credited(order: SalesOrder) -> Decimal:
    """With tax, by SAP's credit memos that count."""
    lines = order.billing_lines.filter(
        billing_document__category="O", billing_document__is_cancelled=False
    )
    pairs = lines.values_list("net_value", "tax_value")
    return sum((abs(net) + abs(tax) for net, tax in pairs), ZERO)
