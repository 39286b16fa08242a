"""What the list of orders can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from sync.filters.fields import DateInput, SearchInput
from sync.filters.search_box import email_prefix, name_contains, number_prefix, sap_number
from sync.models import SalesArea, SalesOrder, Shop, SyncTask


class SalesOrderFilter(django_filters.FilterSet):  # type: ignore[misc]  # untyped package
    """Stage, shop, store, verification, dates, and one box for numbers, e-mail and names."""

    q = django_filters.CharFilter(
        method="search", label="Search", widget=SearchInput("Number, e-mail or name")
    )
    stage = django_filters.ChoiceFilter(choices=SalesOrder.Stage, empty_label="Any stage")
    shop = django_filters.ModelChoiceFilter(queryset=Shop.objects.all(), empty_label="Any shop")
    store_id = django_filters.ChoiceFilter(label="Store", empty_label="Any store", choices=[])
    verification = django_filters.ChoiceFilter(
        choices=[(v, label) for v, label in SalesOrder.Verification.choices if v],
        label="In SAP as",
        empty_label="Any",
    )
    placed_from = django_filters.DateFilter(
        field_name="placed_at", lookup_expr="date__gte", label="Placed from", widget=DateInput()
    )
    placed_to = django_filters.DateFilter(
        field_name="placed_at", lookup_expr="date__lte", label="Placed to", widget=DateInput()
    )
    attention = django_filters.BooleanFilter(
        method="only_needing_attention", label="Needs attention", widget=forms.CheckboxInput
    )

    class Meta:
        model = SalesOrder
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = SalesArea.objects.order_by("store_id").values_list("store_id", "name")
        self.filters["store_id"].extra["choices"] = [(str(key), name) for key, name in areas]

    def search(self, orders: QuerySet[SalesOrder], name: str, value: str) -> QuerySet[SalesOrder]:
        """Digits are a number, an @ is an e-mail, anything else a part of a name."""
        found = order_condition(value.strip())
        return orders.filter(found) if found is not None else orders.none()

    def only_needing_attention(
        self, orders: QuerySet[SalesOrder], name: str, value: bool
    ) -> QuerySet[SalesOrder]:
        """Orders with work that stopped until a person acts."""
        stopped = SyncTask.objects.filter(
            state=SyncTask.State.NEEDS_ATTENTION, sales_order__isnull=False
        )
        return orders.filter(pk__in=stopped.values("sales_order")) if value else orders


def order_condition(text: str) -> Q | None:
    """Orders a searched text may mean; None when it is too short to tell."""
    if text.isdigit():
        return number_prefix("increment_id", text) | sap_number("sap_sales_order_number", text)
    if "@" in text:
        return email_prefix("customer_email", text)
    named = name_contains("customer_name", text)
    return named | Q(increment_id=text) if named is not None else None
