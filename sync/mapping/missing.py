"""What is not mapped: SKUs, customers, methods, stores, carriers, and what waits for each.

From two sources: orders that wait for SAP, looked through here, and work that has stopped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from sync.causes.papers import PaperCause
from sync.mapping.customers import Buyer, buyer_of, customer_number
from sync.models import (
    CarrierMapping,
    MaterialMapping,
    OutboundDelivery,
    PaymentMapping,
    SalesArea,
    SalesOrder,
    SalesOrderLine,
    ShippingMapping,
    Shop,
    SyncTask,
)

MOST_ORDERS = 1_000
MOST_DELIVERIES = 1_000
MOST_SAMPLED = 20  # orders of a store
AMOUNTS = {"discount_condition": "discount_amount", "freight_condition": "shipping_amount"}
TABLES = ("store", "material", "customer", "payment", "shipping", "carrier")
# What the causes of stopped tasks call a table.
OF_CAUSE = {
    "sales_area": "store", "shop": "store", "condition": "store",
    "material": "material", "customer": "customer",
    "payment": "payment", "shipping": "shipping", "carrier": "carrier",
}  # fmt: skip


@dataclass(slots=True)
class Unmatched:
    """One missing entry: what it is, what waits for it, and how its form begins."""

    table: str
    key: str
    shop: Shop | None
    label: str = ""
    initial: dict[str, Any] = field(default_factory=dict)
    orders: dict[int, SalesOrder] = field(default_factory=dict)
    deliveries: set[int] = field(default_factory=set)
    causes: set[str] = field(default_factory=set)

    @property
    def place(self) -> str:
        """The entry in one word, for the page and its forms."""
        return f"{self.table}-{self.shop.pk if self.shop else 0}-{self.key}"

    @property
    def amounts(self) -> list[tuple[Decimal, str]]:
        """What waits, by currency."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for order in self.orders.values():
            sums[order.currency] += order.grand_total
        return [(amount, currency) for currency, amount in sorted(sums.items())]

    @property
    def since(self) -> datetime | None:
        """When the oldest of the waiting orders was placed."""
        return min((order.placed_at for order in self.orders.values()), default=None)


