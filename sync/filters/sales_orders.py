"""What the list of orders can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q

from sync.filters.documents import DocumentFilter, Rows, day, search_box, tick
from sync.filters.search_box import email_prefix, name_contains, number_prefix, sap_number
from sync.models import SalesArea, SalesOrder, Shop


class SalesOrderFilter(DocumentFilter):
    about = "sales_order"

    q = search_box("Number, e-mail or name")
    stage = django_filters.ChoiceFilter(choices=SalesOrder.Stage, empty_label="Any stage")
    shop = django_filters.ModelChoiceFilter(queryset=Shop.objects.all(), empty_label="Any shop")
    store_id = django_filters.ChoiceFilter(label="Store", empty_label="Any store", choices=[])
    verification = django_filters.ChoiceFilter(
        choices=[(v, label) for v, label in SalesOrder.Verification.choices if v],
        label="In SAP as",
        empty_label="Any",
    )
    placed_from = day("placed_at", "date__gte", "Placed from")
    placed_to = day("placed_at", "date__lte", "Placed to")
    held_up = tick("only_held_up", "Held up in SAP")
    attention = tick("only_needing_attention", "Needs attention")

    class Meta:
        model = SalesOrder
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = SalesArea.objects.order_by("store_id").values_list("store_id", "name")
        self.filters["store_id"].extra["choices"] = [(str(key), name) for key, name in areas]

    def only_held_up(self, orders: Rows, name: str, value: bool) -> Rows:
        """Blocked or incomplete in SAP, and not yet complete."""
        held_up = Q(sap_is_incomplete=True) | ~Q(sap_blocks=[])
        moving = SalesOrder.MOVING_IN_SAP
        return orders.filter(held_up, stage__in=moving) if value else orders

    def search(self, orders: Rows, name: str, value: str) -> Rows:
        """Digits are a number, an @ makes it an e-mail, anything else is part of a name."""
        found = order_condition(value.strip())
        return orders.filter(found) if found is not None else orders.none()


def order_condition(text: str) -> Q | None:
    """Orders the text may mean; None when it is too short to tell."""
    if text.isdigit():
        return number_prefix("increment_id", text) | sap_number("sap_sales_order_number", text)
    if "@" in text:
        return email_prefix("customer_email", text)
    named = name_contains("customer_name", text)
    if named is None:
        return None
    return named | Q(increment_id=text) | Q(customer_reference=text.upper())


def of_orders(text: str, lines: Rows, document: str) -> Q:
    """Documents with a line of an order the text may mean."""
    orders = order_condition(text)
    if orders is None:
        return Q(pk__in=[])
    matching = SalesOrder.objects.filter(orders).order_by().values("pk")
    return Q(pk__in=lines.filter(sales_order__in=matching).values(document))
