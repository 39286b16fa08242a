"""Web orders that SAP cannot tell apart: their references are equal, or differ in case only.

None of them is ever taken for the other; a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Q, prefetch_related_objects
from django.db.models.functions import Trim, Upper

from sync.causes.cause import Cause
from sync.causes.orders import OrderCause
from sync.errors import RecordsDisagree
from sync.models import SalesOrder, Shop, Step, SyncTask
from sync.sap.reference import normal_reference, web_reference
from sync.told import told


def customer_reference_of(order: SalesOrder) -> str:
    """Once it was sent it stays, whatever prefix its store is given later."""
    return order.customer_reference or web_reference(prefix_of(order), order.increment_id)


def prefix_of(order: SalesOrder) -> str:
    """Its store's, or else its shop's."""
    prefetch_related_objects([order.shop], "sales_areas")
    areas = (one for one in order.shop.sales_areas.all() if one.store_id == order.store_id)
    return next((one.reference_prefix for one in areas), "") or order.shop.reference_prefix


def prefixes_of(shop: Shop) -> tuple[str, ...]:
    """Of all its stores as SAP keeps them, the longest first."""
    prefetch_related_objects([shop], "sales_areas")
    own = (one.reference_prefix for one in shop.sales_areas.all())
    known = {normal_reference(prefix) for prefix in (shop.reference_prefix, *own)}
    return tuple(sorted(known, key=len, reverse=True))


def number_in(reference: str, shop: Shop) -> str:
    """The web order's number in a reference of the shop."""
    prefix = next((one for one in prefixes_of(shop) if reference.startswith(one)), "")
    return reference.removeprefix(prefix)


def references_of_old(shop: Shop) -> set[str]:
    """References of orders sent with a prefix that no store of the shop has any more."""
    if "" in prefixes_of(shop):
        return set()  # any reference may be one of today's
    sent = SalesOrder.objects.filter(shop=shop).exclude(customer_reference="")
    for prefix in prefixes_of(shop):
        sent = sent.exclude(customer_reference__startswith=prefix)
    return set(sent.order_by().values_list("customer_reference", flat=True))


def orders_with_reference(
    reference: str, shops: Iterable[Shop] | None = None
) -> Iterator[SalesOrder]:
    """Web orders of all shops; ``shops`` are all of them, where the caller has them at hand."""
    for shop in Shop.objects.prefetch_related("sales_areas") if shops is None else shops:
        numbers = {reference.removeprefix(prefix).strip() for prefix in prefixes_of(shop)}
        orders = SalesOrder.objects.filter(shop=shop).defer("payload")
        numbered = orders.annotate(plain=Upper(Trim("increment_id")))
        for order in numbered.filter(Q(plain__in=numbers) | Q(customer_reference=reference)):
            order.shop = shop
            if customer_reference_of(order) == reference:
                yield order


def refuse_shared(order: SalesOrder, *, is_found: bool, shops: Iterable[Shop]) -> None:
    """Raises ``RecordsDisagree`` where the reference alone does not tell this order from another:
    another web order's differs in case only, or what was found may be another's."""
    for other in _others(order, shops):
        if _written(other) != _written(order) or (is_found and not other.is_in_sap):
            raise _shared(order, other)


def refuse_orders_of_others(order: SalesOrder, numbers: Sequence[str]) -> None:
    """Raises ``RecordsDisagree`` where one of these SAP orders belongs to another web order."""
    known = SalesOrder.objects.filter(sap_sales_order_number__in=numbers).exclude(pk=order.pk)
    for other in known.select_related("shop"):
        raise _anothers(order, other)


def _others(order: SalesOrder, shops: Iterable[Shop]) -> Iterator[SalesOrder]:
    """Leaves out canceled orders that were never sent to SAP."""
    set_out = Q(step=Step.PUSH_ORDER) & Q(state__in=SyncTask.OPEN_STATES)
    for other in orders_with_reference(customer_reference_of(order), shops):
        is_out = other.stage == SalesOrder.Stage.CANCELED and not other.is_in_sap
        if other.pk != order.pk and not (is_out and not other.tasks.filter(set_out).exists()):
            yield other


def _written(order: SalesOrder) -> str:
    return prefix_of(order) + order.increment_id.strip()


def _shared(order: SalesOrder, other: SalesOrder) -> RecordsDisagree:
    named = _named(order, other)
    if other.is_in_sap:
        named = told(
            "{order} (in SAP as {sap_order})", order=named, sap_order=other.sap_sales_order_number
        )
    return RecordsDisagree(
        told(
            "Web order {order} and web order {other} are the same to SAP, which keeps both "
            "numbers as {reference}: neither is taken for the other.",
            order=order.increment_id,
            other=named,
            reference=customer_reference_of(order),
        ),
        cause=_cause(order, other),
        reference=order.increment_id,
        remedy=_remedy(order, other),
    )


def _anothers(order: SalesOrder, other: SalesOrder) -> RecordsDisagree:
    return RecordsDisagree(
        told(
            "SAP order {sap_order} carries the number {order}, but it is that of web order "
            "{other}.",
            sap_order=other.sap_sales_order_number,
            order=order.increment_id,
            other=_named(order, other),
        ),
        cause=_cause(order, other),
        reference=order.increment_id,
        remedy=_remedy(order, other),
    )


def _named(order: SalesOrder, other: SalesOrder) -> str:
    """The other order, with its store or shop where that is another one."""
    number = other.increment_id
    if other.shop_id != order.shop_id:
        store = _store(other)
        return told(
            "{order} of {store} of the shop {shop}", order=number, store=store, shop=other.shop
        )
    if other.store_id == order.store_id:
        return number
    if other.store_name:
        return told(
            "{order} of store {store_id} ({store_name})",
            order=number,
            store_id=other.store_id,
            store_name=other.store_name,
        )
    return told("{order} of store {store_id}", order=number, store_id=other.store_id)


def _cause(order: SalesOrder, other: SalesOrder) -> Cause:
    if (other.shop_id, other.store_id) != (order.shop_id, order.store_id):
        return OrderCause.SAME_NUMBERS_OF_SHOPS
    return OrderCause.SAME_REFERENCE


def _remedy(order: SalesOrder, other: SalesOrder) -> str:
    """Names the store whose prefix can still be given; empty for the cause's own advice."""
    if (other.shop_id, other.store_id) == (order.shop_id, order.store_id):
        return ""
    for one in (order, other):
        sent = SalesOrder.objects.filter(shop=one.shop, store_id=one.store_id)
        if not sent.exclude(customer_reference="").exists():
            return told(
                "Give {store} of the shop {shop} a reference prefix of its own under Mappings → "
                "Sales areas, then retry.",
                store=_store(one),
                shop=one.shop,
            )
    return told(
        "Orders of both stores are in SAP already, so their prefixes are fixed. Cancel one "
        "of both orders in its shop and have it placed again under another number."
    )


def _store(order: SalesOrder) -> str:
    return (
        told(
            "store {store_id} ({store_name})", store_id=order.store_id, store_name=order.store_name
        )
        if order.store_name
        else (told("store {store_id}", store_id=order.store_id))
    )
