"""Lists the mapping entries that are missing, each with the orders and deliveries that wait for it.

There are two sources: orders that wait for SAP, which are translated here as they would be when
sent, and tasks that have stopped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from sync.causes.papers import PaperCause
from sync.errors import MappingMissing, UnexpectedRecord
from sync.magento.records import MagentoOrder
from sync.mapping.customers import Buyer, buyer_of, customer_number
from sync.mapping.for_order import Entries
from sync.mapping.stopped_for import entry_of
from sync.mapping_tables import MappingTable, MissingEntry
from sync.mirrors.order_rest import left_now
from sync.mirrors.web_orders import stored_web_order
from sync.models import (
    CarrierMapping,
    OutboundDelivery,
    SalesArea,
    SalesOrder,
    SalesOrderLine,
    Shop,
    SyncTask,
)
from sync.models.page_indexes import TO_SHIP
from sync.told import told
from sync.translate.sap_order import missing_entries

MOST_ORDERS = 25  # translated for one view: the oldest, and as many whose customer is missing
MOST_STOPPED = 500
MOST_DELIVERIES = 1_000
OF_STOPPED = (
    "cause", "cause_key", "mapping_table", "mapping_key", "mapping_field", "shop", "delivery",
    "sales_order__placed_at", "sales_order__currency", "sales_order__grand_total",
    "sales_order__payment_method",
)  # fmt: skip


@dataclass(slots=True)
class Unmatched:
    """A missing mapping entry, what waits for it, and the first values of the form that adds it."""

    table: MappingTable
    key: str
    shop: Shop | None
    label: str = ""
    initial: dict[str, Any] = field(default_factory=dict)
    needs: set[str] = field(default_factory=set)  # fields that must not stay empty
    orders: dict[int, SalesOrder] = field(default_factory=dict)
    deliveries: set[int] = field(default_factory=set)
    causes: set[str] = field(default_factory=set)

    @property
    def place(self) -> str:
        """Identifies the entry in addresses and form fields."""
        return f"{self.table}-{self.shop.pk if self.shop else 'all'}-{self.key}"

    @property
    def named_key(self) -> str:
        return MissingEntry(self.table, self.key).named_key

    @property
    def amounts(self) -> list[tuple[Decimal, str]]:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for order in self.orders.values():
            sums[order.currency] += order.grand_total
        return [(amount, currency) for currency, amount in sorted(sums.items())]

    @property
    def since(self) -> datetime | None:
        """When the oldest waiting order was placed; None where only deliveries wait."""
        return min((order.placed_at for order in self.orders.values()), default=None)


class Collection:
    def __init__(self) -> None:
        self._entries: dict[tuple[str, int | None, str], Unmatched] = {}
        self.is_cut = False  # not all that wait were looked through
        self._look_through(self._waiting())
        self._carriers()
        self._stopped()

    def of_table(self, table: MappingTable) -> list[Unmatched]:
        own = [entry for entry in self._entries.values() if entry.table == table]
        return sorted(own, key=lambda one: (-len(one.orders) - len(one.deliveries), one.key))

    def at(self, place: str) -> Unmatched | None:
        return next((one for one in self._entries.values() if one.place == place), None)

    # ---- orders that wait
    def _waiting(self) -> list[SalesOrder]:
        waiting = SalesOrder.objects.filter(stage=SalesOrder.Stage.TO_SYNC)
        customers = SyncTask.objects.filter(
            state=SyncTask.State.NEEDS_ATTENTION,
            mapping_table=MappingTable.CUSTOMER,
            sales_order__isnull=False,
        )
        stopped = list(customers.order_by("id").values_list("sales_order", flat=True)[:MOST_ORDERS])
        orders = waiting.select_related("shop").order_by("placed_at", "id")
        oldest = list(orders[: MOST_ORDERS + 1])
        self.is_cut = len(oldest) > MOST_ORDERS
        known = {order.pk: order for order in oldest[:MOST_ORDERS]}
        known |= {order.pk: order for order in orders.filter(pk__in=stopped)}
        return list(known.values())

    def _look_through(self, orders: Sequence[SalesOrder]) -> None:
        lines = SalesOrderLine.objects.filter(sales_order__in=[order.pk for order in orders])
        skus = set(lines.values_list("sku", flat=True))
        entries = Entries({order.shop_id for order in orders}, skus)
        for order, web_order in _readable(orders):
            for missing in _missing(order, web_order, entries):
                if missing.table == MappingTable.CUSTOMER:
                    self._add_customer(order, entries.area_of(order), buyer_of(web_order.payload))
                else:
                    self._add(missing, order, web_order)

    def _add(self, missing: MissingEntry, order: SalesOrder, web_order: MagentoOrder) -> None:
        label = _label(missing, order, web_order)
        entry = self._entry(missing.table, missing.key, order.shop, label)
        entry.orders[order.pk] = order
        if missing.field:
            entry.needs.add(missing.field)
        elif missing.table == MappingTable.SALES_AREA:
            entry.needs |= _needs_of_area(order, web_order)

    def _add_customer(self, order: SalesOrder, area: SalesArea, buyer: Buyer) -> None:
        email = buyer.email or order.customer_email
        known_as = str(buyer.customer_id or email or told("group {group}", group=buyer.group_id))
        key = f"{area.store_id}:{known_as}"
        entry = self._entry(MappingTable.CUSTOMER, key, order.shop, known_as)
        entry.orders[order.pk] = order
        entry.initial = {"sales_area": area, "choices": _choices(buyer, email)}

    def _carriers(self) -> None:
        known = CarrierMapping.objects.values_list("sap_carrier", flat=True)
        waiting = (
            OutboundDelivery.objects.filter(TO_SHIP)
            .exclude(carrier="")
            .exclude(carrier__in=list(known))
            .order_by()  # by their own index
        )
        for pk, carrier in waiting.values_list("pk", "carrier")[:MOST_DELIVERIES]:
            self._entry(MappingTable.CARRIER, carrier, None).deliveries.add(pk)

    # ---- work that has stopped
    def _stopped(self) -> None:
        stopped = SyncTask.objects.filter(
            ~Q(mapping_table="") | Q(cause=PaperCause.NOBODY_COLLECTS.code),
            state=SyncTask.State.NEEDS_ATTENTION,
        ).select_related("sales_order")
        found = list(stopped.prefetch_related("shop").only(*OF_STOPPED)[: MOST_STOPPED + 1])
        self.is_cut |= len(found) > MOST_STOPPED
        for task in found[:MOST_STOPPED]:
            missing = entry_of(task)
            if missing is None:
                continue
            for entry in self._waited_for(task, missing):
                entry.causes.add(task.cause_key)
                entry.needs |= {missing.field} - {""}
                if task.delivery_id and missing.table in {
                    MappingTable.CARRIER,
                    MappingTable.SOURCE,
                }:
                    entry.deliveries.add(task.delivery_id)
                elif task.sales_order is not None:
                    entry.orders.setdefault(task.sales_order.pk, task.sales_order)

    def _waited_for(self, task: SyncTask, missing: MissingEntry) -> list[Unmatched]:
        """A stopped task does not say which customer is missing; its order does."""
        if missing.table == MappingTable.CUSTOMER:
            customers = self.of_table(missing.table)
            return [one for one in customers if task.sales_order_id in one.orders]
        shop = task.shop if "shop" in missing.table.facts.key_fields else None
        return [self._entry(missing.table, missing.key, shop)]

    # ---- shared
    def _entry(
        self, table: MappingTable, key: str, shop: Shop | None, label: str = ""
    ) -> Unmatched:
        place = (table, shop.pk if shop else None, key)
        if place not in self._entries:
            given = {"shop": shop, table.facts.key_fields[-1]: key, "name": label}
            initial = {name: value for name, value in given.items() if value}
            self._entries[place] = Unmatched(table, key, shop, label, initial)
        return self._entries[place]


def has_customer(order: SalesOrder) -> bool:
    """Whether the order's buyer has a customer in SAP by the mappings."""
    web_order = stored_web_order(order)
    try:
        area = Entries([order.shop_id], []).area_of(order)
    except MappingMissing:
        return False
    buyer = buyer_of(web_order.payload) if web_order else None
    own = customer_number(area, buyer) if buyer else ""
    return bool(area.one_time_customer or own)


