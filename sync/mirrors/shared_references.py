"""Web orders that SAP cannot tell apart: their references are equal, or differ in case only.

None of them is ever taken for the other; a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Q
from django.db.models.functions import Trim, Upper

from sync.causes.cause import Cause
from sync.causes.orders import OrderCause
from sync.errors import RecordsDisagree
from sync.models import SalesOrder, Shop, Step, SyncTask
from sync.sap.reference import normal_reference, web_reference


def customer_reference_of(order: SalesOrder) -> str:
    return web_reference(order.shop.reference_prefix, order.increment_id)


def orders_with_reference(reference: str) -> Iterator[SalesOrder]:
    """Web orders of all shops."""
    for shop in Shop.objects.all():
        prefix = normal_reference(shop.reference_prefix)
        orders = SalesOrder.objects.filter(shop=shop).select_related("shop").defer("payload")
        numbered = orders.annotate(plain=Upper(Trim("increment_id")))
        for order in numbered.filter(plain=reference.removeprefix(prefix).strip()):
            if customer_reference_of(order) == reference:
                yield order


def refuse_shared(order: SalesOrder, *, is_found: bool) -> None:
    """Raises ``RecordsDisagree`` where the reference alone does not tell this order from another:
    another web order's differs in case only, or what was found may be another's."""
    for other in _others(order):
        if _written(other) != _written(order) or (is_found and not other.is_in_sap):
            raise _shared(order, other)


def refuse_orders_of_others(order: SalesOrder, numbers: Sequence[str]) -> None:
    """Raises ``RecordsDisagree`` where one of these SAP orders belongs to another web order."""
    known = SalesOrder.objects.filter(sap_sales_order_number__in=numbers).exclude(pk=order.pk)
    for other in known.select_related("shop"):
        raise _anothers(order, other)


def _others(order: SalesOrder) -> Iterator[SalesOrder]:
    """Leaves out canceled orders that were never sent to SAP."""
    set_out = Q(step=Step.PUSH_ORDER) & Q(state__in=SyncTask.OPEN_STATES)
    for other in orders_with_reference(customer_reference_of(order)):
        is_out = other.stage == SalesOrder.Stage.CANCELED and not other.is_in_sap
        if other.pk != order.pk and not (is_out and not other.tasks.filter(set_out).exists()):
            yield other


def _written(order: SalesOrder) -> str:
    return order.shop.reference_prefix + order.increment_id.strip()


def _shared(order: SalesOrder, other: SalesOrder) -> RecordsDisagree:
    where = "" if other.shop_id == order.shop_id else f" of the shop {other.shop}"
    there = f" (in SAP as {other.sap_sales_order_number})" if other.is_in_sap else ""
    return RecordsDisagree(
        f"Web order {order.increment_id} and web order {other.increment_id}{where}{there} are the "
        f"same to SAP, which keeps both numbers as {customer_reference_of(order)}: neither is "
        "taken for the other.",
        cause=_cause(order, other),
        reference=order.increment_id,
    )


def _anothers(order: SalesOrder, other: SalesOrder) -> RecordsDisagree:
    whose = f"web order {other.increment_id}"
    if other.shop_id != order.shop_id:
        whose = f"the shop {other.shop}"
    return RecordsDisagree(
        f"SAP order {other.sap_sales_order_number} carries the number {order.increment_id}, "
        f"but it is that of {whose}.",
        cause=_cause(order, other),
        reference=order.increment_id,
    )


def _cause(order: SalesOrder, other: SalesOrder) -> Cause:
    if other.shop_id != order.shop_id:
        return OrderCause.SAME_NUMBERS_OF_SHOPS
    return OrderCause.SAME_REFERENCE