class Collection:
    """All missing entries, found in a handful of queries."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, int, str], Unmatched] = {}
        self._areas = {
            (area.shop_id, area.store_id): area for area in SalesArea.objects.select_related("shop")
        }
        waiting = list(
            SalesOrder.objects.filter(stage=SalesOrder.Stage.TO_SYNC)
            .select_related("shop")
            .defer("payload")
            .prefetch_related("lines")
            .order_by("placed_at", "id")[:MOST_ORDERS]
        )
        self._look_through(waiting)
        self._carriers()
        self._stopped()
        self._conditions_of_stores()

    def of_table(self, table: str) -> list[Unmatched]:
        """The entries of a table, those most orders wait for first."""
        own = [entry for entry in self._entries.values() if entry.table == table]
        return sorted(own, key=lambda one: (-len(one.orders) - len(one.deliveries), one.key))

    def at(self, place: str) -> Unmatched | None:
        """The entry of that place, if it is still missing."""
        return next((one for one in self._entries.values() if one.place == place), None)

    # ---- orders that wait
    def _look_through(self, orders: list[SalesOrder]) -> None:
        known = _Known(orders)
        nobodys: list[tuple[SalesOrder, SalesArea]] = []
        for order in orders:
            area = self._areas.get((order.shop_id, order.store_id))
            if area is None:
                self._add("store", str(order.store_id), order, label=order.store_name)
                continue
            if not area.one_time_customer:
                nobodys.append((order, area))
            if not area.sku_is_material and not area.sku_is_ean:
                for line in priced_lines(order.lines.all()):
                    if (order.shop_id, line.sku) not in known.materials:
                        self._add("material", line.sku, order, label=line.name)
            self._methods(order, area, known)
        self._customers(nobodys)

    def _methods(self, order: SalesOrder, area: SalesArea, known: _Known) -> None:
        payment = (order.shop_id, order.payment_method)
        if not area.payment_terms and payment not in known.payments:
            self._add("payment", order.payment_method, order)
        shipping = (order.shop_id, order.shipping_method)
        if order.is_virtual or area.shipping_condition or shipping in known.shippings:
            return
        self._add("shipping", order.shipping_method, order, label=order.shipping_description)

    def _customers(self, orders: list[tuple[SalesOrder, SalesArea]]) -> None:
        """Buyers without an account of their own where there is no one-time account."""
        keys = [order.pk for order, _ in orders]
        payloads = dict(SalesOrder.objects.filter(pk__in=keys).values_list("pk", "payload"))
        for order, area in orders:
            buyer = buyer_of(payloads.get(order.pk) or {})
            if customer_number(area, buyer):
                continue
            email = buyer.email or order.customer_email
            key = str(buyer.customer_id or email or f"group {buyer.group_id}")
            entry = self._add("customer", f"{area.store_id}:{key}", order, label=key)
            entry.initial = {"sales_area": area, "choices": _choices(buyer, email)}

    def _carriers(self) -> None:
        known = CarrierMapping.objects.values_list("sap_carrier", flat=True)
        waiting = (
            OutboundDelivery.objects.filter(
                goods_movement_status="C", shipments=None, further_shipments=None
            )
            .exclude(carrier="")
            .exclude(carrier__in=list(known))
            .filter(tracks__isnull=False)
            .distinct()
        )
        for pk, carrier in waiting.values_list("pk", "carrier")[:MOST_DELIVERIES]:
            self._entry("carrier", carrier, None).deliveries.add(pk)

    # ---- work that has stopped
    def _stopped(self) -> None:
        stopped = SyncTask.objects.filter(
            Q(cause_key__startswith="mapping:") | Q(cause=PaperCause.NOBODY_COLLECTS.code),
            state=SyncTask.State.NEEDS_ATTENTION,
        ).select_related("sales_order", "shop")
        for task in stopped.defer("sales_order__payload", "facts")[:MOST_ORDERS]:
            _, name, key = (*task.cause_key.split(":", 2), "", "")[:3]
            if task.cause == PaperCause.NOBODY_COLLECTS.code and task.sales_order is not None:
                name, key = "payment", task.sales_order.payment_method
            if name == "condition" and task.sales_order is not None:
                key = str(task.sales_order.store_id)
            if name in OF_CAUSE and key:
                self._stopped_for(task, OF_CAUSE[name], key)

    def _stopped_for(self, task: SyncTask, table: str, key: str) -> None:
        if table == "customer":
            for entry in self._holding(task, table):
                entry.causes.add(task.cause_key)
            return
        shop = None if table == "carrier" else task.shop
        entry = self._entry(table, key.split(":")[0] if table == "store" else key, shop)
        entry.causes.add(task.cause_key)
        if table == "carrier" and task.delivery_id:
            entry.deliveries.add(task.delivery_id)
        elif task.sales_order is not None:
            entry.orders.setdefault(task.sales_order.pk, task.sales_order)

    def _holding(self, task: SyncTask, table: str) -> Iterator[Unmatched]:
        for entry in self._entries.values():
            if entry.table == table and task.sales_order_id in entry.orders:
                yield entry

    def _conditions_of_stores(self) -> None:
        """Which kinds of amounts the waiting orders of a store have, for its form to ask about."""
        stores = [entry for entry in self._entries.values() if entry.table == "store"]
        sample = [pk for entry in stores for pk in list(entry.orders)[:MOST_SAMPLED]]
        payloads = dict(SalesOrder.objects.filter(pk__in=sample).values_list("pk", "payload"))
        for entry in stores:
            own = [payloads.get(pk) or {} for pk in entry.orders]
            entry.initial["needs"] = {
                column: any(_amount(payload, member) for payload in own)
                for column, member in AMOUNTS.items()
            }

    # ---- shared
    def _add(self, table: str, key: str, order: SalesOrder, label: str = "") -> Unmatched:
        entry = self._entry(table, key, order.shop, label)
        entry.orders[order.pk] = order
        return entry

    def _entry(self, table: str, key: str, shop: Shop | None, label: str = "") -> Unmatched:
        place = (table, shop.pk if shop else 0, key)
        if place not in self._entries:
            initial = _initial(table, key, shop, label)
            self._entries[place] = Unmatched(table, key, shop, label, initial)
        return self._entries[place]


class _Known:
    """What is mapped, of what these orders need."""

    def __init__(self, orders: list[SalesOrder]) -> None:
        skus = {line.sku for order in orders for line in order.lines.all()}
        self.materials = set(
            MaterialMapping.objects.filter(sku__in=skus).values_list("shop_id", "sku")
        )
        with_terms = PaymentMapping.objects.exclude(payment_terms="")
        self.payments = set(with_terms.values_list("shop_id", "method"))
        self.shippings = set(ShippingMapping.objects.values_list("shop_id", "method"))


def priced_lines(lines: Iterable[SalesOrderLine]) -> Iterator[SalesOrderLine]:
    """The lines that become items in SAP, as ``sync.translate.order_amounts`` counts them."""
    listed = list(lines)
    children: dict[int, list[SalesOrderLine]] = defaultdict(list)
    for line in listed:
        if line.parent_item_id is not None:
            children[line.parent_item_id].append(line)
    for line in listed:
        if line.parent_item_id is not None:
            continue
        below = children.get(line.item_id, [])
        if line.product_type == "configurable" or not below:
            yield line
        elif any(one.price or one.row_total or one.tax_amount for one in below):
            yield from below
        else:
            yield line
            yield from below


def _amount(payload: dict[str, Any], member: str) -> bool:
    value = payload.get(member)
    return isinstance(value, int | float) and bool(value)


def _initial(table: str, key: str, shop: Shop | None, label: str) -> dict[str, Any]:
    columns = {"material": "sku", "carrier": "sap_carrier", "store": "store_id"}
    initial: dict[str, Any] = {columns.get(table, "method"): key}
    if shop is not None:
        initial["shop"] = shop
    if table == "store":
        initial["name"] = label
    return initial


def _choices(buyer: Buyer, email: str) -> list[tuple[str, str]]:
    """By what a buyer can be known from now on."""
    listed = [
        ("magento_customer_id", str(buyer.customer_id or ""), "this customer"),
        ("customer_email", email, "this e-mail address"),
        ("company", buyer.company, f"the company {buyer.company}"),
        ("vat_id", buyer.vat_id, "this VAT number"),
        (
            "customer_group_id",
            "" if buyer.group_id is None else str(buyer.group_id),
            f"everybody of customer group {buyer.group_id}",
        ),
    ]
    return [(f"{name}:{value}", words) for name, value, words in listed if value]