def _readable(orders: Sequence[SalesOrder]) -> Iterator[tuple[SalesOrder, MagentoOrder]]:
    for order in orders:
        web_order = stored_web_order(order)
        if web_order is not None:
            yield order, web_order


def _missing(order: SalesOrder, web_order: MagentoOrder, entries: Entries) -> list[MissingEntry]:
    """Empty as well where the order stops for another reason."""
    try:
        area = entries.area_of(order)
        own = "" if area.one_time_customer else customer_number(area, buyer_of(web_order.payload))
        return missing_entries(web_order, entries.mapping(order, area, own), left_now(web_order))
    except MappingMissing as error:
        return [error.entry]
    except UnexpectedRecord:
        return []


def _needs_of_area(order: SalesOrder, web_order: MagentoOrder) -> set[str]:
    nothing = Entries([], []).mapping(order, SalesArea(price_condition=""), "")
    try:
        missing = missing_entries(web_order, nothing, left_now(web_order))
    except UnexpectedRecord:
        return set()
    return {one.field for one in missing if one.table == MappingTable.SALES_AREA}


def _label(missing: MissingEntry, order: SalesOrder, web_order: MagentoOrder) -> str:
    if missing.table == MappingTable.MATERIAL:
        return next(item.name for item in web_order.items if item.sku.strip() == missing.key)
    names = {
        MappingTable.SALES_AREA: order.store_name,
        MappingTable.PAYMENT: order.payment_name,
        MappingTable.SHIPPING: order.shipping_name,
    }
    return names.get(missing.table, "")


def _choices(buyer: Buyer, email: str) -> list[tuple[str, str]]:
    listed = [
        ("magento_customer_id", str(buyer.customer_id or ""), told("this customer")),
        ("customer_email", email, told("this e-mail address")),
        ("company", buyer.company, told("the company {company}", company=buyer.company)),
        ("vat_id", buyer.vat_id, told("this VAT number")),
        (
            "customer_group_id",
            "" if buyer.group_id is None else str(buyer.group_id),
            told("everybody of customer group {group}", group=buyer.group_id),
        ),
    ]
    return [(f"{name}:{value}", words) for name, value, words in listed if value]
