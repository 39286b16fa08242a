"""What the list of orders can be narrowed by."""

from __future__ import annotations

import django_filters
from django.db.models import Q, Value
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from sync.filters.documents import DocumentFilter, Rows, search_box, since_day, tick, until_day
from sync.filters.search_box import (
    NOTHING,
    SHORTEST_NAME,
    Matches,
    keys_of,
    newest,
    numbered,
    sap_numbered,
)
from sync.filters.waiting import ORDERS, PartFilter
from sync.models import SalesArea, SalesOrder, Shop
from sync.models.page_indexes import HELD_UP


def _stores() -> list[tuple[str, str]]:
    """Asked for only where shown or chosen from."""
    areas = SalesArea.objects.order_by("store_id").values_list("store_id", "name")
    return [(str(key), name) for key, name in areas]


class SalesOrderFilter(DocumentFilter):
    about = "sales_order"

    q = search_box("Number, e-mail or name")
    stage = django_filters.ChoiceFilter(choices=SalesOrder.Stage, empty_label="Any stage")
    shop = django_filters.ModelChoiceFilter(queryset=Shop.objects.all(), empty_label="Any shop")
    store_id = django_filters.ChoiceFilter(label="Store", empty_label="Any store", choices=_stores)
    verification = django_filters.ChoiceFilter(
        choices=[(v, label) for v, label in SalesOrder.Verification.choices if v],
        label="In SAP as",
        empty_label="Any",
    )
    placed_from = since_day("placed_at", "Placed from")
    placed_to = until_day("placed_at", "Placed to")
    held_up = tick("only_held_up", "Held up in SAP")
    waits = PartFilter(ORDERS)
    attention = tick("only_needing_attention", "Needs attention")

    class Meta:
        model = SalesOrder
        fields: list[str] = []

    def only_held_up(self, orders: Rows, name: str, value: bool) -> Rows:
        """Blocked or incomplete in SAP, and not yet complete."""
        return orders.filter(HELD_UP) if value else orders

    def matches(self, text: str) -> Matches:
        return orders_meant(text)


def orders_meant(text: str) -> Matches:
    """Digits are a number, an @ makes it an e-mail, anything else is part of a name; nothing is
    found while it is too short to tell."""
    orders = SalesOrder.objects.all()
    if text.isdigit():
        in_sap = orders.exclude(sap_sales_order_number="")
        found = numbered(orders, "increment_id", text)
        return found | sap_numbered(in_sap, "sap_sales_order_number", text)
    if "@" in text:
        return newest(orders, Q(customer_email__istartswith=text), "placed_at")
    if len(text) < SHORTEST_NAME:
        return NOTHING
    in_full = Exact(Upper("customer_name"), Upper(Value(text)))
    named = keys_of(orders.filter(in_full).order_by("-placed_at", "-pk"))
    if not named.is_cut:  # else so many that a part of a name need not be looked for
        named |= newest(orders, Q(customer_name__icontains=text), "placed_at")
    referenced = orders.filter(customer_reference=text.upper()).exclude(customer_reference="")
    by_number = orders.filter(increment_id=text)
    return named | keys_of(by_number.order_by()) | keys_of(referenced.order_by())


def documents_of_orders(text: str, lines: Rows, document: str) -> Matches:
    """Documents with a line of an order the text may mean."""
    orders = orders_meant(text)
    if not orders.keys:
        return NOTHING
    of_orders = lines.filter(sales_order__in=orders.keys).order_by()
    found = keys_of(of_orders.distinct(), document)
    return Matches(found.keys, found.is_cut or orders.is_cut)
